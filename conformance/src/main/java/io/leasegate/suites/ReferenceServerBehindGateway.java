package io.leasegate.suites;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What connectconformance starts as the server to be tested: the suite's own reference server, with the gateway before it. Reads the
 * suite's request from standard input, starts both, and answers with the gateway's port. TLS ends at the gateway.
 *
 * <p>The messages are {@code ServerCompatRequest} and {@code ServerCompatResponse} of connectrpc.conformance.v1, each with its length in four
 * bytes before it. Few of their fields are of interest, and the others must go on as they are, so they are handled by number.
 */
final class ReferenceServerBehindGateway {

    private static final int REQUEST_USE_TLS = 4;
    private static final int REQUEST_CLIENT_CERTIFICATE = 5;
    private static final int REQUEST_SERVER_CREDENTIALS = 7;
    private static final int CREDENTIALS_CERTIFICATE = 1;
    private static final int CREDENTIALS_KEY = 2;
    private static final int RESPONSE_HOST = 1;
    private static final int RESPONSE_PORT = 2;
    private static final int RESPONSE_CERTIFICATE = 3;
    private static final int LONGEST_MESSAGE = 1 << 20;

    private ReferenceServerBehindGateway() {}

    /** Arguments: the checkout, the reference server's program, a folder for files. Ends with the signal that the suite sends. */
    public static void main(String[] args) throws IOException, InterruptedException {
        // Killed, the suite leaves us behind; then there is nobody to serve.
        ProcessHandle.current().parent().ifPresent(suite -> suite.onExit().thenRun(() -> System.exit(1)));
        Path home = Path.of(args[0]);
        Path folder = Files.createTempDirectory(Path.of(args[2]), "server-");
        UnknownFieldSet request = read(System.in);
        ByteString certificate = certificate(request);
        Child reference = Child.startWithPipes(folder.resolve("reference.log"), List.of(args[1]));
        write(new DataOutputStream(reference.process().getOutputStream()), withoutTls(request));
        UnknownFieldSet answer = read(reference.process().getInputStream());
        Gate gate = Gate.start(home, folder, (int) number(answer, RESPONSE_PORT), tls(request, folder));
        write(new DataOutputStream(System.out), response(gate.port(), certificate));
        reference.process().waitFor();
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
