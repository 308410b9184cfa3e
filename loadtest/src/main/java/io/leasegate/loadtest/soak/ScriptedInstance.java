package io.leasegate.loadtest.soak;

import io.leasegate.loadtest.calls.Ledger;
import io.leasegate.loadtest.load.LoadLoops;
import io.leasegate.loadtest.load.Messages;
import io.leasegate.loadtest.wire.ScriptedConnection;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * An instance of the greeter that misbehaves when told to. What it takes is told to the ledger. {@link #misbehave} and {@link #close} may be called
 * from any thread; all else happens on one event loop.
 */
final class ScriptedInstance implements ScriptedConnection.Script, AutoCloseable {

    private static final String SERVICE = "/leasegate.examples.v1.";
    private static final int SLOW_LEAST_MILLIS = 200;
    private static final int SLOW_MOST_MILLIS = 3000;
    private static final double REFUSED_SHARE = 0.5;
    private static final double GARBAGE_SHARE = 0.05;
    private static final double CUT_SHARE = 0.05;
    private static final int GARBAGE_BYTES = 64;
    private static final int FRAME_TYPES = 12; // those of RFC 9113 and two more

    private final EventLoop loop;
    private final Ledger ledger;
    private final SplittableRandom random;
    private final Channel listener;
    private final List<ScriptedConnection> connections = new ArrayList<>();
    private int behaviours;
    private Behaviour behaviour = Behaviour.WELL;

    /** How it behaves. */
    enum Behaviour {
        WELL,
        SLOW,
        GARBAGE,
        GOAWAY,
        REFUSE,
        CUT
    }

    ScriptedInstance(LoadLoops loops, Ledger ledger, long seed) {
        this.loop = loops.group().next();
        this.ledger = ledger;
        this.random = new SplittableRandom(seed);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new ScriptedConnection(ScriptedInstance.this));
                    }
                });
        LoadLoops.applyOptions(bootstrap::childOption);
        listener = bootstrap.bind("127.0.0.1", 0).syncUninterruptibly().channel();
    }

    String address() {
        return "127.0.0.1:" + ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** Behaves so for a time, and well again after it unless something else came meanwhile. */
    void misbehave(Behaviour how, long millis) {
        loop.execute(() -> {
            behaviour = how;
            int number = ++behaviours;
            loop.schedule(() -> endOf(number), millis, TimeUnit.MILLISECONDS);
            if (how == Behaviour.GOAWAY) {
                leaveEverySecond(number);
            }
        });
    }

    private void endOf(int number) {
        if (number == behaviours) {
            behaviour = Behaviour.WELL;
        }
    }

    private void leaveEverySecond(int number) {
        if (number == behaviours && behaviour == Behaviour.GOAWAY) {
            List.copyOf(connections).forEach(ScriptedConnection::leave);
            loop.schedule(() -> leaveEverySecond(number), 1, TimeUnit.SECONDS);
        }
    }

    @Override
    public void onOpen(ScriptedConnection connection) {
        connections.add(connection);
    }

    @Override
    public void onClosed(ScriptedConnection connection) {
        connections.remove(connection);
    }

    @Override
    public void onCall(ScriptedConnection connection, ScriptedConnection.Call call) {
        if (!call.path().startsWith(SERVICE)) {
            connection.unimplemented(call);
        } else if (behaviour == Behaviour.REFUSE && random.nextDouble() < REFUSED_SHARE) {
            connection.refuse(call);
        } else {
            ledger.executed(call.callId());
        }
    }

    @Override
    public void onRequest(ScriptedConnection connection, ScriptedConnection.Call call) {
        double chance = random.nextDouble();
        if (behaviour == Behaviour.SLOW) {
            long millis = random.nextInt(SLOW_LEAST_MILLIS, SLOW_MOST_MILLIS);
            connection.later(millis, () -> connection.answer(call, Messages.SMALL));
        } else if (behaviour == Behaviour.GARBAGE && chance < GARBAGE_SHARE) {
            connection.sendGarbage(garbage());
        } else if (behaviour == Behaviour.CUT && chance < CUT_SHARE) {
            connection.close();
        } else {
            connection.answer(call, Messages.SMALL);
        }
    }

    /** Mere noise, or noise in the shape of a frame, which gets further. */
    private byte[] garbage() {
        byte[] garbage = new byte[GARBAGE_BYTES];
        random.nextBytes(garbage);
        if (random.nextBoolean()) {
            garbage[0] = 0;
            garbage[1] = 0;
            garbage[2] = (byte) random.nextInt(GARBAGE_BYTES);
            garbage[3] = (byte) random.nextInt(FRAME_TYPES);
        }
        return garbage;
    }

    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        loop.submit(() -> List.copyOf(connections).forEach(ScriptedConnection::close))
                .awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
