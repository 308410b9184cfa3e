package io.leasegate.loadtest.calls;

import io.leasegate.loadtest.calls.CallEnd.Way;
import io.leasegate.loadtest.load.LoadLoops;
import io.leasegate.loadtest.wire.ClientConnection;
import io.leasegate.loadtest.wire.HeaderField;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes calls at a rate, each with an id and a deadline, over connections that it makes again whenever one is gone. It does what a gRPC client
 * does when the gateway leaves in order: no new calls there, and those that were not taken go over another connection. Where there is no
 * connection it makes no calls. The methods may be called from any thread that is no event loop.
 */
public final class Caller implements AutoCloseable, Line.Owner {

    private static final long TICK_MILLIS = 10;
    private static final long RECONNECT_MILLIS = 50;
    private static final int CONNECT_LIMIT_MILLIS = 5000;
    private static final int MOST_OPEN = 1000;
    /** How much of the rate is made up for after a pause of this process. */
    private static final double MOST_OWED_SECONDS = 0.1;

    private final EventLoop loop;
    private final Plan plan;
    private final Ledger ledger;
    private final Map<CallKind, HeaderField[]> requests = new EnumMap<>(CallKind.class);
    private final HeaderField timeout;
    // On the loop from here on.
    private final SplittableRandom random;
    private final List<Line> lines = new ArrayList<>();
    private final List<Line> all = new ArrayList<>();
    private final ArrayDeque<OpenCall> again = new ArrayDeque<>();
    private @Nullable ScheduledFuture<?> ticks;
    private boolean isPaused;
    private boolean isClosed;
    private double owed;
    private long lastTickNanos;
    private int next;
    private int resent;

    private Caller(LoadLoops loops, Plan plan, Ledger ledger) {
        this.loop = loops.group().next();
        this.plan = plan;
        this.ledger = ledger;
        this.random = new SplittableRandom(plan.seed());
        this.timeout = new HeaderField("grpc-timeout", plan.deadlineMillis() + "m");
        for (CallKind kind : plan.kinds()) {
            requests.put(kind, ClientConnection.request(false, plan.service(), kind.path()));
        }
    }

    /** Connects, and makes calls from then on. */
    public static Caller start(LoadLoops loops, Plan plan, Ledger ledger) {
        Caller caller = new Caller(loops, plan, ledger);
        caller.loop.execute(caller::begin);
        return caller;
    }

