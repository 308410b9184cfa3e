package io.leasegate.tls;

class InstanceHandshakesJdkTest extends InstanceHandshakesContract {

    InstanceHandshakesJdkTest() {
        super(TlsProvider.JDK);
    }
}
