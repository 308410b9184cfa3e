package io.leasegate.h2.codec;

import static java.util.Objects.requireNonNull;

import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2ConnectionListener;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.h2.HeaderNames;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.ReceiveWindow;
import io.leasegate.h2.StreamLoss;
import io.leasegate.testkit.Choices;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands on a connection under test, in the place of the proxy: answers, sends, resets and returns credit as the input says, and
 * fails when the codec breaks its word to a listener.
 */
final class FuzzApplication implements H2ConnectionListener {

    private static final int[] SIZES = {0, 1, 100, 1_000, 4_095, 4_096, 5_000, 8_192, 16_384, 20_000, 70_000};
    private static final HeaderField OK = HeaderField.of(HeaderNames.STATUS, new AsciiString("200"));
    private static final HeaderField EARLY_HINTS = HeaderField.of(HeaderNames.STATUS, new AsciiString("103"));

    private final ByteBufAllocator allocator;
    private final boolean codecIsServer;
    final List<Call> calls = new ArrayList<>();
    int closedTimes;
    boolean ready;

    /** The first word that the codec broke; what is thrown into the codec alone would only end its connection. */
    @Nullable
    AssertionError failure;

    /** Whether the peer may break rules, so that streams may be lost for that. */
    boolean rudePeer;

    FuzzApplication(ByteBufAllocator allocator, boolean codecIsServer) {
        this.allocator = allocator;
        this.codecIsServer = codecIsServer;
    }

    private void check(boolean holds, String what) {
        if (!holds) {
            AssertionError e = new AssertionError(what);
            failure = failure == null ? e : failure;
            throw e;
        }
    }

    @Override
    public void onReady(H2Connection connection) {
        check(!ready, "onReady twice");
        ready = true;
    }

    @Override
    public H2StreamListener onStream(H2Stream stream, HeaderBlock headers, boolean endStream) {
        check(closedTimes == 0, "a stream on a closed connection");
        check(headers.contains(HeaderNames.METHOD), "a request without :method");
        Call call = new Call();
        call.opened(stream);
        call.remoteEnded = endStream;
        call.headersRead = true;
        // The first byte of the path says what is done at once, while the stream is being opened.
        AsciiString path = headers.get(HeaderNames.PATH);
        char kind = path == null || path.length() < 2 ? ' ' : path.charAt(1);
        switch (kind) {
            case 'e' -> call.echo = true;
            case 'r' -> call.reset(Http2Error.REFUSED_STREAM);
            case 't' -> call.sendTrailersOnly();
            default -> {}
        }
        if (call.echo) {
            call.sendHeaders(OK, endStream);
        }
        return call;
    }

    @Override
    public void onClosed(H2Connection connection, @Nullable Throwable cause) {
        closedTimes++;
        check(closedTimes == 1, "onClosed twice");
        for (Call c : calls) {
            check(c.isOver(), "onClosed before the end of " + c);
        }
    }

    void open(H2Connection connection, Choices c) {
        HeaderBlock h = new HeaderBlock()
                .add(HeaderNames.METHOD, new AsciiString(c.oneIn(8) ? "HEAD" : "POST"))
                .add(HeaderNames.SCHEME, new AsciiString("http"))
                .add(HeaderNames.PATH, new AsciiString("/a"));
        addSome(h, c);
        boolean endStream = c.oneIn(4);
        Call call = new Call();
        boolean could = connection.canOpenStream();
        H2Stream s = connection.openStream(h, endStream, call);
        check(could == (s != null), "canOpenStream said " + could);
        if (s != null) {
            call.opened(s);
            call.headersSent = true;
            call.localEnded = endStream;
        }
    }

    private static void addSome(HeaderBlock h, Choices c) {
        for (int n = c.below(4); n > 0; n--) {
            String name = "x-" + (char) ('a' + c.below(20));
            int length = c.oneIn(30) ? 20_000 : c.below(40);
            h.add(new AsciiString(name), new AsciiString("v".repeat(length)));
        }
    }

    void move(Choices c) {
        if (calls.isEmpty()) {
            return;
        }
        calls.get(calls.size() - 1 - c.below(Math.min(calls.size(), 8))).move(c);
    }

    /** Returns everything that the peer is owed. */
    void creditAll() {
        for (Call c : calls) {
            c.credit(c.uncredited);
        }
    }

    /** One stream as the application sees it. */
    final class Call implements H2StreamListener {

        private @Nullable H2Stream stream;
        boolean headersRead;
        boolean remoteEnded;
        boolean localEnded;
        boolean headersSent;
        boolean lost; // a reset in either direction, or the connection
        boolean resetByUs;
        boolean resetWanted;
        boolean echo;
        int receivedBytes;
        int sentBytes;
        private int uncredited;
        private final CreditAccount account = new CreditAccount();

        void opened(H2Stream s) {
            stream = s;
            calls.add(this);
        }

        int id() {
            return stream().id();
        }

        private H2Stream stream() {
            return requireNonNull(stream, "a stream that was never opened");
        }

        boolean isOver() {
            return lost || resetWanted || (localEnded && remoteEnded);
        }

        void move(Choices c) {
            switch (c.below(10)) {
                case 0 -> sendInformational();
                case 1 -> sendHeaders(OK, c.oneIn(8), c);
                case 2, 3, 4 -> sendData(c.oneOf(SIZES), c.oneIn(6), c.below(12));
                case 5 -> sendTrailers();
                case 6 -> {
                    if (c.oneIn(3)) {
                        reset(c.below(15));
                    }
                }
                case 7 -> {
                    if (c.oneIn(3)) {
                        resetAfterSend();
                    }
                }
                case 8 -> credit(c.below(uncredited + 1));
                default -> credit(uncredited);
            }
        }

