package io.leasegate.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Connects to the first address of a host that answers (RFC 8305 section 5): the next one is tried when the last has failed or has
 * not answered for a while, those that are under way go on, and whoever connects first makes the others close. Used on its loop only.
 */
final class AddressRace {

    /** Who hears how it ends, once, unless it is given up. */
    interface Judge {

        void onConnected(Channel channel);

        void onAllFailed(Throwable cause);
    }

    /** The default of RFC 8305 section 8. */
    private static final int ATTEMPT_DELAY_MILLIS = 250;

    private static final int MAX_CAUSES_TOLD = 4;

    private final EventLoop loop;
    private final ArrayDeque<InetSocketAddress> next;
    private final Function<InetSocketAddress, ChannelFuture> dial;
    private final Judge judge;
    private final List<Channel> running = new ArrayList<>(1);
    private final List<Throwable> failures = new ArrayList<>(1);
    private @Nullable Future<?> timer;
    private boolean over;

    /** @param addresses in the order in which they are tried, at least one */
    AddressRace(
            EventLoop loop,
            List<InetSocketAddress> addresses,
            Function<InetSocketAddress, ChannelFuture> dial,
            Judge judge) {
        this.loop = loop;
        this.next = new ArrayDeque<>(addresses);
        this.dial = dial;
        this.judge = judge;
    }

    void start() {
        tryNext();
    }

    /** Gives everything up; nobody hears of it. */
    void abandon() {
        end();
    }

    private void tryNext() {
        stopTimer();
        InetSocketAddress address = next.poll();
        if (address == null) {
            return;
        }
        ChannelFuture dialled = dial.apply(address);
        running.add(dialled.channel());
        if (!next.isEmpty()) {
            timer = loop.schedule(this::tryNext, ATTEMPT_DELAY_MILLIS, TimeUnit.MILLISECONDS);
        }
        dialled.addListener((ChannelFuture f) -> onDialled(f));
    }

    private void onDialled(ChannelFuture f) {
        running.remove(f.channel());
        if (over) {
            f.channel().close();
        } else if (f.isSuccess()) {
            end();
            judge.onConnected(f.channel());
        } else {
            failures.add(f.cause());
            if (!next.isEmpty()) {
                tryNext();
            } else if (running.isEmpty()) {
                end();
                judge.onAllFailed(cause());
            }
        }
    }

    private void end() {
        over = true;
        stopTimer();
        next.clear();
        // Closing fails the connect, which takes its channel off the list.
        for (Channel loser : new ArrayList<>(running)) {
            loser.close();
        }
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    /** The one cause, or one that tells of all. */
    private Throwable cause() {
        Throwable first = failures.get(0);
        if (failures.size() == 1) {
            return first;
        }
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < failures.size() && i < MAX_CAUSES_TOLD; i++) {
            all.append(i == 0 ? "" : "; ").append(ConnectFailure.describe(failures.get(i)));
        }
        int untold = failures.size() - MAX_CAUSES_TOLD;
        if (untold > 0) {
            all.append("; and ").append(untold).append(" more");
        }
        return new IOException(all.toString(), first);
    }
}
