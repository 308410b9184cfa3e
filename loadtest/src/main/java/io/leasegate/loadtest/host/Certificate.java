package io.leasegate.loadtest.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/**
 * A self-signed certificate of this run: an EC key, as public sites have.
 *
 * @param chain PEM file with the certificate
 * @param key PEM file with its private key, PKCS#8
 * @param both PEM file with both, as HAProxy wants it
 */
public record Certificate(Path chain, Path key, Path both) {

    private static final String PASSWORD = "changeit";
    private static final String ALIAS = "bench";

    /** Makes it with the JDK's keytool. */
    public static Certificate create(Path folder) throws BenchFailure, InterruptedException {
        Path store = folder.resolve("bench.p12");
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        String[] command = {
            keytool.toString(),
            "-genkeypair",
            "-alias",
            ALIAS,
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-dname",
            "CN=bench",
            "-ext",
            "SAN=dns:bench,ip:127.0.0.1",
            "-keystore",
            store.toString(),
            "-storetype",
            "PKCS12",
            "-storepass",
            PASSWORD
        };
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new BenchFailure(keytool + " cannot make a certificate: " + output);
            }
            KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
            String chain = pem("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded());
            String key = pem(
                    "PRIVATE KEY", keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded());
            return new Certificate(
                    Files.writeString(folder.resolve("bench.pem"), chain),
                    Files.writeString(folder.resolve("bench.key"), key),
                    Files.writeString(folder.resolve("bench-both.pem"), chain + key));
        } catch (IOException | GeneralSecurityException e) {
            throw new BenchFailure("cannot make a certificate with " + keytool + ": " + e, e);
        }
    }

    private static String pem(String type, byte[] der) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n";
    }
}
