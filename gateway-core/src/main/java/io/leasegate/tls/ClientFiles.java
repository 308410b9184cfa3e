package io.leasegate.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files with which a server is spoken to. Used on the thread that watches them. */
abstract class ClientFiles implements TlsFileSource {

    private final String owner;
    private final ClientTls settings;
    private volatile List<CertificateFile> certificates = List.of();

    ClientFiles(String owner, ClientTls settings) {
        this.owner = owner;
        this.settings = settings;
    }

    /** Puts the files to use; they can be read. */
    abstract void loaded(ClientTls readable) throws IOException;

    @Override
    public String owner() {
        return owner;
    }

    @Override
    public List<Path> files() {
        List<Path> files = new ArrayList<>();
        if (settings.ca() != null) {
            files.add(settings.ca());
        }
        KeyPairFiles own = settings.own();
        if (own != null) {
            files.add(own.certificate());
            files.add(own.privateKey());
        }
        return files;
    }

    @Override
    public void load() throws IOException {
        List<CertificateFile> read = new ArrayList<>();
        Path ca = settings.ca();
        if (ca != null) {
            read.add(CertificateFile.ofAuthorities(ca, PemFiles.certificates(ca)));
        }
        KeyPairFiles own = settings.own();
        if (own != null) {
            read.add(CertificateFile.ofChain(own.certificate(), own.read().chain()));
        }
        loaded(settings);
        certificates = List.copyOf(read);
    }

    @Override
    public List<CertificateFile> certificates() {
        return certificates;
    }

    @Override
    public String content() {
        return files().toString();
    }
}
