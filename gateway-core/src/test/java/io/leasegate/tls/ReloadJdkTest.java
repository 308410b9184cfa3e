package io.leasegate.tls;

class ReloadJdkTest extends ReloadContract {

    ReloadJdkTest() {
        super(TlsProvider.JDK);
    }
}
