package io.leasegate.proxy;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Answers for every name what the test says: addresses, that there is none, or nothing at all. Safe from any thread. */
final class ScriptedHostNames implements HostNames {

    private volatile List<String> addresses = List.of();
    private volatile boolean silent;
    private final AtomicInteger questions = new AtomicInteger();
    private final AtomicInteger forgotten = new AtomicInteger();
    private final Set<Runnable> followers = ConcurrentHashMap.newKeySet();

    void answer(String... literals) {
        addresses = List.of(literals);
    }

    void silence() {
        silent = true;
    }

    int questions() {
        return questions.get();
    }

    int forgotten() {
        return forgotten.get();
    }

    @Override
    public Future<List<InetSocketAddress>> resolve(EventLoop loop, String host, int port) {
        questions.incrementAndGet();
        Promise<List<InetSocketAddress>> promise = loop.newPromise();
        if (silent) {
            return promise;
        }
        try {
            List<InetSocketAddress> found = new ArrayList<>();
            for (String literal : addresses) {
                found.add(new InetSocketAddress(InetAddress.getByName(literal), port));
            }
            if (found.isEmpty()) {
                throw new UnknownHostException("nobody knows " + host);
            }
            return promise.setSuccess(found);
        } catch (UnknownHostException e) {
            return promise.setFailure(e);
        }
    }

    @Override
    public void forget(String host) {
        forgotten.incrementAndGet();
    }

    /** Nobody is told of anything before {@link #tell}. */
    @Override
    public Following follow(EventLoop loop, String host, Consumer<Set<InetAddress>> listener) {
        Runnable teller = () -> loop.execute(() -> listener.accept(known()));
        followers.add(teller);
        return () -> followers.remove(teller);
    }

    /** Tells whoever follows a name what is answered by now. */
    void tell() {
        followers.forEach(Runnable::run);
    }

    int followers() {
        return followers.size();
    }

    private Set<InetAddress> known() {
        Set<InetAddress> all = new HashSet<>();
        for (String literal : addresses) {
            try {
                all.add(InetAddress.getByName(literal));
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(literal, e);
            }
        }
        return all;
    }

    @Override
    public void close() {}
}
