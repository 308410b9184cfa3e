package io.leasegate.h2.codec;

import io.leasegate.h2.FlushQueue;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.ProtocolSettings;
import io.leasegate.h2.QueuedBytes;
import io.leasegate.h2.codec.FuzzApplication.Call;
import io.leasegate.h2.codec.StrictPeer.Stream;
import io.leasegate.testkit.Choices;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One history of a connection: an input decides what the peer sends, how its bytes are cut, what the application does, when the socket
 * is full and when the loop turns. Checked are what goes out ({@link StrictPeer}), what the application hears ({@link FuzzApplication}),
 * and at the end that everything arrived, everything ended once, and nothing is held any more.
 */
final class ConnectionGame {

    private static final int MAX_TURNS = 300;

    /** How far the peer goes. */
    private enum Manners {
        LEGAL,
        RUDE,
        WILD
    }

    private final Choices choices;
    private final boolean codecIsServer;
    private final Manners manners;
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final QueuedBytes queued = new QueuedBytes(() -> Long.MAX_VALUE);
    private final FakeSocket socket;
    private final CodecLoop loop;
    private final FuzzApplication application;
    private final StrictPeer books;
    private final PeerMoves peer;
    private final RelayConnection connection;
    private boolean left;

    private ConnectionGame(byte[] input, boolean codecIsServer) {
        this.choices = new Choices(input);
        this.codecIsServer = codecIsServer;
        this.manners = List.of(Manners.LEGAL, Manners.LEGAL, Manners.RUDE, Manners.WILD)
                .get(choices.below(4));
        int window = choices.oneOf(1, 100, 16_384, 65_535, 262_144, 1 << 20);
        int maxStreams = choices.oneOf(1, 3, 100);
        ProtocolSettings settings = new ProtocolSettings(maxStreams, window, choices.oneOf(1_000, 65_536), 20_000, 10);
        socket = new FakeSocket(allocator, choices.oneOf(4_096, 65_536, 524_288));
        loop = new CodecLoop(new FlushQueue(socket.eventLoop()), queued);
        application = new FuzzApplication(allocator, codecIsServer);
        application.rudePeer = manners != Manners.LEGAL;
        books = new StrictPeer(codecIsServer, window);
        books.booksHold = manners != Manners.WILD;
        peer = new PeerMoves(books, codecIsServer, maxStreams);
        H2Connection made = codecIsServer
                ? loop.serverConnection(socket, settings, application)
                : loop.clientConnection(socket, settings, application);
        connection = (RelayConnection) made;
    }

