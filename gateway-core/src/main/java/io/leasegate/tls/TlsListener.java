package io.leasegate.tls;

import java.time.Duration;

/** Hears what becomes of the files of TLS. Called on the thread that watches them. */
public interface TlsListener {

    /** Listens to nothing. */
    TlsListener NONE = new TlsListener() {};

    /**
     * Changed files are in use by now.
     *
     * @param owner what they are for, such as {@code listener public}
     * @param content what is in them, for people
     */
    default void onReloaded(String owner, String content) {}

    /** Changed files cannot be used; what was read before stays in use. */
    default void onRejected(String owner, String reason) {}

    /** The files that could not be used are as they were before, or can be used again. */
    default void onRecovered(String owner) {}

    /** A certificate ends soon, or has ended. Told at most once a day for each file. */
    default void onExpiring(CertificateFile file, Duration left) {}
}
