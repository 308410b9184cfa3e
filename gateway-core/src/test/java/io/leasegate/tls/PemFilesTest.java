package io.leasegate.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leasegate.testkit.TestAuthority;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms of keys, chains, and what is said of files that cannot be used. */
@SuppressWarnings("NullAway.Init") // made before all
class PemFilesTest {

    @TempDir
    static Path directory;

    private static TestAuthority root;

    @BeforeAll
    static void authority() {
        root = TestAuthority.create(directory, "root");
    }

    private static Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static String pem(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    /** The key inside its PKCS#8 wrapping, as older tools write it. */
    private static byte[] bare(PrivateKey key) throws IOException {
        PrivateKeyInfo wrapped = PrivateKeyInfo.getInstance(key.getEncoded());
        if (key instanceof java.security.interfaces.ECPrivateKey ec) {
            // The JDK names the curve in the wrapping alone.
            return new ECPrivateKey(
                            ec.getParams().getOrder().bitLength(),
                            ec.getS(),
                            wrapped.getPrivateKeyAlgorithm().getParameters())
                    .getEncoded();
        }
        return wrapped.parsePrivateKey().toASN1Primitive().getEncoded();
    }

    private static X509Bundle made(Algorithm algorithm) {
        return root.make("key", b -> b.algorithm(algorithm));
    }

    @ParameterizedTest
    @EnumSource(
            value = Algorithm.class,
            names = {"rsa2048", "rsa4096", "ecp256", "ecp384", "ed25519"})
    void keysInPkcs8(Algorithm algorithm) throws IOException {
        X509Bundle made = made(algorithm);
        Path file = write(
                "pkcs8.key", pem("PRIVATE KEY", made.getKeyPair().getPrivate().getEncoded()));
        PrivateKey read = PemFiles.privateKey(file);
        assertThat(PrivateKeys.belongs(read, made.getCertificate().getPublicKey()))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"rsa2048, RSA", "rsa4096, RSA", "ecp256, EC", "ecp384, EC"})
    void keysInTheirOlderForms(Algorithm algorithm, String kind) throws IOException {
        X509Bundle made = made(algorithm);
        String text = "some words\r\n"
                + pem(kind + " PRIVATE KEY", bare(made.getKeyPair().getPrivate()));
        Path file = write("older.key", text.replace("\n", "\r\n"));
        PrivateKey read = PemFiles.privateKey(file);
        assertThat(PrivateKeys.belongs(read, made.getCertificate().getPublicKey()))
                .isTrue();
        assertThat(PrivateKeys.belongs(read, made(algorithm).getCertificate().getPublicKey()))
                .isFalse();
    }

