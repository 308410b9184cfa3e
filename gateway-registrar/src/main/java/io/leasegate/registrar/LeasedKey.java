package io.leasegate.registrar;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrantResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One key in etcd under one lease, and what it takes to have it there. Used by the registrar's thread alone.
 *
 * <p>The key is there exactly once because a new lease is granted only after etcd itself said that the former one is gone. As long as
 * etcd is merely silent, the same lease is tried again. So a put that was given up on and is carried out late either names the lease
 * that is still in use, which is harmless, or one that no longer exists, which etcd refuses; it can never bind the key to a lease that
 * nobody renews.
 */
final class LeasedKey {

    private static final Logger log = LoggerFactory.getLogger(LeasedKey.class);
    private static final long NO_LEASE = 0;

    private final EtcdConnection etcd;
    private final String keyText;
    private final ByteString key;
    private final long requestedTtlSeconds;
    private final long callTimeoutNanos;

    private long leaseId = NO_LEASE;
    private long ttlSeconds;
    private long leasesGranted;

    LeasedKey(EtcdConnection etcd, String key, long requestedTtlSeconds, long callTimeoutNanos) {
        this.etcd = etcd;
        this.keyText = key;
        this.key = ByteString.copyFromUtf8(key);
        this.requestedTtlSeconds = requestedTtlSeconds;
        this.callTimeoutNanos = callTimeoutNanos;
    }

    /** The lease in use, or 0. */
    long leaseId() {
        return leaseId;
    }

    /** What etcd granted, or 0 without a lease. */
    long ttlSeconds() {
        return ttlSeconds;
    }

    long leasesGranted() {
        return leasesGranted;
    }

    /** Renews the lease, looks whether the key is there as it should be, and does what is missing; on return all is in place. */
    void hold(String value) throws EtcdException {
        ByteString bytes = ByteString.copyFromUtf8(value);
        if (leaseId != NO_LEASE && etcd.keepAlive(leaseId, callTimeoutNanos) <= 0) {
            leaseLost();
        }
        try {
            if (leaseId == NO_LEASE) {
                grant();
            } else if (inPlace(bytes)) {
                return;
            }
            etcd.put(key, bytes, leaseId, callTimeoutNanos);
        } catch (EtcdException e) {
            if (!e.leaseNotFound()) {
                throw e;
            }
            // The lease ran out between its renewal and the put.
            leaseLost();
            grant();
            etcd.put(key, bytes, leaseId, callTimeoutNanos);
        }
    }

    /**
     * Takes the key away: the end of the lease deletes what is bound to it, in one revision.
     *
     * @param deadlineNanos when to give up, by {@link System#nanoTime()}
     */
    void release(long deadlineNanos) throws EtcdException {
        if (leaseId == NO_LEASE) {
            return;
        }
        try {
            etcd.revoke(leaseId, deadlineNanos - System.nanoTime());
        } catch (EtcdException e) {
            if (!e.leaseNotFound()) {
                throw e;
            }
        }
        leaseId = NO_LEASE;
        ttlSeconds = 0;
        try {
            clearLeftover(deadlineNanos);
        } catch (EtcdException e) {
            log.debug("{}: cannot look whether something was left", keyText, e);
        }
    }

    private void clearLeftover(long deadlineNanos) throws EtcdException {
        KeyValue left = etcd.get(key, deadlineNanos - System.nanoTime());
        if (left != null && left.getLease() == NO_LEASE) {
            // Somebody put the key by hand without a lease since our last look; nothing else would ever remove it.
            etcd.delete(key, deadlineNanos - System.nanoTime());
        } else if (left != null) {
            log.warn(
                    "{} stays: another process registered the same key under lease {}",
                    keyText,
                    Long.toHexString(left.getLease()));
        }
    }

    private void grant() throws EtcdException {
        LeaseGrantResponse granted = etcd.grant(requestedTtlSeconds, callTimeoutNanos);
        leaseId = granted.getID();
        ttlSeconds = granted.getTTL();
        leasesGranted++;
    }

    private void leaseLost() {
        log.warn("Lease {} of {} is gone; registering again under a new one", Long.toHexString(leaseId), keyText);
        leaseId = NO_LEASE;
        ttlSeconds = 0;
    }

    private boolean inPlace(ByteString value) throws EtcdException {
        KeyValue found = etcd.get(key, callTimeoutNanos);
        boolean inPlace =
                found != null && found.getLease() == leaseId && found.getValue().equals(value);
        if (!inPlace) {
            log.info("{}: putting the key again ({})", keyText, difference(found));
        }
        return inPlace;
    }

    private String difference(@Nullable KeyValue found) {
        if (found == null) {
            return "it was deleted";
        }
        if (found.getLease() == NO_LEASE) {
            return "it was put without a lease";
        }
        if (found.getLease() != leaseId) {
            return "another process holds it under lease " + Long.toHexString(found.getLease());
        }
        return "its value was " + found.getValue().toStringUtf8();
    }
}
