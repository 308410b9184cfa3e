package io.leasegate.tls;

class ClientHandshakesOpenSslTest extends ClientHandshakesContract {

    ClientHandshakesOpenSslTest() {
        super(TlsProvider.OPENSSL);
    }
}
