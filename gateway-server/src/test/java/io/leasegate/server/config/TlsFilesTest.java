package io.leasegate.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.leasegate.tls.ClientAuthentication;
import io.leasegate.tls.ClientTls;
import io.leasegate.tls.KeyPairFiles;
import io.leasegate.tls.ServerTls;
import io.leasegate.tls.TlsVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates and keys that the configuration names are looked into when it is read. */
class TlsFilesTest {

    @TempDir
    private static Path directory = Path.of("");

    @BeforeAll
    static void certificates() throws IOException {
        Certificates.create(directory, "rsa", "RSA", "-keysize", "2048");
        Certificates.create(directory, "other", "RSA", "-keysize", "2048");
        Certificates.create(directory, "ec", "EC");
        Certificates.create(directory, "ed", "Ed25519");
        Certificates.create(directory, "named", "EC", "-ext", "SAN=dns:a.example");
        Certificates.create(directory, "old", "EC", "-startdate", "-10d", "-validity", "1");
        byte[] junk = "junk".getBytes(StandardCharsets.UTF_8);
        write("text.pem", "no PEM at all\n");
        write("damaged.pem", Certificates.pem("CERTIFICATE", junk));
        write("damaged.key", Certificates.pem("PRIVATE KEY", junk));
        write("encrypted.key", Certificates.pem("ENCRYPTED PRIVATE KEY", junk));
        write("pkcs1.key", Certificates.pem("RSA PRIVATE KEY", junk));
        write("sec1.key", Certificates.pem("EC PARAMETERS", junk) + Certificates.pem("EC PRIVATE KEY", junk));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "ec", "ed"})
    void aPairThatFits(String name) throws Exception {
        GatewayConfig config = load(listener("certificate = " + name + ".pem, private-key = " + name + ".key"));

        assertThat(config.listeners().get(0).tls())
                .isEqualTo(ServerTls.of(directory.resolve(name + ".pem"), directory.resolve(name + ".key")));
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void everythingOfAListener() throws Exception {
        ServerTls tls = tls("""
                certificate = ec.pem, private-key = ec.key
                certificates = [ { certificate = named.pem, private-key = named.key } ]
                client-ca = rsa.pem, client-auth = optional, identity-header = X-Client, min-version = 1.3, handshake-timeout = 2s
                """.replace("\n", ", "));

        assertThat(tls)
                .isEqualTo(new ServerTls(
                        List.of(pair("ec"), pair("named")),
                        directory.resolve("rsa.pem"),
                        ClientAuthentication.OPTIONAL,
                        TlsVersion.TLS_1_3,
                        2_000,
                        "x-client"));
    }

    @Test
    void aChainWithTheKeyOfItsFirstCertificate() throws Exception {
        write(
                "chain.pem",
                Files.readString(directory.resolve("ec.pem")) + Files.readString(directory.resolve("rsa.pem")));

        GatewayConfig config = load(listener("certificate = chain.pem, private-key = ec.key"));
        assertThat(config.warnings())
                .singleElement()
                .satisfies(w -> assertThat(w.message())
                        .isEqualTo(
                                "leasegate.listeners[0].tls.certificate: the certificate of CN=rsa in it is not sent,"
                                        + " as it is no issuer of the first one (expected the own certificate, then its issuer,"
                                        + " and so on)"));
        assertThat(error(listener("certificate = chain.pem, private-key = rsa.key")))
                .isEqualTo("private-key: rsa.key (the key of certificate 2 in " + directory
                        + "/chain.pem; write that certificate first, its issuer behind it, and so on)");
    }

    @Test
    void aClientCaAsksForCertificatesUnlessToldOtherwise() throws Exception {
        String pair = "certificate = ec.pem, private-key = ec.key, client-ca = rsa.pem";

        assertThat(clientAuth(pair)).isEqualTo(ClientAuthentication.REQUIRE);
        assertThat(clientAuth(pair + ", client-auth = optional")).isEqualTo(ClientAuthentication.OPTIONAL);
        assertThat(clientAuth(pair + ", client-auth = none")).isEqualTo(ClientAuthentication.NONE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            certificate = none.pem, private-key = ec.key   | certificate: none.pem (no such file: DIR/none.pem; create it, or correct the path, which is taken from the configuration file's directory)
            certificate = ".", private-key = ec.key        | certificate: . (is a directory: DIR; name the PEM file in it)
            certificate = text.pem, private-key = ec.key   | certificate: text.pem (no certificate in it; expected PEM text with -----BEGIN CERTIFICATE-----)
            certificate = ec.key, private-key = ec.key     | certificate: ec.key (no certificate in it; expected PEM text with -----BEGIN CERTIFICATE-----)
            certificate = ec.pem, private-key = ec.pem     | private-key: ec.pem (no private key in it; expected PEM text with -----BEGIN PRIVATE KEY-----)
            certificate = ec.pem, private-key = damaged.key | private-key: damaged.key (the key in it cannot be used: it is damaged or of an unknown algorithm; expected a key for RSA, EC or Ed25519)
            certificate = ec.pem, private-key = encrypted.key | private-key: encrypted.key (the key in it is encrypted, and nobody is there to type a password; write it without one: openssl pkey -in encrypted.key -out NEW, and guard it by its file mode)
            certificate = rsa.pem, private-key = pkcs1.key | private-key: pkcs1.key (the key in it cannot be used: it is damaged or of an unknown algorithm; expected a key for RSA, EC or Ed25519)
            certificate = ec.pem, private-key = sec1.key   | private-key: sec1.key (the key in it cannot be used: it is damaged, or does not name its curve; write it as PKCS#8: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW)
            certificate = rsa.pem, private-key = other.key | private-key: other.key (not the key of the first certificate in DIR/rsa.pem; give the two that were made together)
            certificate = rsa.pem, private-key = ec.key    | private-key: ec.key (not the key of the first certificate in DIR/rsa.pem; give the two that were made together)
            certificate = ec.pem                           | private-key: missing (certificate is set: name the PEM file with its private key)
            private-key = ec.key                           | certificate: missing (private-key is set: name the PEM file with its certificate)
            certificate = ec.pem, private-key = ec.key, client-auth = require | client-ca: missing (client-auth asks for client certificates: name the PEM file with the authorities that sign them)
            certificate = ec.pem, private-key = ec.key, certificates = [ {} ] | certificates[0].certificate: missing (expected the PEM file with a certificate chain)
            certificate = ec.pem, private-key = ec.key, certificates = [ { certificate = ec.pem } ] | certificates[0].private-key: missing (certificate is set: name the PEM file with its private key)
            certificate = ec.pem, private-key = ec.key, identity-header = x-a | client-ca: missing (identity-header names clients by their certificates: name the PEM file with the authorities that sign them)
            certificate = ec.pem, private-key = ec.key, client-ca = rsa.pem, client-auth = none, identity-header = x-a | client-auth: none, so that identity-header has nobody to name (expected optional or require)
            certificate = ec.pem, private-key = ec.key, client-ca = rsa.pem, identity-header = x-request-id | identity-header: x-request-id (expected a header that serves no other end, such as x-client-identity)
            certificate = ec.pem, private-key = ec.key, client-ca = rsa.pem, identity-header = te | identity-header: te (expected a header that a route may change; HTTP/2 itself uses this one)
            certificate = ec.pem, private-key = ec.key, min-version = 1.1 | min-version: 1.1 (expected 1.2 or 1.3)
            certificate = ec.pem, private-key = ec.key, handshake-timeout = 10 | handshake-timeout: 10 (expected a duration with a unit such as 250ms, 5s or 2m)
            certificate = ec.pem, private-key = ec.key, client-auth = always | client-auth: always (expected none, optional or require)
            """)
    void filesThatDoNotDo(String tls, String message) throws IOException {
        assertThat(error(listener(tls))).isEqualTo(message.replace("DIR", directory.toString()));
    }

    @Test
    void aDamagedCertificate() throws IOException {
        assertThat(error(listener("certificate = damaged.pem, private-key = ec.key")))
                .startsWith("certificate: damaged.pem (certificate 1 in it cannot be read: ");
    }

    @Test
    void anEmptyBlockOfAListener() throws IOException {
        assertThat(error(listener("")))
                .isEqualTo("certificate: missing (expected the PEM file with this listener's certificate chain)");
    }

    @Test
    void aCertificateThatHasEndedIsAWarning() throws Exception {
        GatewayConfig config = load(listener("certificate = old.pem, private-key = old.key"));

        assertThat(config.warnings())
                .anySatisfy(w -> assertThat(w.toString())
                        .startsWith("leasegate.listeners[0].tls.certificate: the certificate of CN=old ended on ")
                        .contains("; peers will refuse it, ")
                        .endsWith(": line 1"));
    }

    @Test
    void namesThatDoNotChoose() throws Exception {
        GatewayConfig config = load(
                listener(
                        "certificate = named.pem, private-key = named.key, certificates = ["
                                + " { certificate = ec.pem, private-key = ec.key }, { certificate = named.pem, private-key = named.key } ]"));

        assertThat(config.warnings())
                .extracting(Problem::message)
                .containsExactlyInAnyOrder(
                        "leasegate.listeners[0].tls.certificates[0].certificate: the certificate has no DNS name among its"
                                + " subject alternative names, so no client will get it",
                        "leasegate.listeners[0].tls.certificates[1].certificate: clients that ask for a.example get the"
                                + " certificate of leasegate.listeners[0].tls.certificate, which has that name too");
    }

    @Test
    void tlsTowardEtcdAndInstances() throws Exception {
        GatewayConfig config = load("""
                leasegate {
                  discovery.etcd {
                    endpoints = [ "https://etcd:2379" ]
                    tls { ca = rsa.pem, certificate = ec.pem, private-key = ec.key, server-name = etcd.internal }
                  }
                  services {
                    default.tls { enabled = true, ca = rsa.pem }
                    a.tls { certificate = ec.pem, private-key = ec.key, server-name = a.internal }
                    b.tls { enabled = false, ca = ec.pem }
                  }
                }
                """);

        assertThat(config.discovery().etcd()).isNotNull();
        assertThat(config.discovery().etcd().tls())
                .isEqualTo(new ClientTls(directory.resolve("rsa.pem"), pair("ec"), "etcd.internal"));
        assertThat(config.services().of("a").tls())
                .isEqualTo(new ServiceConfig.Tls(
                        true, new ClientTls(directory.resolve("rsa.pem"), pair("ec"), "a.internal")));
        assertThat(config.services().of("b").tls())
                .isEqualTo(new ServiceConfig.Tls(false, new ClientTls(directory.resolve("ec.pem"), null, null)));
        assertThat(config.services().of("c").tls())
                .isEqualTo(new ServiceConfig.Tls(true, new ClientTls(directory.resolve("rsa.pem"), null, null)));
    }

    private static String listener(String tls) {
        return "leasegate { listeners = [ { tls { " + tls + " } } ], discovery.static.services { a = [] } }\n";
    }

    private static ClientAuthentication clientAuth(String tls) throws Exception {
        return tls(tls).clientAuth();
    }

    private static KeyPairFiles pair(String name) {
        return new KeyPairFiles(directory.resolve(name + ".pem"), directory.resolve(name + ".key"));
    }

    private static ServerTls tls(String text) throws Exception {
        ServerTls read = load(listener(text)).listeners().get(0).tls();
        assertThat(read).isNotNull();
        return read;
    }

    private static GatewayConfig load(String text) throws IOException, ConfigurationException {
        return ConfigLoader.load(write("gate.conf", text));
    }

    /** The only error, from the key in the block on. */
    private static String error(String text) throws IOException {
        Path file = write("gate.conf", text);
        ConfigurationException e = catchThrowableOfType(ConfigurationException.class, () -> ConfigLoader.load(file));
        assertThat(e).isNotNull();
        assertThat(e.problems()).hasSize(1);
        Problem problem = e.problems().get(0);
        assertThat(problem.line()).isEqualTo(1);
        return problem.message().replace("leasegate.listeners[0].tls.", "");
    }

    private static Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
