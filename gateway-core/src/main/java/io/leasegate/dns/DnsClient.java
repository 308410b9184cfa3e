package io.leasegate.dns;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.resolver.DefaultHostsFileEntriesResolver;
import io.netty.resolver.HostsFileEntriesResolver;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks names up, in the hosts file and by DNS, and keeps nothing of it. On an event loop of its own, which is made for the first
 * look-up; all callbacks run there. The methods are safe from any thread.
 */
public final class DnsClient implements AutoCloseable {

    /** Thousands of names that are followed must not be asked for in one instant. */
    private static final int MAX_RUNNING = 64;

    private static final Logger LOG = LoggerFactory.getLogger(DnsClient.class);

    private final DnsSettings settings;
    private final Supplier<SearchList> searchList;
    private @Nullable Engine engine;
    private boolean closed;

    public DnsClient(DnsSettings settings) {
        this(settings, SearchList::system);
    }

    /** @param searchList is asked once, on the event loop */
    DnsClient(DnsSettings settings, Supplier<SearchList> searchList) {
        this.settings = settings;
        this.searchList = searchList;
    }

    public DnsSettings settings() {
        return settings;
    }

    /** Runs the task on the client's event loop; does nothing once it is closed. */
    public void execute(Runnable task) {
        Engine e = engine();
        if (e != null) {
            e.execute(task);
        }
    }

    /** Runs the task there after a delay; does nothing once it is closed. */
    public void schedule(Runnable task, long delayMillis) {
        execute(() -> {
            EventLoop loop = eventLoop();
            if (loop != null) {
                loop.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
            }
        });
    }

    /**
     * Looks a name up. Where the name is short, it is completed as the system's resolver does it.
     *
     * @param known which of the full names that it may stand for had the records the last time, or {@link LookUp#UNKNOWN}
     * @param done is told the answer, once; not any more when the client is closed
     */
    <T> void lookUp(String name, DnsType<T> type, int known, Consumer<DnsAnswer<T>> done) {
        Engine e = engine();
        if (e != null) {
            e.execute(() -> e.lookUp(name, type, known, done));
        }
    }

    /** Where the callbacks run; null once the client is closed. */
    @Nullable
    EventLoop eventLoop() {
        Engine e = engine();
        return e == null ? null : e.loop;
    }

    private synchronized @Nullable Engine engine() {
        if (engine == null && !closed) {
            engine = new Engine();
        }
        return closed ? null : engine;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (engine != null) {
            engine.close();
        }
    }

    /** What is made for the first look-up. */
    private final class Engine {

        private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("leasegate-dns", true), NioIoHandler.newFactory());
        private final EventLoop loop = group.next();
        private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
        private @Nullable Source source;
        private int running;

        /** Made here and not by whoever asks first, which may be an event loop of calls: files of the system are read for it. */
        private Source source() {
            Source s = source;
            if (s == null) {
                s = new Source(new NameServers(loop, settings), searchList.get());
                source = s;
            }
            return s;
        }

        void execute(Runnable task) {
            try {
                loop.execute(task);
            } catch (RejectedExecutionException e) {
                LOG.trace("dropped a task: the DNS client is closed");
            }
        }

        <T> void lookUp(String name, DnsType<T> type, int known, Consumer<DnsAnswer<T>> done) {
            DnsAnswer<T> inFile = inHostsFile(name, type);
            if (inFile != null) {
                done.accept(inFile);
                return;
            }
            Source s = source();
            List<String> candidates = s.searchList.candidates(name);
            waiting.add(() -> new LookUp<>(s.servers, type, candidates, known, (DnsAnswer<T> answer) -> {
                        running--;
                        // Not from within: names that fail at once would make it as deep as the queue is long.
                        execute(this::runWaiting);
                        done.accept(answer);
                    })
                    .start());
            runWaiting();
        }

        private void runWaiting() {
            while (running < MAX_RUNNING && !waiting.isEmpty()) {
                running++;
                waiting.remove().run();
            }
        }

        void close() {
            execute(() -> {
                if (source != null) {
                    source.servers.close();
                }
            });
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    /** Whom to ask, and for what. */
    private record Source(NameServers servers, SearchList searchList) {}

    /** What the hosts file says of a name, which goes before DNS; null when it does not know it. */
    @SuppressWarnings("unchecked") // types that may stand in the hosts file are addresses
    private static <T> @Nullable DnsAnswer<T> inHostsFile(String name, DnsType<T> type) {
        ResolvedAddressTypes wanted = type.inHostsFile();
        if (wanted == null || !(HostsFileEntriesResolver.DEFAULT instanceof DefaultHostsFileEntriesResolver hosts)) {
            return null;
        }
        List<InetAddress> found = hosts.addresses(name, wanted);
        if (found != null && !found.isEmpty()) {
            return new DnsAnswer.Found<>((List<T>) found, Long.MAX_VALUE, 0);
        }
        return hosts.addresses(name, ResolvedAddressTypes.IPV4_PREFERRED) == null
                ? null
                : new DnsAnswer.None<>(
                        "the hosts file has the name without an address of the type " + type, Long.MAX_VALUE);
    }
}
