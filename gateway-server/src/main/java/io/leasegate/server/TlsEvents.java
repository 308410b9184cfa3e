package io.leasegate.server;

import io.leasegate.tls.CertificateFile;
import io.leasegate.tls.TlsListener;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes into the log what becomes of certificates and keys, and passes it on. Called on the thread that watches the files. */
final class TlsEvents implements TlsListener {

    private static final Logger LOG = LoggerFactory.getLogger(TlsEvents.class);

    private final TlsListener next;

    TlsEvents(TlsListener next) {
        this.next = next;
    }

    @Override
    public void onReloaded(String owner, String content) {
        LOG.info("{}: changed files are in use from now on: {}", owner, content);
        next.onReloaded(owner, content);
    }

    @Override
    public void onRejected(String owner, String reason) {
        LOG.error("{}: changed files cannot be used, those from before stay in use: {}", owner, reason);
        next.onRejected(owner, reason);
    }

    @Override
    public void onRecovered(String owner) {
        LOG.info("{}: the files can be used again", owner);
        next.onRecovered(owner);
    }

    @Override
    public void onExpiring(CertificateFile file, Duration left) {
        String what = file.authorities() ? "the last authority in" : "the certificate in";
        if (left.isNegative()) {
            LOG.error(
                    "{} {} ({}) ended on {}: peers refuse it; put a new one there",
                    what,
                    file.file(),
                    file.subject(),
                    file.notAfter());
        } else {
            LOG.warn(
                    "{} {} ({}) ends on {}, in {} days: put a new one there",
                    what,
                    file.file(),
                    file.subject(),
                    file.notAfter(),
                    left.toDays());
        }
        next.onExpiring(file, left);
    }
}
