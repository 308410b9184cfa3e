package io.leasegate.proxy;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Finds the addresses of instances that are registered by name. */
interface HostNames extends AutoCloseable {

    /** All addresses of the name, of both families. Called on the loop, on which the future completes. */
    Future<List<InetSocketAddress>> resolve(EventLoop loop, String host, int port);

    /** What is known of the name by now led nowhere: the next look-up asks the name servers again. Safe from any thread. */
    void forget(String host);

    /**
     * Looks the name up again and again from now on.
     *
     * @param listener is told on the loop which addresses the name has, after each look-up that had an answer
     */
    Following follow(EventLoop loop, String host, Consumer<Set<InetAddress>> listener);

    @Override
    void close();

    /** A name that is looked up again and again. */
    interface Following {

        /** Ends it. What is on its way to the listener still arrives. Safe from any thread. */
        void stop();
    }
}
