package io.leasegate.tls;

class InstanceHandshakesOpenSslTest extends InstanceHandshakesContract {

    InstanceHandshakesOpenSslTest() {
        super(TlsProvider.OPENSSL);
    }
}
