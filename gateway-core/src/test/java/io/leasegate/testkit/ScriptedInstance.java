package io.leasegate.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * An instance of a service that does what a test tells it. Either the test takes each stream by {@link #nextStream()} and plays it,
 * or a script given to {@link #start(StreamScript)} plays every stream on a thread of its own. It records all connections and streams.
 */
public final class ScriptedInstance implements AutoCloseable {

    /** Plays one stream, whose HEADERS are there. */
    @FunctionalInterface
    public interface StreamScript {
        void play(RawStream stream) throws Exception;
    }

    private static final String LOOPBACK = "127.0.0.1";

    private final StreamScript script;
    private final Supplier<PeerOptions> options;
    private final String host;
    private final int port;
    private final List<RawHttp2Peer> connections = new CopyOnWriteArrayList<>();
    private final List<RawStream> streams = new CopyOnWriteArrayList<>();
    private final BlockingQueue<RawHttp2Peer> newConnections = new LinkedBlockingQueue<>();
    private final BlockingQueue<RawStream> newStreams = new LinkedBlockingQueue<>();
    private final List<Throwable> scriptFailures = new CopyOnWriteArrayList<>();
    private volatile ServerSocket serverSocket;
    private volatile Thread acceptor;
    private volatile boolean closing;

    private ScriptedInstance(Supplier<PeerOptions> options, StreamScript script) {
        this(options, script, LOOPBACK, 0);
    }

    private ScriptedInstance(Supplier<PeerOptions> options, StreamScript script, String host, int port) {
        this.options = options;
        this.script = script;
        this.host = host;
        this.port = bind(port);
    }

    /** An instance whose streams the test plays itself. */
    public static ScriptedInstance start() {
        return new ScriptedInstance(PeerOptions::defaults, null);
    }

    /** An instance whose streams the test plays itself, with other options for each connection. */
    public static ScriptedInstance start(Supplier<PeerOptions> options) {
        return new ScriptedInstance(options, null);
    }

    /** An instance that plays the script on each stream. */
    public static ScriptedInstance start(StreamScript script) {
        return new ScriptedInstance(PeerOptions::defaults, script);
    }

    /** An instance at another address of this machine, whose streams the test plays itself. */
    public static ScriptedInstance startAt(String host, int port) {
        return new ScriptedInstance(PeerOptions::defaults, null, host, port);
    }

    public static ScriptedInstance start(Supplier<PeerOptions> options, StreamScript script) {
        return new ScriptedInstance(options, script);
    }

    /** Reads the request to its end and sends each message back. */
    public static void echo(RawStream stream) {
        byte[] body = stream.expectRequestEnd();
        stream.responseHeaders().data(body, false).trailers(0);
    }

    public int port() {
        return port;
    }

    /** The next stream that was opened here and not taken yet; its HEADERS are {@link RawStream#request}. */
    public RawStream nextStream() {
        RawStream stream = take(newStreams, "a stream on the scripted instance");
        stream.requestFrame();
        return stream;
    }

    /** The next connection that was accepted and not taken yet. */
    public RawHttp2Peer nextConnection() {
        return take(newConnections, "a connection to the scripted instance");
    }

    /** No stream is opened here within the time. */
    public void expectNoStream(Duration time) {
        RawStream s;
        try {
            s = newStreams.poll(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        if (s != null) {
            throw new AssertionError("expected no stream on the instance, got " + s.requestFrame());
        }
    }

    /** All connections accepted so far. */
    public List<RawHttp2Peer> connections() {
        return List.copyOf(connections);
    }

    /** All streams opened so far. */
    public List<RawStream> streams() {
        return List.copyOf(streams);
    }

    /** Refuses new connections; those that are there stay. */
    public void stopListening() {
        try {
            serverSocket.close();
            // The system frees the port only when the thread in accept() has left.
            acceptor.join(5_000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Listens again on the same port. */
    public void listenAgain() {
        bind(port);
    }

    /** Ends as a killed process does: the port is closed, every connection is reset. */
    public void kill() {
        stopListening();
        connections.forEach(RawHttp2Peer::abort);
    }

    /** What scripts threw. */
    public List<Throwable> scriptFailures() {
        return List.copyOf(scriptFailures);
    }

    /** Fails when a script failed or the gateway broke a window. */
    public void assertClean() {
        if (!scriptFailures.isEmpty()) {
            throw new AssertionError("a script of the instance failed", scriptFailures.get(0));
        }
        connections.forEach(RawHttp2Peer::assertWindowsRespected);
    }

    @Override
    public void close() {
        closing = true;
        stopListening();
        connections.forEach(RawHttp2Peer::close);
    }

    private int bind(int wantedPort) {
        try {
            ServerSocket s = new ServerSocket();
            s.setReuseAddress(true);
            PeerOptions o = options.get();
            if (o.receiveBufferBytes > 0) {
                s.setReceiveBufferSize(o.receiveBufferBytes);
            }
            s.bind(new InetSocketAddress(host, wantedPort), 512);
            serverSocket = s;
            acceptor = new Thread(() -> acceptLoop(s), "scripted-instance-accept-" + s.getLocalPort());
            acceptor.setDaemon(true);
            acceptor.start();
            return s.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void acceptLoop(ServerSocket s) {
        while (!s.isClosed()) {
            Socket socket;
            try {
                socket = s.accept();
            } catch (IOException e) {
                return;
            }
            RawHttp2Peer connection = new RawHttp2Peer(socket, true, options.get(), this::onNewStream);
            connections.add(connection);
            newConnections.add(connection);
            try {
                connection.begin();
            } catch (UncheckedIOException e) {
                // The other side was faster to leave than we were to greet it; its absence is on record.
                connection.close();
            }
            if (closing) {
                connection.close();
            }
        }
    }

    private void onNewStream(RawStream stream) {
        streams.add(stream);
        newStreams.add(stream);
        if (script == null) {
            return;
        }
        Thread t = new Thread(() -> play(stream), "scripted-stream-" + stream.id());
        t.setDaemon(true);
        t.start();
    }

    private void play(RawStream stream) {
        try {
            stream.requestFrame();
            script.play(stream);
        } catch (Throwable e) {
            if (!closing) {
                scriptFailures.add(e);
            }
        }
    }

    private static <T> T take(BlockingQueue<T> queue, String what) {
        try {
            T t = queue.poll(10, TimeUnit.SECONDS);
            if (t == null) {
                throw new AssertionError("expected " + what + " within 10 s");
            }
            return t;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The requests' paths in the order of arrival. */
    public List<String> paths() {
        List<String> paths = new ArrayList<>();
        streams.forEach(s -> paths.add(s.received().get(0).headers().get(":path")));
        return paths;
    }
}
