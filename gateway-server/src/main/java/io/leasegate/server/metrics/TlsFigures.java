package io.leasegate.server.metrics;

import io.leasegate.tls.CertificateFile;
import java.util.List;
import java.util.Map;

/** What the metrics show of TLS besides events. Any thread. */
public interface TlsFigures {

    /** All files with certificates. */
    List<CertificateFile> certificates();

    /** How many sets of files cannot be used as they are now, by owner. */
    Map<String, Integer> rejected();
}