        private boolean maySend() {
            // What is called after the end of the stream must do nothing.
            return headersSent && !resetWanted && !echo && (!localEnded || lost);
        }

        private void sendInformational() {
            if (codecIsServer && !headersSent && !localEnded) {
                stream().sendHeaders(new HeaderBlock().add(EARLY_HINTS), false);
            }
        }

        private void sendHeaders(HeaderField status, boolean endStream) {
            sendHeaders(status, endStream, new Choices(new byte[0]));
        }

        private void sendHeaders(HeaderField status, boolean endStream, Choices c) {
            if (codecIsServer && !headersSent && !localEnded) {
                HeaderBlock h = new HeaderBlock().add(status);
                addSome(h, c);
                headersSent = true;
                localEnded = endStream;
                stream().sendHeaders(h, endStream);
            }
        }

        void sendTrailersOnly() {
            sendHeaders(OK, true);
        }

        private void sendData(int n, boolean endStream, int padding) {
            if (!maySend()) {
                return;
            }
            ByteBuf data = allocator.directBuffer(Math.max(n, 1));
            for (int i = 0; i < n; i++) {
                data.writeByte(StrictPeer.contentByte(id(), sentBytes + i));
            }
            boolean counts = !lost;
            // Only the beginning of a body may come from nowhere: it is sent again.
            boolean owned = account.given > 0 || padding < 8;
            account.given += owned ? n + padding : 0;
            if (counts) {
                sentBytes += n;
                localEnded |= endStream;
            }
            stream().sendData(data, endStream, owned ? account : null, owned ? n + padding : 0);
            data.release();
        }

        private void sendTrailers() {
            if (maySend()) {
                localEnded = true;
                stream().sendHeaders(new HeaderBlock().add(new AsciiString("grpc-status"), new AsciiString("0")), true);
            }
        }

        void reset(long errorCode) {
            lost = true;
            resetByUs = true;
            stream().reset(errorCode);
        }

        private void resetAfterSend() {
            if (headersSent) {
                resetWanted = true;
                localEnded = true;
                stream().resetAfterSend(Http2Error.NO_ERROR);
            }
        }

        private void credit(int bytes) {
            if (!echo) {
                uncredited -= bytes;
                stream().credit(bytes);
            }
        }

        private void heard(String what) {
            check(!lost, what + " behind the end of stream " + this);
            check(closedTimes == 0, what + " behind onClosed");
        }

        @Override
        public void onHeaders(HeaderBlock headers, boolean endStream) {
            heard("onHeaders");
            check(!remoteEnded, "onHeaders behind END_STREAM");
            remoteEnded = endStream;
            headersRead |= !headers.isInformational();
            if (echo && endStream && !resetWanted && !localEnded) {
                echo = false;
                sendTrailers();
            }
        }

        @Override
        public void onData(ByteBuf data, int creditBytes, boolean endStream) {
            heard("onData");
            check(!remoteEnded && headersRead, "onData behind END_STREAM or before headers");
            int n = data.readableBytes();
            check(creditBytes >= n, "less credit than bytes");
            if (!rudePeer) {
                for (int i = 0; i < n; i++) {
                    byte b = data.getByte(data.readerIndex() + i);
                    check(b == StrictPeer.contentByte(id(), receivedBytes + i), "wrong byte at " + (receivedBytes + i));
                }
            }
            receivedBytes += n;
            remoteEnded = endStream;
            if (echo && !resetWanted && !localEnded) {
                sentBytes += n;
                localEnded = endStream;
                stream().sendData(data, endStream, stream(), creditBytes);
            } else if (echo) {
                stream().credit(creditBytes);
            } else {
                uncredited += creditBytes;
            }
        }

        @Override
        public void onReset(long errorCode) {
            heard("onReset");
            lost = true;
        }

        @Override
        public void onLost(StreamLoss loss, String reason) {
            heard("onLost");
            lost = true;
            check(loss != StreamLoss.PROTOCOL || rudePeer, "lost without a fault of the peer: " + reason);
        }

        /** Everything given to the stream has been staged or dropped. */
        void assertCreditReturned() {
            check(
                    account.returned == account.given,
                    this + ": credit of " + account.given + " given, " + account.returned + " returned");
        }

        @Override
        public String toString() {
            return "call " + id() + " sent " + sentBytes + (localEnded ? " END" : "") + ", received " + receivedBytes
                    + (remoteEnded ? " END" : "") + (lost ? ", lost" : "") + (resetWanted ? ", reset wanted" : "");
        }
    }

    /** Where the bytes that a call sends are said to come from. */
    private final class CreditAccount implements H2Stream {

        private int given;
        private int returned;

        @Override
        public void credit(int bytes) {
            check(bytes >= 0, "negative credit");
            returned += bytes;
            check(returned <= given, "more credit than was given");
        }

        @Override
        public int id() {
            throw new AssertionError("asked for its id");
        }

        @Override
        public H2Connection connection() {
            throw new AssertionError("asked for its connection");
        }

        @Override
        public void sendHeaders(HeaderBlock headers, boolean endStream) {
            throw new AssertionError("sent on");
        }

        @Override
        public void sendData(ByteBuf data, boolean endStream, @Nullable ReceiveWindow source, int creditBytes) {
            throw new AssertionError("sent on");
        }

        @Override
        public void reset(long errorCode) {
            throw new AssertionError("reset");
        }

        @Override
        public void resetAfterSend(long errorCode) {
            throw new AssertionError("reset");
        }
    }
}
