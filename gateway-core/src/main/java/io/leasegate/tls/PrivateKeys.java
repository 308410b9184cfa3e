package io.leasegate.tls;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;

/** Makes keys of their DER forms. Stateless. */
final class PrivateKeys {

    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");
    private static final String EXPECTED = "expected a key for RSA, EC or Ed25519";

    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int CURVE = 0xa0;

    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
    /** The algorithm of RFC 8017 appendix C, 1.2.840.113549.1.1.1, and its parameters, which are NULL. */
    private static final byte[] RSA = {
        0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
    };
    /** 1.2.840.10045.2.1 of RFC 5480 section 2.1.1; its parameters name the curve. */
    private static final byte[] EC = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};

    private PrivateKeys() {}

    /**
     * A key from the content of a PEM block.
     *
     * @param label the block's label, such as {@code RSA PRIVATE KEY}
     * @throws IllegalArgumentException when it cannot be used; says why and what was expected
     */
    static PrivateKey decode(String label, byte[] der) {
        return switch (label) {
            case "PRIVATE KEY" -> pkcs8(der);
            // RFC 5958 section 2: a PKCS#8 key is the older form, wrapped together with the name of its algorithm.
            case "RSA PRIVATE KEY" -> pkcs8(wrap(RSA, der));
            case "EC PRIVATE KEY" -> pkcs8(wrap(concat(EC, curve(der)), der));
            default ->
                throw new IllegalArgumentException("it has the form " + label + "; " + EXPECTED
                        + " in PKCS#8 (-----BEGIN PRIVATE KEY-----), PKCS#1 or SEC 1");
        };
    }

    private static PrivateKey pkcs8(byte[] der) {
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException e) {
                // A key of another algorithm, or damaged: told when none fits.
            }
        }
        throw new IllegalArgumentException("it is damaged or of an unknown algorithm; " + EXPECTED);
    }

    /** The name of the curve in an ECPrivateKey (RFC 5915 section 3): {@code [0]} behind the version and the number. */
    private static byte[] curve(byte[] der) {
        try {
            int end = der.length;
            int at = enter(der, 0, end, SEQUENCE);
            at = skip(der, at, end);
            at = skip(der, at, end);
            int curve = enter(der, at, end, CURVE);
            if (der[curve] == OBJECT_IDENTIFIER) {
                return Arrays.copyOfRange(der, curve, skip(der, curve, end));
            }
        } catch (IndexOutOfBoundsException e) {
            // Shorter than it says: damaged, as told below.
        }
        throw new IllegalArgumentException("it is damaged, or does not name its curve; write it as PKCS#8: "
                + "openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW");
    }

    /** The position of an element's content; the element must have the given tag. */
    private static int enter(byte[] der, int at, int end, int tag) {
        if ((der[at] & 0xff) != tag) {
            throw new IndexOutOfBoundsException(at);
        }
        return content(der, at, end);
    }

    private static int content(byte[] der, int at, int end) {
        int first = der[at + 1] & 0xff;
        int content = at + 2 + (first < 0x80 ? 0 : first & 0x7f);
        if (content > end) {
            throw new IndexOutOfBoundsException(content);
        }
        return content;
    }

    /** The position behind an element. */
    private static int skip(byte[] der, int at, int end) {
        int content = content(der, at, end);
        int length = der[at + 1] & 0xff;
        if (length >= 0x80) {
            length = 0;
            for (int i = at + 2; i < content; i++) {
                length = (length << 8) | (der[i] & 0xff);
            }
        }
        if (length < 0 || length > end - content) {
            throw new IndexOutOfBoundsException(content);
        }
        return content + length;
    }

    private static byte[] wrap(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, concat(VERSION_0, element(SEQUENCE, algorithm), element(OCTET_STRING, key)));
    }

    private static byte[] element(int tag, byte[] content) {
        int n = content.length;
        if (n > 0xffff) {
            throw new IllegalArgumentException("it is larger than any key; " + EXPECTED);
        }
        byte[] length;
        if (n < 0x80) {
            length = new byte[] {(byte) n};
        } else if (n < 0x100) {
            length = new byte[] {(byte) 0x81, (byte) n};
        } else {
            length = new byte[] {(byte) 0x82, (byte) (n >> 8), (byte) n};
        }
        return concat(new byte[] {(byte) tag}, length, content);
    }

    private static byte[] concat(byte[]... parts) {
        int n = 0;
        for (byte[] p : parts) {
            n += p.length;
        }
        byte[] all = new byte[n];
        int at = 0;
        for (byte[] p : parts) {
            System.arraycopy(p, 0, all, at, p.length);
            at += p.length;
        }
        return all;
    }

    /** Whether what the key signs is verified by the public key: holds for every algorithm, unlike comparing numbers. */
    static boolean belongs(PrivateKey key, PublicKey publicKey) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "Ed25519";
        };
        byte[] sample = "leasegate".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(sample);
            byte[] signature = signer.sign();
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(publicKey);
            verifier.update(sample);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
