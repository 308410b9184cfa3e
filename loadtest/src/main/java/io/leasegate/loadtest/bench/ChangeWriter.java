package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.host.EtcdServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Has instances join and leave in etcd at a fixed rate, in threads of its own, until it is closed. */
final class ChangeWriter implements AutoCloseable {

    /** Where one thread waits for etcd, the others go on. */
    private static final int THREADS = 4;

    /** An instance that comes and goes. */
    record Member(String service, String address) {}

    private final EtcdServer etcd;
    private final String prefix;
    private final int staying;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong written = new AtomicLong();
    private volatile boolean isClosed;
    private volatile @Nullable BenchFailure failure;

    /** @param staying how many members stay behind each one that leaves, in each of the threads; 0 for none */
    ChangeWriter(EtcdServer etcd, String prefix, List<Member> members, double changesPerSecond, int staying) {
        this.etcd = etcd;
        this.prefix = prefix;
        this.staying = staying;
        for (int i = 0; i < THREADS; i++) {
            List<Member> own = new ArrayList<>();
            for (int m = i; m < members.size(); m += THREADS) {
                own.add(members.get(m));
            }
            Thread thread = new Thread(() -> write(own, changesPerSecond / THREADS), "bench-changes-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    /** How many changes there were so far. */
    long written() {
        return written.get();
    }

    private void write(List<Member> members, double changesPerSecond) {
        long gapNanos = (long) (TimeUnit.SECONDS.toNanos(1) / changesPerSecond);
        long next = System.nanoTime();
        try {
            for (int i = 0; !isClosed; i++) {
                int turn = i % 2 == 0 ? i / 2 : i / 2 - staying;
                if (turn < 0) {
                    // Nobody leaves before enough are there: a fall at the start would look like a sick registry.
                    continue;
                }
                Member member = members.get(turn % members.size());
                if (i % 2 == 0) {
                    etcd.register(prefix, member.service, member.address);
                } else {
                    etcd.unregister(prefix, member.service, member.address);
                }
                written.incrementAndGet();
                next += gapNanos;
                long wait = next - System.nanoTime();
                if (wait > 0) {
                    TimeUnit.NANOSECONDS.sleep(wait);
                }
            }
        } catch (BenchFailure e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Throws what kept it from writing, if anything did. */
    void check() throws BenchFailure {
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public void close() {
        isClosed = true;
        for (Thread thread : threads) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(25)); // a call to etcd may take 20 s at most
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