    static void play(byte[] input, boolean codecIsServer) {
        ConnectionGame game = new ConnectionGame(input, codecIsServer);
        try {
            game.play();
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + game.state(), e);
        } catch (Exception e) {
            throw new AssertionError(e + game.state(), e);
        }
    }

    private String state() {
        return "\n  role " + (codecIsServer ? "server" : "client") + ", " + manners + ", " + connection + ", queued "
                + queued.get() + ", blocked " + socket.isBlocked() + ", undelivered " + peer.wire.readableBytes()
                + ", windows " + books.connectionSendWindow + "/" + books.connectionReceiveWindow
                + ", GOAWAY " + books.goAwayError + " " + books.goAwayText + "\n  peer: "
                + books.streams.values() + "\n  application: " + application.calls;
    }

    private void play() throws Exception {
        peer.begin(choices);
        for (int turns = 0; turns < MAX_TURNS && !choices.isOver(); turns++) {
            turn(() -> {
                for (int moves = 1 + choices.below(6); moves > 0; moves--) {
                    move();
                }
            });
        }
        if (manners == Manners.LEGAL && !left && !peer.leaving) {
            settle();
        }
        end();
    }

    private void move() throws Exception {
        switch (choices.below(10)) {
            case 0, 1, 2, 3 -> peerMove();
            case 4, 5, 6 -> applicationMove();
            case 7 -> deliver(choices.below(2) == 0 ? choices.below(40) : choices.below(40_000));
            case 8 -> deliver(Integer.MAX_VALUE);
            default -> socket.block(choices.oneIn(4));
        }
    }

    private void peerMove() throws Exception {
        int far = choices.below(8);
        if (manners == Manners.WILD && far > 2) {
            peer.wild(choices);
        } else if (manners == Manners.RUDE && far > 5) {
            peer.rude(choices);
        } else {
            peer.legal(choices);
        }
    }

    private void applicationMove() {
        int what = choices.below(24);
        if (what == 23) {
            switch (choices.below(4)) {
                case 0 -> {
                    left = true;
                    connection.drain(20_000);
                }
                case 1 -> {
                    left = true;
                    connection.close(Http2Error.NO_ERROR, "closed by the application");
                }
                default -> {
                    if (application.ready && connection.isUsable()) {
                        connection.ping(() -> {});
                    }
                }
            }
        } else if (!codecIsServer && what < 8) {
            application.open(connection, choices);
        } else {
            application.move(choices);
        }
    }

    /** Gives the codec some of what the peer has sent. */
    private void deliver(int atMost) {
        int n = Math.min(atMost, peer.wire.readableBytes());
        if (n > 0 && socket.isOpen()) {
            ByteBuf piece = allocator.directBuffer(n).writeBytes(peer.wire, n);
            peer.wire.discardReadBytes();
            socket.pipeline().fireChannelRead(piece);
        }
    }

    private interface Moves {
        void run() throws Exception;
    }

    /** One turn of the loop: the moves, then what they gave the loop to do. */
    private void turn(Moves moves) throws Exception {
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        socket.turn(() -> {
            try {
                moves.run();
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        Throwable first = application.failure != null ? application.failure : failure.get();
        if (first != null) {
            throw new AssertionError(first.getMessage(), first);
        }
        check();
    }

    /** What holds between any two moves. */
    private void check() throws Exception {
        if (application.failure != null) {
            throw application.failure;
        }
        socket.checkException();
        books.read(socket.takeWritten());
        StrictPeer.check(
                books.goAwayError != Http2Error.INTERNAL_ERROR, "a fault inside of the codec: " + books.goAwayText);
        StrictPeer.check(connection.scheduler().windowBytes() >= 0, "a negative window of the connection");
        StrictPeer.check(queued.get() >= 0, "negative bytes in queues");
        StrictPeer.check(connection.streams().size() == connection.streams().all().length, "the stream table's size");
        if (manners == Manners.LEGAL && !left) {
            if (!peer.leaving) {
                StrictPeer.check(!books.goAwaySeen, "a GOAWAY without cause");
                StrictPeer.check(socket.isOpen(), "closed without cause");
            }
            StrictPeer.check(books.goAwayError == Http2Error.NO_ERROR, "an error without a fault of the peer");
        }
    }

    /** Whatever held things up is taken away: then everything must arrive on both sides. */
    private void settle() throws Exception {
        turn(() -> socket.block(false));
        peer.settings(List.of(new long[] {Frames.SETTINGS_INITIAL_WINDOW_SIZE, 1 << 20}));
        for (int round = 0; round < 100; round++) {
            peer.acknowledge();
            if (books.connectionReceiveWindow < 1 << 20) {
                peer.connectionWindow(1 << 24);
            }
            for (Stream s : books.all()) {
                if (!s.peerReset && books.receiveWindow(s) < 1 << 20) {
                    peer.streamWindow(s, 1 << 21);
                }
            }
            turn(() -> {
                deliver(Integer.MAX_VALUE);
                application.creditAll();
            });
        }
        StrictPeer.check(queued.get() == 0, "bytes are held though everything is open");
        StrictPeer.check(!books.hasUnackedSettings(), "SETTINGS that were not acknowledged");
        for (Call call : application.calls) {
            Stream s = books.streams.get(call.id());
            StrictPeer.check(s != null, "the peer does not know " + call);
            if (s != null && !s.peerReset && !call.resetByUs) {
                arrived(call, s);
            }
        }
    }

    private static void arrived(Call call, Stream s) {
        // A wish to reset behind everything else is fulfilled by now, and what came in behind it is of no interest.
        StrictPeer.check(!call.resetWanted || s.codecReset || s.codecEnded, "not reset behind everything: " + call);
        if (!call.resetWanted) {
            StrictPeer.check(call.sentBytes == s.receivedBytes, call + " did not arrive: " + s);
            StrictPeer.check(call.localEnded == s.codecEnded, call + " did not end: " + s);
            StrictPeer.check(call.receivedBytes == s.sentBytes, call + " did not hear all of " + s);
            StrictPeer.check(call.remoteEnded == s.peerEnded, call + " did not hear the end of " + s);
        }
        call.assertCreditReturned();
    }

    /** The connection ends: nothing may be left of it. */
    private void end() throws Exception {
        left = true;
        int how = choices.below(3);
        if (how == 0) {
            turn(socket::close);
        } else if (how == 1) {
            turn(() -> {
                socket.breakOff();
                connection.output().ping(1, false);
                connection.markDirty();
            });
            turn(socket::close);
        } else {
            turn(() -> {
                connection.close(Http2Error.NO_ERROR, "the end");
                socket.block(false);
            });
            // Whatever waits for the peer gives up.
            socket.advanceTimeBy(60, TimeUnit.SECONDS);
            socket.runScheduledPendingTasks();
        }
        check();
        StrictPeer.check(!socket.isOpen(), "still open");
        StrictPeer.check(application.closedTimes == 1, "onClosed " + application.closedTimes + " times");
        StrictPeer.check(connection.streams().size() == 0, "streams left");
        StrictPeer.check(queued.get() == 0, "bytes left in queues");
        application.calls.forEach(Call::assertCreditReturned);
        loop.close();
        socket.finishAndReleaseAll();
        long bytes = allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
        StrictPeer.check(bytes == 0, bytes + " bytes of buffers were not released");
    }
}
