package io.leasegate.server.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Finds out what listens at addresses: HTTP/2 as gRPC needs it, something else, or nothing. A connection or two to each, no request of a
 * gRPC method. Blocks its caller; the connections run on threads of their own.
 */
final class AddressProbe {

    /** What was found at an address. */
    enum Outcome {
        HTTP2("", ""),
        UNREACHABLE("unreachable", "cannot be reached"),
        HTTP1("speaks-http1", "speaks HTTP/1, not HTTP/2 as gRPC needs it"),
        TLS("speaks-tls", "speaks TLS, but its registration does not say so"),
        NO_TLS("no-tls", "does not speak TLS, but its registration says so"),
        OTHER("not-http2", "answers, but not in HTTP/2"),
        SILENT("silent", "accepts connections and says nothing"),
        NOT_PROBED("not-probed", "was not probed: the time was up");

        private final String code;
        private final String message;

        Outcome(String code, String message) {
            this.code = code;
            this.message = message;
        }

        String code() {
            return code;
        }

        String message() {
            return message;
        }
    }

    /**
     * An address to look at.
     *
     * @param tls whether TLS is expected there
     */
    record Target(String host, int port, boolean tls) {}

    /**
     * What was found.
     *
     * @param detail more of it, empty for nothing
     */
    record Result(Outcome outcome, String detail) {}

    private static final int CONCURRENT = 64;
    /** The preface, and behind it a SETTINGS frame without settings (RFC 9113, section 3.4). */
    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(StandardCharsets.US_ASCII);

    private static final int FRAME_HEADER_BYTES = 9;
    private static final int SETTINGS_TYPE = 4;

    /** The first byte of a TLS alert, which a TLS server sends when it is spoken to in clear text (RFC 8446, section 5.1). */
    private static final int TLS_ALERT = 21;

    private final int timeoutMillis;

    AddressProbe(Duration timeout) {
        timeoutMillis = Math.toIntExact(timeout.toMillis());
    }

    /** Looks at all the addresses, at many at a time, within the limit. */
    Map<Target, Result> probe(Set<Target> targets, Duration limit) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(CONCURRENT, task -> {
            Thread thread = new Thread(task, "leasegate-probe");
            thread.setDaemon(true);
            return thread;
        });
        try {
            long end = System.nanoTime() + limit.toNanos();
            Map<Target, Future<Result>> running = new LinkedHashMap<>();
            targets.forEach(t -> running.put(t, threads.submit(() -> probe(t))));
            Map<Target, Result> results = new HashMap<>();
            for (Map.Entry<Target, Future<Result>> e : running.entrySet()) {
                results.put(e.getKey(), await(e.getValue(), end));
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    private static Result await(Future<Result> future, long end) throws InterruptedException {
        try {
            return future.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return new Result(Outcome.NOT_PROBED, "");
        } catch (ExecutionException e) {
            return new Result(Outcome.UNREACHABLE, String.valueOf(e.getCause()));
        }
    }

    private Result probe(Target target) {
        try {
            Result result = target.tls() ? overTls(target) : inClearText(target);
            boolean unclear = result.outcome() == Outcome.OTHER || result.outcome() == Outcome.SILENT;
            if (!unclear || target.tls()) {
                return result;
            }
            return speaksHttp1(target)
                    ? new Result(Outcome.HTTP1, "")
                    : speaksTls(target) ? new Result(Outcome.TLS, "") : result;
        } catch (ConnectException | NoRouteToHostException e) {
            return new Result(Outcome.UNREACHABLE, String.valueOf(e.getMessage()));
        } catch (SocketTimeoutException e) {
            return new Result(Outcome.UNREACHABLE, "no answer within " + timeoutMillis + " ms");
        } catch (IOException e) {
            return new Result(Outcome.UNREACHABLE, e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    private Socket connect(Target target) throws IOException {
        InetSocketAddress address = new InetSocketAddress(target.host(), target.port());
        if (address.isUnresolved()) {
            throw new ConnectException("the name " + target.host() + " has no address");
        }
        Socket socket = new Socket();
        try {
            socket.connect(address, timeoutMillis);
            socket.setSoTimeout(timeoutMillis);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private Result inClearText(Target target) throws IOException {
        try (Socket socket = connect(target)) {
            return speak(socket);
        }
    }

    private static Result speak(Socket socket) throws IOException {
        byte[] answer;
        try {
            socket.getOutputStream().write(PREFACE);
            socket.getOutputStream().flush();
            answer = socket.getInputStream().readNBytes(FRAME_HEADER_BYTES);
        } catch (SocketTimeoutException e) {
            return new Result(Outcome.SILENT, "");
        } catch (IOException e) {
            // Connected, and then cut off: not how HTTP/2 answers its preface.
            return new Result(Outcome.OTHER, "it closes the connection");
        }
        if (answer.length == FRAME_HEADER_BYTES && answer[3] == SETTINGS_TYPE && answer[0] == 0 && answer[5] == 0) {
            return new Result(Outcome.HTTP2, "");
        }
        String text = new String(answer, StandardCharsets.ISO_8859_1);
        if (text.startsWith("HTTP/1.")) {
            return new Result(Outcome.HTTP1, "");
        }
        if (answer.length > 1 && answer[0] == TLS_ALERT && answer[1] == 3) {
            return new Result(Outcome.TLS, "");
        }
        return new Result(Outcome.OTHER, answer.length == 0 ? "it closes the connection" : "");
    }

    /** Some servers answer the preface of HTTP/2 with a page and no status line. */
    private boolean speaksHttp1(Target target) {
        try (Socket socket = connect(target)) {
            String request = "GET / HTTP/1.1\r\nHost: " + target.host() + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            byte[] answer = socket.getInputStream().readNBytes(7);
            return new String(answer, StandardCharsets.ISO_8859_1).startsWith("HTTP/1.");
        } catch (IOException e) {
            return false;
        }
    }

    /** Some servers that expect TLS cut the connection off before their alert is read. */
    private boolean speaksTls(Target target) {
        try {
            return overTls(target).outcome() != Outcome.NO_TLS;
        } catch (IOException e) {
            return false;
        }
    }

    private Result overTls(Target target) throws IOException {
        try (Socket plain = connect(target);
                SSLSocket socket = (SSLSocket)
                        context().getSocketFactory().createSocket(plain, target.host(), target.port(), true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
            socket.setSSLParameters(parameters);
            try {
                socket.startHandshake();
            } catch (SSLException e) {
                return new Result(Outcome.NO_TLS, String.valueOf(e.getMessage()));
            }
            return socket.getApplicationProtocol().equals("h2")
                    ? speak(socket)
                    : new Result(Outcome.HTTP1, "over TLS, ALPN has no h2");
        }
    }

    /** What is asked is what is spoken there, not who is there: nothing is sent that anyone could be after. */
    private static SSLContext context() throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Anyone()}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS in this JVM", e);
        }
    }

    private static final class Anyone implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
