package io.leasegate.tls;

import java.util.List;

/** The versions of TLS that are spoken; older ones are broken (RFC 8996). */
public enum TlsVersion {
    TLS_1_2("1.2", List.of("TLSv1.3", "TLSv1.2")),
    TLS_1_3("1.3", List.of("TLSv1.3"));

    private final String number;
    private final List<String> andLater;

    TlsVersion(String number, List<String> andLater) {
        this.number = number;
        this.andLater = andLater;
    }

    /** As people write it, {@code 1.2}. */
    public String number() {
        return number;
    }

    /** This version and those after it, in the JDK's names. */
    List<String> andLater() {
        return andLater;
    }
}
