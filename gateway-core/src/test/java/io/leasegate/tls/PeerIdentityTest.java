package io.leasegate.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.testkit.TestAuthority;
import io.netty.pkitesting.CertificateBuilder;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who a certificate speaks for. */
@SuppressWarnings("NullAway.Init") // made before all
class PeerIdentityTest {

    @TempDir
    static Path directory;

    private static TestAuthority authority;

    @BeforeAll
    static void authority() {
        authority = TestAuthority.create(directory, "ca");
    }

    private static String identity(UnaryOperator<CertificateBuilder> custom) {
        return PeerIdentity.of(authority.make("subject", custom).getCertificate());
    }

    private static CertificateBuilder uri(CertificateBuilder b, String uri) {
        return b.addSanUriName(java.net.URI.create(uri));
    }

    @Test
    void theSpiffeIdComesFirst() {
        assertThat(identity(b -> uri(uri(b.addSanDnsName("a.example"), "https://a.example/"), "spiffe://lab/web")))
                .isEqualTo("spiffe://lab/web");
    }

    @Test
    void thenTheFirstDnsName() {
        assertThat(identity(b -> uri(b.addSanIpAddress("10.0.0.1"), "https://a.example/")
                        .addSanDnsName("A.example")
                        .addSanDnsName("b.example")))
                .isEqualTo("a.example");
    }

    @Test
    void thenTheSubject() {
        assertThat(identity(b -> b.addSanIpAddress("10.0.0.1"))).isEqualTo("CN=subject");
        assertThat(identity(b -> b.subject("O=Lab\\, Inc.,CN=web"))).isEqualTo("O=Lab\\, Inc.,CN=web");
    }

    /** It stands in a header and in a log. */
    @Test
    void whateverTheSubjectHoldsTheIdentityIsPrintable() {
        assertThat(identity(b -> b.subject("CN=J\u00fcrgen 100%\\0d\\0aevil: 1")))
                .isEqualTo("CN=J%C3%BCrgen 100%25%0D%0Aevil: 1");
    }

    /** A DNS name is text of the signer's choice: it must not pass for an identity of another form. */
    @Test
    void whatIsNoHostNameIsNoDnsName() {
        assertThat(PeerIdentity.of(authority
                        .make(
                                "subject",
                                b -> TestAuthority.withNames(
                                        b, "spiffe://lab/admin", "CN=admin", "a b", "real.example"))
                        .getCertificate()))
                .isEqualTo("real.example");
    }
}
