package io.leasegate.server.config;

import io.leasegate.tls.CertificateChain;
import io.leasegate.tls.ClientAuthentication;
import io.leasegate.tls.KeyPairFiles;
import io.leasegate.tls.ServerTls;
import io.leasegate.tls.TlsVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code listeners[].tls}. */
final class ListenerTlsReader {

    private static final Kind<TlsVersion> VERSION = new Kind<>(
            text -> {
                List<String> known = new ArrayList<>();
                for (TlsVersion v : TlsVersion.values()) {
                    if (v.number().equals(text)) {
                        return v;
                    }
                    known.add(v.number());
                }
                throw new Unexpected(Kind.oneOf(known));
            },
            TlsVersion.TLS_1_2);

    private static final Duration DEFAULT_TIMEOUT = Duration.ofMillis(ServerTls.DEFAULT_HANDSHAKE_TIMEOUT_MILLIS);

    private ListenerTlsReader() {}

    static ServerTls read(Section s) {
        List<KeyPairFiles> certificates = certificates(s);
        Path clientCa = TlsFiles.authorities(s, "client-ca");
        boolean hasClientCa = s.find("client-ca") != null;
        ClientAuthentication otherwise = hasClientCa ? ClientAuthentication.REQUIRE : ClientAuthentication.NONE;
        ClientAuthentication auth = s.find("client-auth", Kind.choice(ClientAuthentication.class), otherwise);
        if (auth != ClientAuthentication.NONE && !hasClientCa) {
            s.missing(
                    "client-ca",
                    "client-auth asks for client certificates: name the PEM file with the authorities that sign them");
        }
        String identityHeader = s.find("identity-header", Headers.IDENTITY_NAME);
        if (identityHeader != null && auth == ClientAuthentication.NONE && hasClientCa) {
            s.problem("client-auth", "none, so that identity-header has nobody to name (expected optional or require)");
        } else if (identityHeader != null && !hasClientCa) {
            s.missing(
                    "client-ca",
                    "identity-header names clients by their certificates: name the PEM file with the authorities that sign them");
        }
        return new ServerTls(
                certificates,
                clientCa,
                clientCa == null ? ClientAuthentication.NONE : auth,
                s.find("min-version", VERSION, TlsVersion.TLS_1_2),
                Math.toIntExact(s.find("handshake-timeout", ListenerReader.TIMER, DEFAULT_TIMEOUT)
                        .toMillis()),
                identityHeader);
    }

    /** The first of them stands in the block itself, further ones in the list. */
    private static List<KeyPairFiles> certificates(Section s) {
        List<KeyPairFiles> files = new ArrayList<>();
        Map<String, Node> owners = new HashMap<>();
        TlsFiles.KeyPair own = TlsFiles.keyPair(s);
        if (own.files() == null && s.find("certificate") == null && s.find("private-key") == null) {
            s.missing("certificate", "expected the PEM file with this listener's certificate chain");
        }
        // Stands in for files whose absence is an error that has been noted.
        files.add(own.files() == null ? new KeyPairFiles(Path.of(""), Path.of("")) : own.files());
        claimNames(s.find("certificate"), own.chain(), owners);
        for (Node element : s.elements("certificates")) {
            element.asBlock(e -> {
                TlsFiles.KeyPair more = TlsFiles.keyPair(e);
                if (more.files() != null) {
                    files.add(more.files());
                } else if (e.find("certificate") == null && e.find("private-key") == null) {
                    e.missing("certificate", "expected the PEM file with a certificate chain");
                }
                Node node = e.find("certificate");
                claimNames(node, more.chain(), owners);
                if (node != null
                        && more.chain() != null
                        && more.chain().dnsNames().isEmpty()) {
                    node.context()
                            .warning(
                                    node.path()
                                            + ": the certificate has no DNS name among its subject alternative names,"
                                            + " so no client will get it",
                                    node.origin());
                }
                return files;
            });
        }
        return files;
    }

    /** The first certificate with a name gets its clients. */
    private static void claimNames(@Nullable Node node, @Nullable CertificateChain chain, Map<String, Node> owners) {
        if (node == null || chain == null) {
            return;
        }
        for (String name : chain.dnsNames()) {
            Node owner = owners.putIfAbsent(name, node);
            if (owner != null && !owner.equals(node)) {
                node.context()
                        .warning(
                                node.path() + ": clients that ask for " + name + " get the certificate of "
                                        + owner.path() + ", which has that name too",
                                node.origin());
            }
        }
    }
}
