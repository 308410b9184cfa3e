package io.leasegate.registrar;

import io.leasegate.registrar.RegistrarStatus.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a registration. {@link #run()} is the registrar's thread, which alone talks to etcd; all other methods are called from
 * any thread and only touch what the lock guards.
 *
 * <pre>
 *   NEW --start--> REGISTERING --round ok--> REGISTERED --round failed--> RETRYING --round ok--> REGISTERED
 *                       |  '--round failed--> RETRYING      (every TTL/3)     ^'--round failed, back-off--'
 *   any --close--> CLOSED, after the key was taken away or the time for that ran out
 * </pre>
 *
 * Invariants: a round is in progress only on the one thread; no lock is held during a call to etcd or to a listener; after a failed
 * round the connection is discarded, so no later round waits for an old one.
 */
final class RegistrationLoop implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(RegistrationLoop.class);
    private static final long INITIAL_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long SHORTEST_CAP_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LONGEST_CAP_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final RegistrarSettings settings;
    private final EtcdConnection etcd;
    private final LeasedKey leasedKey;
    private final SplittableRandom random = new SplittableRandom();
    private final Backoff backoff;
    private final List<RegistrarListener> listeners = new CopyOnWriteArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by the lock.
    private ServiceInstance wanted;
    private RegistrarStatus status;
    private boolean closing;
    private @Nullable Thread threadInRound;

    RegistrationLoop(RegistrarSettings settings) {
        this.settings = settings;
        this.etcd = new EtcdConnection(settings);
        this.wanted = settings.instance();
        long ttlSeconds = settings.ttl().toSeconds();
        this.leasedKey = new LeasedKey(etcd, wanted.key(), ttlSeconds, settings.callTimeoutNanos());
        // At most a third of the TTL: with the bound of one call on top, the key is back within the TTL after etcd is.
        long cap = Math.min(
                LONGEST_CAP_NANOS, Math.max(SHORTEST_CAP_NANOS, settings.ttl().toNanos() / 3));
        this.backoff = new Backoff(INITIAL_BACKOFF_NANOS, cap, random);
        this.status = new RegistrarStatus(State.NEW, Instant.now(), wanted.key(), null, 0, 0, 0, null, null);
    }

    RegistrarStatus status() {
        lock.lock();
        try {
            return status;
        } finally {
            lock.unlock();
        }
    }

    void addListener(RegistrarListener listener) {
        listeners.add(listener);
    }

    void removeListener(RegistrarListener listener) {
        listeners.remove(listener);
    }

    /** Sets what the next round, which follows at once if etcd is well, puts under the key. */
    void updateWeight(long weight) {
        lock.lock();
        try {
            wanted = wanted.withWeight(weight);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until etcd confirmed what is wanted by now; false if that took too long or the loop was closed. */
    boolean awaitRegistered(Duration limit) throws InterruptedException {
        long nanos = limit.toNanos();
        lock.lockInterruptibly();
        try {
            while (!inEtcd()) {
                if (nanos <= 0 || closing) {
                    return false;
                }
                nanos = changed.awaitNanos(nanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Makes the loop take the key away and end; a call that is in progress is cut short. */
    void requestClose() {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
            if (threadInRound != null) {
                threadInRound.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() {
        publish(State.REGISTERING, null);
        ServiceInstance instance = beginRound();
        while (instance != null) {
            long delayNanos = round(instance.json());
            pause(delayNanos);
            instance = beginRound();
        }
        release();
        publish(State.CLOSED, null);
    }

    /** Ends a loop whose thread was never started. */
    void closeUnstarted() {
        publish(State.CLOSED, null);
    }

    /** One attempt to have everything in place; returns how long to wait until the next. */
    private long round(String value) {
        try {
            leasedKey.hold(value);
            endRound();
            backoff.reset();
            registered(value);
            return renewalDelayNanos();
        } catch (EtcdException e) {
            endRound();
            return failed(e.getMessage());
        } catch (RuntimeException e) {
            // Nothing may end this thread: the service would drop out of the registry without a trace.
            endRound();
            log.error("{}: unexpected error, trying again", wanted().key(), e);
            return failed(e.toString());
        }
    }

    private void registered(String value) {
        RegistrarStatus before = status();
        boolean news = before.state() != State.REGISTERED || before.leaseId() != leasedKey.leaseId();
        if (news) {
            log.info(
                    "Registered {} under lease {} (TTL {} s) at etcd",
                    before.key(),
                    Long.toHexString(leasedKey.leaseId()),
                    leasedKey.ttlSeconds());
        }
        if (news || !value.equals(before.registeredValue())) {
            publish(State.REGISTERED, value);
        }
    }

    private long failed(@Nullable String error) {
        etcd.discard();
        long delayNanos = backoff.nextNanos();
        if (closeRequested()) {
            return 0;
        }
        RegistrarStatus before = status();
        if (before.state() == State.RETRYING) {
            log.debug("{}: still not registered: {}", before.key(), error);
        } else {
            log.warn("{}: registration interrupted, retrying until it is back: {}", before.key(), error);
        }
        publishError(error == null ? "unknown" : error);
        return delayNanos;
    }

    private long renewalDelayNanos() {
        long third = TimeUnit.SECONDS.toNanos(Math.max(1, leasedKey.ttlSeconds())) / 3;
        // Up to a tenth earlier, so that services that started together do not renew together for ever.
        return third - random.nextLong(third / 10 + 1);
    }

    /** Takes what to register and allows {@link #requestClose()} to interrupt; null when closing. */
    private @Nullable ServiceInstance beginRound() {
        lock.lock();
        try {
            if (closing) {
                return null;
            }
            threadInRound = Thread.currentThread();
            return wanted;
        } finally {
            lock.unlock();
        }
    }

    private void endRound() {
        lock.lock();
        try {
            threadInRound = null;
            // An interrupt that came too late for the round must not hit the calls that take the key away.
            Thread.interrupted();
        } finally {
            lock.unlock();
        }
    }

    private void pause(long delayNanos) {
        lock.lock();
        try {
            long nanos = delayNanos;
            // While etcd is away a new weight does not cut the back-off short.
            while (nanos > 0 && !closing && (status.state() != State.REGISTERED || inEtcd())) {
                nanos = changed.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            // Only closing ends this thread, and that is asked next; an early round does no harm.
            log.debug("interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    private void release() {
        boolean leased = leasedKey.leaseId() != 0;
        long deadlineNanos = System.nanoTime() + settings.dialTimeout().toNanos();
        // The connection at hand may be the one that just broke: one attempt more than there are members.
        int attempts = settings.endpoints().size() + 1;
        for (int left = attempts; left > 0; left--) {
            long now = System.nanoTime();
            try {
                // A fair share of the time each, so that a member that does not answer leaves some for the next.
                leasedKey.release(now + (deadlineNanos - now) / left);
                if (leased) {
                    log.info("Deregistered {}", wanted().key());
                }
                break;
            } catch (EtcdException e) {
                etcd.discard();
                log.warn(
                        "{}: attempt to deregister failed, {} left; failing that, the lease ends {} s after its last"
                                + " renewal: {}",
                        wanted().key(),
                        left - 1,
                        leasedKey.ttlSeconds(),
                        e.getMessage());
            }
        }
        etcd.close();
    }

    private void publish(State state, @Nullable String registeredValue) {
        RegistrarStatus before = status();
        String value = registeredValue == null ? before.registeredValue() : registeredValue;
        set(state, value, before.lastError(), before.lastErrorAt());
    }

    private void publishError(String error) {
        set(State.RETRYING, status().registeredValue(), error, Instant.now());
    }

    private void set(State state, @Nullable String value, @Nullable String error, @Nullable Instant errorAt) {
        RegistrarStatus next;
        lock.lock();
        try {
            Instant since = status.state() == state ? status.since() : Instant.now();
            next = new RegistrarStatus(
                    state,
                    since,
                    status.key(),
                    value,
                    leasedKey.leaseId(),
                    leasedKey.ttlSeconds(),
                    leasedKey.leasesGranted(),
                    error,
                    errorAt);
            status = next;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        for (RegistrarListener listener : listeners) {
            try {
                listener.onStatus(next);
            } catch (RuntimeException e) {
                log.error("A status listener of {} failed", next.key(), e);
            }
        }
    }

    private ServiceInstance wanted() {
        lock.lock();
        try {
            return wanted;
        } finally {
            lock.unlock();
        }
    }

    private boolean closeRequested() {
        lock.lock();
        try {
            return closing;
        } finally {
            lock.unlock();
        }
    }

    /** Whether etcd confirmed what is wanted. Called under the lock. */
    private boolean inEtcd() {
        return status.state() == State.REGISTERED && wanted.json().equals(status.registeredValue());
    }
}
