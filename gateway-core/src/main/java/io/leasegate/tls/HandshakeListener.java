package io.leasegate.tls;

/** Hears how a handshake ends: exactly one of the two, once, on the channel's event loop. */
public interface HandshakeListener {

    /** The channel speaks TLS, and both sides want HTTP/2. Nothing of it has been read; handlers for it go at the pipeline's end. */
    void onSecured(TlsPeer peer);

    /** There is no connection; the channel is being closed. */
    void onFailed(TlsException failure);
}
