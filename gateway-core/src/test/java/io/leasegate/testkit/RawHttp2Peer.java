package io.leasegate.testkit;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One end of an HTTP/2 connection that does what a test tells it, on a plain blocking socket: {@link #send()} writes frames, the
 * {@code expect…} methods wait for what the other side sends and fail with the history when something else comes. One thread reads;
 * it acknowledges and returns windows as {@link PeerOptions} says. All methods are safe from any thread.
 */
public class RawHttp2Peer implements AutoCloseable {

    private final Socket socket;
    private final boolean server;
    private final PeerOptions options;
    private final Consumer<RawStream> onNewStream;
    private final FrameOutput output;
    private final FrameLog log = new FrameLog();
    private final PeerWindows windows = new PeerWindows();
    private final HpackReader hpack = new HpackReader();
    private final Set<Integer> seenStreams = new HashSet<>();
    private final Object readGate = new Object();
    private volatile boolean reading = true;
    private volatile boolean returnStreamWindow;
    private volatile boolean returnConnectionWindow;

    RawHttp2Peer(Socket socket, boolean server, PeerOptions options, Consumer<RawStream> onNewStream) {
        this.socket = socket;
        this.server = server;
        this.options = options;
        this.onNewStream = onNewStream;
        this.returnStreamWindow = options.returnStreamWindow;
        this.returnConnectionWindow = options.returnConnectionWindow;
        try {
            socket.setTcpNoDelay(true);
            this.output = new FrameOutput(socket.getOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends the first frames and begins to read. */
    final void begin() {
        if (options.handshake) {
            if (!server) {
                output.preface();
            }
            output.settings(
                    options.settings.stream().flatMapToLong(Arrays::stream).toArray());
            if (options.connectionWindowBytes > 65_535) {
                returnWindow(0, options.connectionWindowBytes - 65_535);
            }
        }
        Thread reader = new Thread(this::readLoop, (server ? "scripted-instance-" : "raw-client-") + socket.getPort());
        reader.setDaemon(true);
        reader.start();
    }

    /** Writes frames of any kind. */
    public FrameOutput send() {
        return output;
    }

    /** The handle of a stream. */
    public RawStream stream(int streamId) {
        return new RawStream(this, streamId);
    }

    // ---- expectations

    /** The next frame of the stream must be HEADERS. */
    public RawFrame expectHeaders(int streamId) {
        return expect(streamId, RawFrame.HEADERS, "HEADERS");
    }

    /** The next frame of the stream must be DATA. */
    public RawFrame expectData(int streamId) {
        return expect(streamId, RawFrame.DATA, "DATA");
    }

    /** Takes DATA frames of the stream until they hold this many bytes, exactly. */
    public byte[] expectData(int streamId, int bytes) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (all.size() < bytes) {
            all.writeBytes(expectData(streamId).payload());
        }
        if (all.size() != bytes) {
            throw new AssertionError(
                    "stream " + streamId + ": expected " + bytes + " bytes of DATA, got " + all.size());
        }
        return all.toByteArray();
    }

    /** The next frame of the stream must be RST_STREAM with the code. */
    public RawFrame expectRst(int streamId, Http2Error error) {
        RawFrame f = expect(streamId, RawFrame.RST_STREAM, "RST_STREAM(" + error + ")");
        if (f.errorCode() != error.code()) {
            throw new AssertionError("stream " + streamId + ": expected RST_STREAM(" + error + "), got " + f);
        }
        return f;
    }

    /** Takes frames of the stream until RST_STREAM comes, which must have the code. */
    public RawFrame expectRstEventually(int streamId, Http2Error error) {
        while (true) {
            RawFrame f = log.next(streamId, "RST_STREAM(" + error + ")", options.timeout);
            if (f.type() == RawFrame.RST_STREAM) {
                if (f.errorCode() != error.code()) {
                    throw new AssertionError("stream " + streamId + ": expected RST_STREAM(" + error + "), got " + f);
                }
                return f;
            }
        }
    }

    /** No frame of the stream comes within the time. */
    public void expectNothing(int streamId, Duration time) {
        RawFrame f = log.peek(streamId, time);
        if (f != null) {
            throw new AssertionError(
                    "stream " + streamId + ": expected nothing for " + time.toMillis() + " ms, got " + f);
        }
    }

    /** The next frame of the stream, whatever it is. */
    public RawFrame expectFrame(int streamId) {
        return log.next(streamId, "any frame", options.timeout);
    }

    public RawFrame expectGoAway(Http2Error error) {
        RawFrame f = log.take(f0 -> f0.type() == RawFrame.GOAWAY, "GOAWAY(" + error + ")", options.timeout);
        if (f.errorCode() != error.code()) {
            throw new AssertionError("expected GOAWAY(" + error + "), got " + f);
        }
        return f;
    }

    public RawFrame expectSettings() {
        return log.take(f -> f.type() == RawFrame.SETTINGS && !f.ack(), "SETTINGS", options.timeout);
    }

    public RawFrame expectSettingsAck() {
        return log.take(f -> f.type() == RawFrame.SETTINGS && f.ack(), "SETTINGS with ACK", options.timeout);
    }

    public RawFrame expectPing() {
        return log.take(f -> f.type() == RawFrame.PING && !f.ack(), "PING", options.timeout);
    }

    public RawFrame expectPingAck(long data) {
        return log.take(
                f -> f.type() == RawFrame.PING && f.ack() && f.pingData() == data,
                "PING with ACK and data " + data,
                options.timeout);
    }

    /** A WINDOW_UPDATE of the stream, or of the connection for stream 0. */
    public RawFrame expectWindowUpdate(int streamId) {
        return log.take(
                f -> f.type() == RawFrame.WINDOW_UPDATE && f.streamId() == streamId,
                "WINDOW_UPDATE of stream " + streamId,
                options.timeout);
    }

    /** The other side closes the connection; the answer says how. */
    public String expectClosed() {
        return log.awaitClosed(options.timeout);
    }

    /** A PING that is answered shows that the connection lives and that all frames sent before it were read. */
    public void expectAlive() {
        long data = System.nanoTime();
        output.ping(data);
        expectPingAck(data);
    }

    private RawFrame expect(int streamId, int type, String name) {
        RawFrame f = log.next(streamId, name, options.timeout);
        if (f.type() != type) {
            throw new AssertionError("stream " + streamId + ": expected " + name + ", got " + f);
        }
        return f;
    }

    // ---- what is known

    /** Every frame received so far, in order. */
    public List<RawFrame> received() {
        return log.all();
    }

    /** Every frame of one stream received so far, in order. */
    public List<RawFrame> received(int streamId) {
        return log.all().stream().filter(f -> f.streamId() == streamId).toList();
    }

    public boolean isClosed() {
        return log.isClosed();
    }

    /** When the connection's end was seen, by {@link System#nanoTime()}. */
    public long closedNanos() {
        return log.closedNanos();
    }

    /** Bytes that may still be sent on the stream, or on the connection for stream 0. */
    public long sendWindow(int streamId) {
        return windows.sendWindow(streamId);
    }

    /** Fails when the other side ever sent more DATA than a window allowed. */
    public void assertWindowsRespected() {
        String violation = windows.violation();
        if (violation != null) {
            throw new AssertionError("flow control violated: " + violation);
        }
    }

    PeerOptions options() {
        return options;
    }

    // ---- doing

    /** Sends DATA in frames of at most 16,384 bytes as the windows allow, waiting for them. */
    public void dataWithinWindow(int streamId, byte[] bytes, boolean endStream) {
        int at = 0;
        while (at < bytes.length) {
            int n = windows.reserve(streamId, Math.min(16_384, bytes.length - at), options.timeout);
            if (n == 0) {
                throw new AssertionError("stream " + streamId + ": no window for the rest of " + bytes.length
                        + " bytes from " + at + " (stream " + windows.sendWindow(streamId) + ", connection "
                        + windows.sendWindow(0) + ")");
            }
            output.data(streamId, Arrays.copyOfRange(bytes, at, at + n), endStream && at + n == bytes.length);
            at += n;
        }
        if (bytes.length == 0) {
            output.data(streamId, bytes, endStream);
        }
    }

    /** Sends DATA with padding if the windows allow it at this moment, else without, as they allow. */
    public void paddedDataWithinWindow(int streamId, byte[] bytes, boolean endStream, int padLength) {
        int whole = 1 + bytes.length + padLength;
        if (Math.min(windows.sendWindow(streamId), windows.sendWindow(0)) < whole) {
            dataWithinWindow(streamId, bytes, endStream);
            return;
        }
        windows.reserve(streamId, whole, Duration.ZERO);
        output.paddedData(streamId, bytes, endStream, padLength);
    }

    /** Sends as much DATA as the windows allow at this moment; the number of bytes sent. */
    public int fillWindow(int streamId, int maxBytes) {
        int sent = 0;
        while (sent < maxBytes) {
            int n = windows.reserve(streamId, Math.min(16_384, maxBytes - sent), Duration.ZERO);
            if (n == 0) {
                break;
            }
            output.data(streamId, new byte[n], false);
            sent += n;
        }
        return sent;
    }

    /** Counts DATA against our windows that was written through {@link #send()}. */
    public void countSent(int streamId, int flowBytes) {
        windows.dataSent(streamId, flowBytes);
    }

    /** Sends a WINDOW_UPDATE and counts it; window updates written through {@link #send()} are not counted. */
    public void returnWindow(int streamId, int increment) {
        windows.windowUpdateSent(streamId, increment);
        output.windowUpdate(streamId, increment);
    }

    /** Gives back what the stream has received so far and has not been given back; from here on automatically if asked. */
    public void returnAllWindows(int streamId, boolean automaticFromNow) {
        if (automaticFromNow) {
            returnStreamWindow = true;
            returnConnectionWindow = true;
        }
        returnUnreturned(0);
        returnUnreturned(streamId);
    }

    private void returnUnreturned(int streamId) {
        int bytes = windows.takeUnreturned(streamId);
        if (bytes > 0) {
            returnWindow(streamId, bytes);
        }
    }

    /** Reads nothing more from the socket behind the frame that is awaited by now. */
    public void stopReading() {
        reading = false;
    }

    /** Whether {@link #stopReading} holds. */
    public boolean isPaused() {
        return !reading;
    }

    public void resumeReading() {
        synchronized (readGate) {
            reading = true;
            readGate.notifyAll();
        }
    }

    /** Ends our direction of the connection; the other one is still read. */
    public void shutdownOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Closes the connection in the orderly way (FIN). */
    @Override
    public void close() {
        closeSocket();
    }

    /** Closes the connection abruptly (RST). */
    public void abort() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            log.close("setSoLinger: " + e);
        }
        closeSocket();
    }

    private void closeSocket() {
        log.close("closed by the test");
        resumeReading();
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- the reading thread

    private void readLoop() {
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            if (server) {
                byte[] preface = in.readNBytes(FrameOutput.PREFACE.length);
                if (!Arrays.equals(preface, FrameOutput.PREFACE)) {
                    throw new IOException("no HTTP/2 preface, but " + preface.length + " other bytes");
                }
            }
            while (true) {
                waitWhileNotReading();
                handle(readFrame(in));
            }
        } catch (EOFException e) {
            log.close("FIN");
        } catch (IOException | UncheckedIOException e) {
            log.close("I/O error: " + e.getMessage());
        } catch (RuntimeException e) {
            log.close("the test's peer cannot read on: " + e);
        }
    }

    private void waitWhileNotReading() {
        synchronized (readGate) {
            while (!reading) {
                try {
                    readGate.wait();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record WireFrame(int type, int flags, int streamId, byte[] payload) {}

    private static WireFrame readFrame(DataInputStream in) throws IOException {
        int first = in.readInt();
        int length = first >>> 8;
        int flags = in.readUnsignedByte();
        int streamId = in.readInt() & 0x7fffffff;
        byte[] payload = in.readNBytes(length);
        if (payload.length < length) {
            throw new EOFException();
        }
        return new WireFrame(first & 0xff, flags, streamId, payload);
    }

    private WireFrame blockStart;
    private final ByteArrayOutputStream block = new ByteArrayOutputStream();
    private int continuations;

    private void handle(WireFrame f) {
        switch (f.type()) {
            case RawFrame.HEADERS, RawFrame.PUSH_PROMISE, RawFrame.CONTINUATION -> handleBlock(f);
            case RawFrame.DATA -> handleData(f);
            default -> {
                RawFrame frame = frame(f, f.payload(), null, 0, 0);
                react(frame);
                log.add(frame);
            }
        }
    }

    private void handleBlock(WireFrame f) {
        if (f.type() == RawFrame.CONTINUATION) {
            continuations++;
            block.writeBytes(f.payload());
        } else {
            blockStart = f;
            continuations = 0;
            block.reset();
            int skip = (f.flags() & RawFrame.FLAG_PRIORITY) != 0 ? 5 : 0;
            int padding = padding(f);
            skip += padding > 0 ? 1 : 0;
            block.write(f.payload(), skip, f.payload().length - skip - Math.max(0, padding - 1));
        }
        if ((f.flags() & RawFrame.FLAG_END_HEADERS) == 0) {
            return;
        }
        HeaderFields fields = hpack.read(block.toByteArray());
        log.add(frame(blockStart, blockStart.payload(), fields, padding(blockStart), continuations));
        if (server && seenStreams.add(blockStart.streamId())) {
            onNewStream.accept(stream(blockStart.streamId()));
        }
    }

    private void handleData(WireFrame f) {
        windows.dataReceived(f.streamId(), f.payload().length);
        int padding = padding(f);
        byte[] content =
                padding == 0 ? f.payload() : Arrays.copyOfRange(f.payload(), 1, f.payload().length - (padding - 1));
        log.add(frame(f, content, null, padding, 0));
        if (returnConnectionWindow) {
            returnUnreturned(0);
        }
        if (returnStreamWindow && (f.flags() & RawFrame.FLAG_END_STREAM) == 0) {
            returnUnreturned(f.streamId());
        }
    }

    /** Bytes of padding with the length byte, 0 without. */
    private static int padding(WireFrame f) {
        return (f.flags() & RawFrame.FLAG_PADDED) == 0 ? 0 : 1 + (f.payload()[0] & 0xff);
    }

    private void react(RawFrame f) {
        switch (f.type()) {
            case RawFrame.SETTINGS -> {
                if (f.ack()) {
                    long window = output.acknowledgedInitialWindow();
                    if (window >= 0) {
                        windows.ownInitialWindow(window);
                    }
                } else {
                    settingsReceived(f);
                }
            }
            case RawFrame.PING -> {
                if (!f.ack() && options.ackPings) {
                    output.pingAck(f.pingData());
                }
            }
            case RawFrame.WINDOW_UPDATE -> windows.windowUpdateReceived(f.streamId(), f.windowIncrement());
            default -> {}
        }
    }

    private void settingsReceived(RawFrame f) {
        long window = f.setting(RawFrame.INITIAL_WINDOW_SIZE, -1);
        if (window >= 0) {
            windows.peerInitialWindow(window);
        }
        long table = f.setting(RawFrame.HEADER_TABLE_SIZE, -1);
        if (table >= 0 && table < 4096) {
            output.maxTableSize(table);
        }
        if (options.ackSettings) {
            output.settingsAck();
        }
    }

    private static RawFrame frame(WireFrame f, byte[] payload, HeaderFields headers, int padding, int continuations) {
        return new RawFrame(
                System.nanoTime(), f.type(), f.flags(), f.streamId(), payload, headers, padding, continuations);
    }
}