    @Test
    void parametersBeforeAKeyAreSkipped() throws IOException {
        X509Bundle made = made(Algorithm.ecp256);
        String parameters = pem("EC PARAMETERS", new byte[] {6, 8, 42, (byte) 134, 72, (byte) 206, 61, 3, 1, 7});
        Path file = write(
                "parameters.key",
                parameters + pem("EC PRIVATE KEY", bare(made.getKeyPair().getPrivate())));
        assertThat(PemFiles.privateKey(file).getAlgorithm()).isEqualTo("EC");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----,AAAA,-----END ENCRYPTED PRIVATE KEY----- | the key in it is encrypted, and nobody is there to type a password; write it without one: openssl pkey -in bad.key -out NEW
            -----BEGIN RSA PRIVATE KEY-----,Proc-Type: 4\\,ENCRYPTED,DEK-Info: AES-128-CBC\\,00,,AAAA,-----END RSA PRIVATE KEY----- | the key in it is encrypted
            -----BEGIN OPENSSH PRIVATE KEY-----,AAAA,-----END OPENSSH PRIVATE KEY----- | the key in it cannot be used: it has the form OPENSSH PRIVATE KEY; expected a key for RSA, EC or Ed25519 in PKCS#8
            -----BEGIN PRIVATE KEY-----,AAAA,-----END PRIVATE KEY----- | the key in it cannot be used: it is damaged or of an unknown algorithm; expected a key for RSA, EC or Ed25519
            -----BEGIN EC PRIVATE KEY-----,MAMCAQE=,-----END EC PRIVATE KEY----- | the key in it cannot be used: it is damaged, or does not name its curve; write it as PKCS#8: openssl pkcs8 -topk8 -nocrypt
            -----BEGIN EC PRIVATE KEY-----,MIT/////,-----END EC PRIVATE KEY----- | the key in it cannot be used: it is damaged
            nothing | no private key in it; expected PEM text with -----BEGIN PRIVATE KEY-----
            """)
    void keysThatCannotBeUsed(String lines, String problem) throws IOException {
        Path file =
                write("bad.key", lines.replace("\\,", "\0").replace(",", "\n").replace("\0", ",") + "\n");
        assertThatThrownBy(() -> PemFiles.privateKey(file)).isInstanceOfSatisfying(PemException.class, e -> {
            assertThat(e.problem()).startsWith(problem);
            assertThat(e).hasMessageStartingWith(file + ": " + problem);
        });
    }

    /** Whatever a damaged key holds, reading it ends with a message. */
    @Test
    void damagedKeysEndWithAMessage() throws IOException {
        byte[] der = bare(made(Algorithm.ecp256).getKeyPair().getPrivate());
        for (int i = 0; i < der.length; i++) {
            for (byte odd : new byte[] {0, 1, (byte) 0x7f, (byte) 0x80, (byte) 0x84, (byte) 0xff}) {
                byte[] damaged = der.clone();
                damaged[i] = odd;
                readable(damaged);
                readable(Arrays.copyOf(damaged, i));
            }
        }
    }

    private static void readable(byte[] der) throws IOException {
        try {
            PemFiles.privateKey(write("damaged.key", pem("EC PRIVATE KEY", der)));
        } catch (PemException e) {
            assertThat(e.problem()).isNotBlank();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing.pem", "."})
    void filesThatAreNone(String name) {
        assertThatThrownBy(() -> PemFiles.certificates(directory.resolve(name)))
                .isInstanceOf(PemException.class)
                .hasMessageMatching(".*(no such file: .*; create it, or correct the path|is a directory: .*)");
    }

    @Test
    void aFileThatIsFarTooLarge() throws IOException {
        Path file = Files.write(directory.resolve("large.pem"), new byte[(4 << 20) + 1]);
        assertThatThrownBy(() -> PemFiles.certificates(file)).hasMessageContaining("is larger than 4 MiB");
    }

    @Test
    void aDamagedCertificateIsNamedByItsNumber() throws IOException {
        String good = root.bundle().getCertificatePEM();
        Path file = write("second.pem", good + "\n" + pem("CERTIFICATE", "junk".getBytes(StandardCharsets.UTF_8)));
        assertThatThrownBy(() -> PemFiles.certificates(file))
                .hasMessageContaining("certificate 2 in it cannot be read");
    }

    @Test
    void aChainIsPutInOrder() throws Exception {
        X509Bundle between = root.make("between", b -> b.setIsCertificateAuthority(true));
        X509Bundle own = new io.netty.pkitesting.CertificateBuilder()
                .ecp256()
                .subject("CN=own")
                .addSanDnsName("own.example")
                .buildIssuedBy(between);
        X509Certificate stranger =
                TestAuthority.create(directory, "stranger").bundle().getCertificate();
        X509Certificate rootCertificate = root.bundle().getCertificate();
        CertificateChain chain = CertificateChain.of(List.of(
                own.getCertificate(), rootCertificate, stranger, between.getCertificate(), own.getCertificate()));
        assertThat(chain.certificates())
                .containsExactly(own.getCertificate(), between.getCertificate(), rootCertificate);
        assertThat(chain.strangers()).containsExactly(stranger, own.getCertificate());
        assertThat(chain.dnsNames()).containsExactly("own.example");
    }

    @Test
    void aKeyOfAnotherCertificate() throws IOException {
        KeyPairFiles a = root.issue("a");
        KeyPairFiles b = root.issue("b");
        assertThatThrownBy(() -> new KeyPairFiles(a.certificate(), b.privateKey()).read())
                .isInstanceOf(PemException.class)
                .hasMessage(b.privateKey() + ": not the key of the first certificate in " + a.certificate()
                        + "; give the two that were made together");
        Path both = write("both.pem", Files.readString(a.certificate()) + "\n" + Files.readString(b.certificate()));
        assertThatThrownBy(() -> new KeyPairFiles(both, b.privateKey()).read())
                .hasMessage(b.privateKey() + ": the key of certificate 2 in " + both
                        + "; write that certificate first, its issuer behind it, and so on");
        assertThat(new KeyPairFiles(both, a.privateKey()).read()).hasToString("CertifiedKey[CN=a]");
    }
}
