package io.leasegate.tls;

class ClientHandshakesJdkTest extends ClientHandshakesContract {

    ClientHandshakesJdkTest() {
        super(TlsProvider.JDK);
    }
}
