package io.leasegate.proxy;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.List;

/** Finds the addresses of instances that are registered by name. */
interface HostNames extends AutoCloseable {

    /** All addresses of the name, of both families. Called on the loop, on which the future completes. */
    Future<List<InetSocketAddress>> resolve(EventLoop loop, String host, int port);

    /** What is known by now led nowhere: the next look-ups ask the name servers again. Safe from any thread. */
    void forget();

    @Override
    void close();
}