    private void begin() {
        for (int i = 0; i < plan.connections(); i++) {
            connect();
        }
        lastTickNanos = System.nanoTime();
        ticks = loop.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void connect() {
        if (isClosed) {
            return;
        }
        Line line = new Line(this);
        lines.add(line);
        all.add(line);
        ClientConnection connection = new ClientConnection(line, false, plan.service(), "/");
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_LIMIT_MILLIS)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(connection);
                    }
                });
        LoadLoops.applyOptions(bootstrap::option);
        bootstrap.connect("127.0.0.1", plan.port()).addListener((ChannelFutureListener) connected -> {
            if (!connected.isSuccess()) {
                connection.failed(connected.cause());
            }
        });
    }

    private void tick() {
        long now = System.nanoTime();
        double seconds = (now - lastTickNanos) / 1e9;
        long late = now - lastTickNanos - TimeUnit.MILLISECONDS.toNanos(20 * TICK_MILLIS);
        lastTickNanos = now;
        if (late > 0) {
            // This process did not run: what it could not read in that time is not late.
            all.forEach(line -> line.open().forEach(call -> call.overdueNanos += late));
        }
        replaceLeaving();
        for (Line line : List.copyOf(all)) {
            line.check(now);
        }
        sendAgain(now);
        owed = isPaused
                ? 0
                : Math.min(owed + seconds * plan.callsPerSecond(), 1 + MOST_OWED_SECONDS * plan.callsPerSecond());
        for (; owed >= 1; owed--) {
            Line line = usable();
            if (line == null || openCalls() >= MOST_OPEN) {
                return;
            }
            make(line, now);
        }
    }

    /** One that is leaving is replaced at once, like one that is gone. */
    private void replaceLeaving() {
        for (Line line : List.copyOf(lines)) {
            if (line.isLeaving()) {
                lines.remove(line);
                connect();
            }
        }
    }

    private void make(Line line, long now) {
        CallKind kind = plan.kinds().get(random.nextInt(plan.kinds().size()));
        boolean isCancelled = random.nextDouble() < plan.cancelShare();
        long afterMillis = random.nextInt(200);
        OpenCall call = new OpenCall(ledger.make(), kind, now, plan.overdueNanos(now));
        send(line, call);
        if (isCancelled) {
            loop.schedule(() -> cancel(call), afterMillis, TimeUnit.MILLISECONDS);
        }
    }

    private void send(Line line, OpenCall call) {
        HeaderField[] base = requests.getOrDefault(call.kind, new HeaderField[0]);
        HeaderField[] request = Arrays.copyOf(base, base.length + 2);
        request[base.length] = timeout;
        request[base.length + 1] = new HeaderField("x-call-id", ledger.callId(call.id));
        line.call(call, request);
    }

    private void cancel(OpenCall call) {
        for (Line line : List.copyOf(all)) {
            line.cancel(call);
        }
    }

    private void sendAgain(long now) {
        for (int i = again.size(); i > 0; i--) {
            OpenCall call = again.remove();
            Line line = usable();
            if (line != null) {
                send(line, call);
            } else if (now - call.beganNanos > TimeUnit.MILLISECONDS.toNanos(plan.deadlineMillis())) {
                ledger.ended(call.end(Way.NOT_SENT, "not sent", "", ""));
            } else {
                again.add(call);
            }
        }
    }

    private @Nullable Line usable() {
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(next++ % lines.size());
            if (line.isUsable()) {
                return line;
            }
        }
        return null;
    }

    private int openCalls() {
        int sum = again.size();
        for (Line line : all) {
            sum += line.open().size();
        }
        return sum;
    }

    @Override
    public void onEnd(CallEnd end) {
        ledger.ended(end);
    }

    @Override
    public void onUnprocessed(OpenCall call) {
        resent++;
        again.add(call);
    }

    @Override
    public void onAnsweredTwice(String what) {
        ledger.answeredTwice(what);
    }

    @Override
    public void onGone(Line line) {
        all.remove(line);
        if (lines.remove(line)) {
            loop.schedule(this::connect, RECONNECT_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** The connection with this number, modulo how many there are, reads nothing for a while. */
    public void stall(int number, long millis) {
        onLine(number, line -> {
            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
            line.open().forEach(call -> call.overdueNanos += nanos);
            line.stall(true);
            loop.schedule(() -> line.stall(false), millis, TimeUnit.MILLISECONDS);
        });
    }

    /** The connection with this number, modulo how many there are, is reset by the client, with all calls that are open on it. */
    public void vanish(int number) {
        onLine(number, Line::vanish);
    }

    /** Cancels all calls that are open on the connection with this number, modulo how many there are. */
    public void cancelAll(int number) {
        onLine(number, line -> List.copyOf(line.open()).forEach(line::cancel));
    }

    private void onLine(int number, Consumer<Line> what) {
        loop.execute(() -> {
            if (!lines.isEmpty()) {
                what.accept(lines.get(number % lines.size()));
            }
        });
    }

    /** Makes no calls until {@link #resume()}; what is open goes on. */
    public void pause() {
        loop.execute(() -> isPaused = true);
    }

    public void resume() {
        loop.execute(() -> isPaused = false);
    }

    /** Calls that have not ended. */
    public int open() throws InterruptedException {
        return ask(this::openCalls);
    }

    /** How many calls the gateway had not taken when it left, and that were sent again. */
    public int resent() throws InterruptedException {
        return ask(() -> resent);
    }

    /** Whether all connections are there. */
    public boolean isConnected() throws InterruptedException {
        return ask(() -> lines.size() == plan.connections() && lines.stream().allMatch(Line::isUsable));
    }

    private <T> T ask(Callable<T> question) throws InterruptedException {
        return loop.submit(question).sync().getNow();
    }

    /** Makes no more calls and waits until all have ended, which all do: by a status or for being overdue. */
    public void finish() throws InterruptedException {
        pause();
        while (open() > 0) {
            TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
        }
    }

    /** Closes its connections; calls that are still open are not told of. */
    @Override
    public void close() {
        loop.submit(() -> {
                    isClosed = true;
                    if (ticks != null) {
                        ticks.cancel(false);
                    }
                    List.copyOf(all).forEach(Line::close);
                })
                .awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
