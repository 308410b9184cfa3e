package io.leasegate.registrar;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Keeps one service instance registered in etcd from {@link #start()} to {@link #close()}: one key under a lease that is renewed three
 * times per TTL. Whatever happens to the key, the lease, or etcd, the registration is made good again, with growing and jittered
 * pauses between attempts, within the TTL plus one second of etcd being reachable.
 *
 * <pre>{@code
 * Registrar registrar = Registrar.builder()
 *         .endpoints("http://127.0.0.1:2379")
 *         .service("hello").address("10.0.0.7:1001").version("1.0.0").weight(1)
 *         .ttl(Duration.ofSeconds(10))
 *         .build();
 * registrar.start();
 * }</pre>
 *
 * <p>All methods may be called from any thread. The work is done on one daemon thread per registrar, which ends with {@link #close()}.
 */
public final class Registrar implements AutoCloseable {

    /** What {@link #close()} may take beyond the dial timeout, for a thread that is slow to be scheduled. */
    private static final Duration CLOSE_SLACK = Duration.ofSeconds(1);

    private final RegistrarSettings settings;
    private final RegistrationLoop loop;
    private final Thread thread;
    private final Object lifecycle = new Object();
    // Guarded by lifecycle.
    private boolean started;
    private boolean closed;

    Registrar(RegistrarSettings settings) {
        this.settings = settings;
        this.loop = new RegistrationLoop(settings);
        this.thread = new Thread(loop, "registrar-" + settings.instance().name());
        this.thread.setDaemon(true);
    }

    public static RegistrarBuilder builder() {
        return new RegistrarBuilder();
    }

    /**
     * Begins to register and returns at once. No etcd needs to be there yet.
     *
     * @throws IllegalStateException if it was started or closed before
     */
    public void start() {
        synchronized (lifecycle) {
            if (closed || started) {
                throw new IllegalStateException("This registrar was " + (closed ? "closed" : "started")
                        + " before; build another one to register again");
            }
            started = true;
            thread.start();
        }
    }

    /**
     * Waits until etcd has confirmed the registration with the weight that was set last.
     *
     * @return false if that did not happen in time, or the registrar was closed
     */
    public boolean awaitRegistered(Duration limit) throws InterruptedException {
        return loop.awaitRegistered(limit);
    }

    /**
     * Changes the weight: puts the new value on the same key and lease. Returns at once; {@link #awaitRegistered} waits for etcd's
     * confirmation. While etcd is away, the last weight set is what will be registered.
     *
     * @param weight 0 or more
     */
    public void updateWeight(long weight) {
        RegistrarBuilder.requireWeight(weight);
        loop.updateWeight(weight);
    }

    /** What the registrar is doing now. */
    public RegistrarStatus status() {
        return loop.status();
    }

    /** Has the listener told about each later change of the status, on the registrar's thread. */
    public void addListener(RegistrarListener listener) {
        loop.addListener(listener);
    }

    public void removeListener(RegistrarListener listener) {
        loop.removeListener(listener);
    }

    /**
     * Takes the key out of etcd, by revoking its lease, and ends. Returns when that is done, and in any case after the dial timeout plus
     * one second; if etcd could not be told by then, the lease runs out by itself. Closing twice is allowed.
     */
    @Override
    public void close() {
        boolean wait;
        synchronized (lifecycle) {
            if (!started && !closed) {
                loop.requestClose();
                loop.closeUnstarted();
            }
            closed = true;
            wait = started && Thread.currentThread() != thread;
        }
        loop.requestClose();
        if (wait) {
            awaitThread();
        }
    }

    private void awaitThread() {
        try {
            TimeUnit.NANOSECONDS.timedJoin(
                    thread, settings.dialTimeout().plus(CLOSE_SLACK).toNanos());
        } catch (InterruptedException e) {
            // The daemon thread goes on with the deregistration; the caller has its interrupt back.
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        RegistrarStatus now = status();
        return "Registrar[" + now.key() + ", " + now.state() + "]";
    }
}
