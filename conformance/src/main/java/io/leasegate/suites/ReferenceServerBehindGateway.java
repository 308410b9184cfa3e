package io.leasegate.suites;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import io.leasegate.suites.Tools.GoTool;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What connectconformance takes for the server to be tested: the suite's own reference server, with the gateway before it. The program that the
 * suite starts for that is a few words of shell, which connect it with us; so no JVM has to start within the time that the suite grants. Reads
 * the suite's request, starts both, and answers with the gateway's port. TLS ends at the gateway. A thread of its own serves one suite.
 *
 * <p>The messages are {@code ServerCompatRequest} and {@code ServerCompatResponse} of connectrpc.conformance.v1, each with its length in four
 * bytes before it. Few of their fields are of interest, and the others must go on as they are, so they are handled by number.
 */
final class ReferenceServerBehindGateway implements AutoCloseable {

    private static final int REQUEST_USE_TLS = 4;
    private static final int REQUEST_CLIENT_CERTIFICATE = 5;
    private static final int REQUEST_SERVER_CREDENTIALS = 7;
    private static final int CREDENTIALS_CERTIFICATE = 1;
    private static final int CREDENTIALS_KEY = 2;
    private static final int RESPONSE_HOST = 1;
    private static final int RESPONSE_PORT = 2;
    private static final int RESPONSE_CERTIFICATE = 3;
    private static final int LONGEST_MESSAGE = 1 << 20;

    private final Bench bench;
    private final ServerSocket control;
    private final Thread thread;
    private volatile @Nullable IOException failure;

    ReferenceServerBehindGateway(Bench bench) throws IOException {
        this.bench = bench;
        this.control = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        this.thread = new Thread(this::acceptAll, "reference-server");
        thread.start();
    }

    /** What the suite is to start: it passes its input to us and our output on. */
    List<String> command() {
        return List.of(
                "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/" + control.getLocalPort() + "; cat <&0 >&3 & exec cat <&3");
    }

    /** Why the last server that was asked for is not there; null when it is. */
    @Nullable
    IOException failure() {
        return failure;
    }

    private void acceptAll() {
        while (true) {
            try (Socket suite = control.accept()) {
                failure = null;
                serve(suite);
            } catch (InterruptedException e) {
                return;
            } catch (IOException e) {
                if (control.isClosed()) {
                    return;
                }
                failure = e;
            }
        }
    }

    private void serve(Socket suite) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(bench.scratch(), "server-");
        UnknownFieldSet request = read(suite.getInputStream());
        try (Child reference = Child.startWithPipes(
                folder.resolve("reference.log"),
                List.of(bench.tools().path(GoTool.REFERENCE_SERVER).toString()))) {
            write(new DataOutputStream(reference.process().getOutputStream()), withoutTls(request));
            UnknownFieldSet answer = read(reference.process().getInputStream());
            int port = (int) number(answer, RESPONSE_PORT);
            try (Gate gate = Gate.start(bench.home(), folder, port, tls(request, folder))) {
                write(new DataOutputStream(suite.getOutputStream()), response(gate.port(), certificate(request)));
                awaitEnd(suite);
            }
        }
    }

    /** The suite ends its server by a signal, and our connection with it. */
    private static void awaitEnd(Socket suite) {
        try {
            suite.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // an end as well
        }
    }

    @Override
    public void close() throws IOException {
        control.close();
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the reference server is asked for: the same, but in clear text. */
    static UnknownFieldSet withoutTls(UnknownFieldSet request) {
        return request.toBuilder()
                .clearField(REQUEST_USE_TLS)
                .clearField(REQUEST_CLIENT_CERTIFICATE)
                .clearField(REQUEST_SERVER_CREDENTIALS)
                .build();
    }

    /** Where clients are sent, and the certificate that they are to trust; empty without TLS. */
    static UnknownFieldSet response(int port, ByteString certificate) {
        UnknownFieldSet.Builder response = UnknownFieldSet.newBuilder()
                .addField(RESPONSE_HOST, bytes(ByteString.copyFromUtf8("127.0.0.1")))
                .addField(RESPONSE_PORT, Field.newBuilder().addVarint(port).build());
        if (!certificate.isEmpty()) {
            response.addField(RESPONSE_CERTIFICATE, bytes(certificate));
        }
        return response.build();
    }

    private static ByteString certificate(UnknownFieldSet request) throws IOException {
        return number(request, REQUEST_USE_TLS) == 0
                ? ByteString.EMPTY
                : text(credentials(request), CREDENTIALS_CERTIFICATE);
    }

    private static @Nullable ListenerTls tls(UnknownFieldSet request, Path folder) throws IOException {
        if (number(request, REQUEST_USE_TLS) == 0) {
            return null;
        }
        ByteString clients = text(request, REQUEST_CLIENT_CERTIFICATE);
        return new ListenerTls(
                file(folder, "certificate.pem", certificate(request)),
                file(folder, "key.pem", text(credentials(request), CREDENTIALS_KEY)),
                clients.isEmpty() ? null : file(folder, "clients.pem", clients));
    }

    private static UnknownFieldSet credentials(UnknownFieldSet request) throws IOException {
        return UnknownFieldSet.parseFrom(text(request, REQUEST_SERVER_CREDENTIALS));
    }

    private static Path file(Path folder, String name, ByteString content) throws IOException {
        return Files.write(folder.resolve(name), content.toByteArray());
    }

    static ByteString text(UnknownFieldSet message, int field) {
        List<ByteString> values = message.getField(field).getLengthDelimitedList();
        return values.isEmpty() ? ByteString.EMPTY : values.get(values.size() - 1);
    }

    static long number(UnknownFieldSet message, int field) {
        List<Long> values = message.getField(field).getVarintList();
        return values.isEmpty() ? 0 : values.get(values.size() - 1);
    }

    private static Field bytes(ByteString value) {
        return Field.newBuilder().addLengthDelimited(value).build();
    }

    static UnknownFieldSet read(InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        int length = data.readInt();
        if (length < 0 || length > LONGEST_MESSAGE) {
            throw new IOException("a message of " + Integer.toUnsignedString(length) + " bytes (expected a small one)");
        }
        return UnknownFieldSet.parseFrom(data.readNBytes(length));
    }

    static void write(DataOutputStream out, UnknownFieldSet message) throws IOException {
        byte[] bytes = message.toByteArray();
        out.writeInt(bytes.length);
        out.write(bytes);
        out.flush();
    }
}
