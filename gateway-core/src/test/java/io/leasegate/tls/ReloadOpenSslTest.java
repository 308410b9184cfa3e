package io.leasegate.tls;

class ReloadOpenSslTest extends ReloadContract {

    ReloadOpenSslTest() {
        super(TlsProvider.OPENSSL);
    }
}
