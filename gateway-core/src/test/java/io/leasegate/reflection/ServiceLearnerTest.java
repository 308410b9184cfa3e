package io.leasegate.reflection;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.discovery.SimulatedLoop;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import io.leasegate.endpoint.Traits;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.StreamLoss;
import io.leasegate.health.ConnectionKeeper;
import io.leasegate.health.ConnectionWatcher;
import io.leasegate.reflection.FakeConnection.Call;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is asked, when, and what becomes of the answers, in virtual time. */
class ServiceLearnerTest {

    private static final String V1 = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    private static final String V1_ALPHA = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
    private static final long TIMEOUT = 2_000;

    private final SimulatedLoop loop = new SimulatedLoop();
    private final EmbeddedChannel eventLoop = new EmbeddedChannel();
    private final Map<Endpoint, ConnectionWatcher> watchers = new HashMap<>();
    private final List<String> heard = new ArrayList<>();
    private final List<Played> instances = new ArrayList<>();
    private boolean enabled = true;
    private double chance;
    private final ServiceLearner learner = new ServiceLearner(
            loop,
            new ConnectionKeeper() {
                @Override
                public void watch(Endpoint endpoint, ConnectionWatcher watcher) {
                    watchers.put(endpoint, watcher);
                }

                @Override
                public void retire(Endpoint endpoint, long newsNanos) {
                    throw new AssertionError("health checking does that");
                }
            },
            service -> new ReflectionSettings(enabled, TIMEOUT),
            new ReflectionListener() {
                @Override
                public void onAsked(Endpoint endpoint, ReflectionAnswer answer) {
                    heard.add(endpoint.id().port() + " " + answer.result());
                }

                @Override
                public void onLearned(String service, String version, List<String> grpcServices) {
                    heard.add(service + "/" + version + " "
                            + (grpcServices.size() > 9 ? grpcServices.size() : grpcServices));
                }

                @Override
                public void onCut(Endpoint endpoint, int named, int kept) {
                    heard.add(endpoint.id().port() + " cut from " + named + " to " + kept);
                }
            },
            () -> chance);

    @BeforeEach
    void stopTime() {
        eventLoop.freezeTime();
    }

    @AfterEach
    void close() {
        eventLoop.finishAndReleaseAll();
    }

    /** An instance as discovery, health checking and the pool see it. */
    private final class Played {

        final Endpoint endpoint;
        FakeConnection connection = new FakeConnection(eventLoop);

        Played(String service, String version, int port) {
            endpoint = new Endpoint(instance(service, version, port, 1));
        }

        Played add() {
            learner.onAdded(endpoint);
            run();
            return this;
        }

        Played connect() {
            connection = new FakeConnection(eventLoop);
            requireNonNull(watchers.get(endpoint)).onConnected(connection);
            run();
            return this;
        }

        Played disconnect() {
            requireNonNull(watchers.get(endpoint)).onDisconnected("lost");
            run();
            return this;
        }

        Played healthy() {
            return state(EndpointState.HEALTHY);
        }

        Played state(EndpointState state) {
            endpoint.state(state, "");
            learner.onChanged(endpoint);
            run();
            return this;
        }

        void register(String version, long leaseId) {
            endpoint.update(
                    instance(endpoint.id().service(), version, endpoint.id().port(), leaseId));
            learner.onChanged(endpoint);
            run();
        }

        void remove() {
            learner.onRemoved(endpoint, 0);
            ConnectionWatcher w = watchers.get(endpoint);
            if (w != null) {
                w.onDisconnected("retired");
            }
            run();
        }

        /** The one call that was made here and not taken yet. */
        Call call(String path) {
            run();
            assertThat(connection.calls).as("calls at " + endpoint).hasSize(1);
            Call c = connection.calls.remove(0);
            assertThat(c.path).isEqualTo(path);
            return c;
        }
    }

    private static Instance instance(String service, String version, int port, long leaseId) {
        return new Instance(
                new EndpointId(service, "127.0.0.1", port),
                Traits.builder().version(version).build(),
                "etcd",
                "key",
                leaseId,
                0,
                0);
    }

    private Played up(String service, String version, int port) {
        Played i = new Played(service, version, port).add().connect().healthy();
        instances.add(i);
        return i;
    }

    /** Everything that falls due now. */
    private void run() {
        for (int i = 0; i < 5; i++) {
            loop.advance(0);
            eventLoop.runPendingTasks();
        }
    }

    /** Both clocks go on together, in steps that are short where it matters. */
    private void pass(long millis) {
        long step = Math.max(1, millis / 100_000);
        for (long passed = 0; passed < millis; passed += step) {
            eventLoop.advanceTimeBy(step, TimeUnit.MILLISECONDS);
            loop.advance(step);
            eventLoop.runPendingTasks();
            eventLoop.runScheduledPendingTasks();
            loop.advance(0);
        }
        run();
    }

    private long callsAtAll() {
        run();
        return instances.stream().mapToLong(i -> i.connection.calls.size()).sum();
    }

    private List<String> heard() {
        run();
        List<String> all = List.copyOf(heard);
        heard.clear();
        return all;
    }

    @Test
    void oneInstanceIsAskedForItsVersion() {
        List<Played> all = IntStream.rangeClosed(1, 5)
                .mapToObj(port -> up("hello", "1", port))
                .toList();
        assertThat(callsAtAll()).isEqualTo(1);
        Call call = all.get(0).call(V1);
        assertThat(call.sent).containsExactly("0000000003" + "3a012a" + " end");
        call.services("b.B", "a.A", "a.A");
        assertThat(heard()).containsExactly("1 LEARNED", "hello/1 [a.A, b.B]");
        assertThat(call.resetWith).isNull();
        assertThat(call.credit).isEqualTo(FakeConnection.listOf("b.B", "a.A", "a.A").length);
        pass(3_600_000);
        all.get(4).state(EndpointState.UNREACHABLE).healthy();
        assertThat(callsAtAll()).isZero();
        assertThat(call.resetWith).isNull();
    }

    @Test
    void eachVersionOfEachServiceIsAsked() {
        up("hello", "1", 1).call(V1).services("a.A");
        up("hello", "2", 2).call(V1).services("a.A", "b.B");
        up("other", "2", 3).call(V1).services();
        assertThat(heard())
                .containsExactly("1 LEARNED", "hello/1 [a.A]", "2 LEARNED", "hello/2 [a.A, b.B]", "3 LEARNED");
    }

    @Test
    void onlyAHealthyInstanceIsAsked() {
        Played i = new Played("hello", "1", 1).add().connect();
        assertThat(i.connection.calls).isEmpty();
        i.state(EndpointState.NOT_SERVING);
        assertThat(i.connection.calls).isEmpty();
        i.healthy().call(V1).services("a.A");
        assertThat(heard()).containsExactly("1 LEARNED", "hello/1 [a.A]");
    }

    @Test
    void v1alphaIsAskedWhereV1IsNotThere() {
        Played i = up("hello", "1", 1);
        i.call(V1).unimplemented();
        i.call(V1_ALPHA).services("a.A");
        assertThat(heard()).containsExactly("1 LEARNED", "hello/1 [a.A]");
    }

    @Test
    void thatThereIsNoReflectionIsRememberedUntilTheInstancesChange() {
        Played a = up("hello", "1", 1);
        a.call(V1).unimplemented();
        a.call(V1_ALPHA).unimplemented();
        assertThat(heard()).containsExactly("1 UNIMPLEMENTED");
        pass(3_600_000);
        a.state(EndpointState.UNREACHABLE).healthy();
        a.register("1", 1);
        assertThat(callsAtAll()).isZero();

        Played b = up("hello", "1", 2);
        assertThat(a.connection.calls.size() + b.connection.calls.size()).isEqualTo(1);
        (a.connection.calls.isEmpty() ? b : a).call(V1).unimplemented();
        (a.connection.calls.isEmpty() ? b : a).call(V1_ALPHA).unimplemented();
        pass(5_000);
        assertThat(callsAtAll()).isZero();

        // the same key under another lease: another process may have registered it
        a.register("1", 2);
        assertThat(callsAtAll()).isEqualTo(1);
    }

    @Test
    void anErrorResponseThatSaysUnimplementedIsNoReflectionEither() {
        Played i = up("hello", "1", 1);
        Call call = i.call(V1);
        call.headers(":status", "200");
        call.data(FakeConnection.error(12));
        i.call(V1_ALPHA).trailers(":status", "404");
        assertThat(heard()).containsExactly("1 UNIMPLEMENTED");
    }

    @Test
    void onlySoManyAreAskedAtOnce() {
        for (int i = 1; i <= 40; i++) {
            up("service" + i, "1", i);
        }
        assertThat(callsAtAll()).isEqualTo(ServiceLearner.MAX_AT_ONCE);
        instances.get(3).call(V1).services("a.A");
        assertThat(callsAtAll()).isEqualTo(ServiceLearner.MAX_AT_ONCE);
        // who left before its turn is passed over
        instances.get(ServiceLearner.MAX_AT_ONCE + 1).remove();
        instances.get(0).call(V1).services("a.A");
        run();
        assertThat(instances.get(ServiceLearner.MAX_AT_ONCE + 2).connection.calls)
                .hasSize(1);
        for (int round = 0; round < 40; round++) {
            for (Played i : instances) {
                i.connection.calls.forEach(c -> c.services("a.A"));
                i.connection.calls.clear();
                run();
            }
        }
        assertThat(heard().stream().filter(h -> h.endsWith("LEARNED"))).hasSize(39);
    }

    @Test
    void aServerThatHangsIsLeftAlonePauseAfterPause() {
        Played i = up("hello", "1", 1);
        Call first = i.call(V1);
        pass(TIMEOUT - 1);
        assertThat(heard()).isEmpty();
        pass(1);
        assertThat(heard()).containsExactly("1 TIMEOUT");
        assertThat(first.resetWith).isEqualTo(Http2Error.CANCEL);
        for (long pause : new long[] {1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000}) {
            pass(pause - 1);
            assertThat(i.connection.calls)
                    .as("before the pause of %d is over", pause)
                    .isEmpty();
            // health goes to and fro; that is no reason to ask
            i.state(EndpointState.UNHEALTHY).healthy();
            pass(1);
            i.call(V1);
            pass(TIMEOUT);
            assertThat(heard()).containsExactly("1 TIMEOUT");
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.25, 0.999})
    void pausesVary(double random) {
        chance = random;
        Played i = up("hello", "1", 1);
        i.call(V1).trailers(":status", "200", "grpc-status", "16");
        long pause = Math.round(1_000 * (1 + 0.25 * random));
        pass(pause - 1);
        assertThat(i.connection.calls).isEmpty();
        pass(1);
        i.call(V1).services("a.A");
        assertThat(heard()).containsExactly("1 REFUSED", "1 LEARNED", "hello/1 [a.A]");
    }

    @Test
    void afterAFailureAnotherInstanceIsAsked() {
        Played a = new Played("hello", "1", 1).add();
        Played b = new Played("hello", "1", 2).add();
        a.connect().healthy();
        b.connect().healthy();
        a.call(V1);
        pass(TIMEOUT);
        pass(1_000);
        b.call(V1).services("a.A");
        assertThat(heard()).containsExactly("1 TIMEOUT", "2 LEARNED", "hello/1 [a.A]");
    }

    static Stream<Arguments> badAnswers() {
        byte[] good = FakeConnection.listOf("a.A");
        byte[] compressed = good.clone();
        compressed[0] = 1;
        byte[] cut = good.clone();
        cut[4]--;
        byte[] negative = good.clone();
        negative[1] = (byte) 0x80;
        return Stream.of(
                Arguments.of("compressed", compressed, "MALFORMED"),
                Arguments.of(
                        "a page", "<html><body>Not Found</body></html>".getBytes(StandardCharsets.UTF_8), "MALFORMED"),
                Arguments.of("cut in a name", cut, "MALFORMED"),
                Arguments.of("empty", FakeConnection.framed(new byte[0]), "MALFORMED"),
                Arguments.of("another message", FakeConnection.framed(new byte[] {8, 1}), "MALFORMED"),
                Arguments.of("a group", FakeConnection.framed(new byte[] {0x0b, 1}), "MALFORMED"),
                Arguments.of("field 0", FakeConnection.framed(new byte[] {0, 0}), "MALFORMED"),
                Arguments.of("a list that is a number", FakeConnection.framed(new byte[] {0x30, 1}), "MALFORMED"),
                Arguments.of(
                        "a length of 2^63",
                        FakeConnection.framed(new byte[] {0x32, -1, -1, -1, -1, -1, -1, -1, -1, 127}),
                        "MALFORMED"),
                Arguments.of(
                        "an endless number",
                        FakeConnection.framed(new byte[] {8, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}),
                        "MALFORMED"),
                Arguments.of("too large", new byte[] {0, 0, 4, 0, 1}, "TOO_LARGE"),
                Arguments.of("larger than an int", negative, "TOO_LARGE"),
                Arguments.of("an error", FakeConnection.error(7), "REFUSED"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badAnswers")
    void aBadAnswerTeachesNothing(String name, byte[] answer, String result) {
        Played i = up("hello", "1", 1);
        Call call = i.call(V1);
        call.headers(":status", "200");
        call.data(answer);
        assertThat(heard()).containsExactly("1 " + result);
        call.trailers("grpc-status", "0");
        pass(TIMEOUT);
        i.call(V1).services("a.A");
        assertThat(heard()).containsExactly("1 LEARNED", "hello/1 [a.A]");
    }

    @Test
    void callsThatEndWithoutAnAnswer() {
        Played i = up("hello", "1", 1);
        i.call(V1).trailers(":status", "200", "grpc-status", "0");
        pass(1_000);
        i.call(V1).trailers(":status", "503");
        pass(2_000);
        i.call(V1).trailers(":status", "200");
        pass(4_000);
        i.call(V1).listener.onReset(Http2Error.INTERNAL_ERROR);
        pass(8_000);
        i.call(V1).listener.onLost(StreamLoss.PROTOCOL, "broken");
        i.connection.full = true;
        pass(16_000);
        assertThat(heard()).containsExactly("1 MALFORMED", "1 REFUSED", "1 MALFORMED", "1 LOST", "1 LOST", "1 LOST");
    }

    /** Answers come in frames of any size. */
    @Test
    void anAnswerInSingleBytes() {
        Played i = up("hello", "1", 1);
        Call call = i.call(V1);
        call.headers(":status", "200");
        byte[] answer = FakeConnection.listOf("a.A", "b.B");
        for (byte b : answer) {
            assertThat(heard()).isEmpty();
            call.data(new byte[] {b});
        }
        assertThat(heard()).containsExactly("1 LEARNED", "hello/1 [a.A, b.B]");
        assertThat(call.credit).isEqualTo(answer.length);
    }

    @Test
    void whoGoesOnAfterTheAnswerIsCut() {
        Played i = up("hello", "1", 1);
        Call call = i.call(V1);
        call.headers(":status", "200");
        call.data(FakeConnection.listOf("a.A"));
        assertThat(heard()).containsExactly("1 LEARNED", "hello/1 [a.A]");
        for (int n = 0; n < 5_000 && call.resetWith == null; n++) {
            call.data(FakeConnection.listOf("b.B", "c.C"));
        }
        assertThat(call.resetWith).isEqualTo(Http2Error.CANCEL);
        assertThat(heard()).isEmpty();
    }

    @Test
    void whoNeverEndsTheCallIsCutWhenTheTimeIsOver() {
        Played i = up("hello", "1", 1);
        Call call = i.call(V1);
        call.headers(":status", "200");
        call.data(FakeConnection.listOf("a.A"));
        pass(TIMEOUT);
        assertThat(call.resetWith).isEqualTo(Http2Error.CANCEL);
        assertThat(heard()).containsExactly("1 LEARNED", "hello/1 [a.A]");
    }

    @Test
    void whatAServerHasForItselfIsNoRoute() {
        up("hello", "1", 1)
                .call(V1)
                .services(
                        "grpc.reflection.v1.ServerReflection",
                        "grpc.reflection.v1alpha.ServerReflection",
                        "grpc.health.v1.Health",
                        "grpc.channelz.v1.Channelz",
                        "grpc.health.v1.Healthy",
                        "grpcx.Echo",
                        "",
                        "with space",
                        "with/slash",
                        "naïve",
                        "x".repeat(501),
                        "Plain");
        assertThat(heard()).containsExactly("1 LEARNED", "hello/1 [Plain, grpc.health.v1.Healthy, grpcx.Echo]");
    }

    @Test
    void onlySoManyNamesAreKeptOfAService() {
        String[] many = IntStream.range(0, 3_000).mapToObj(n -> "a.S" + n).toArray(String[]::new);
        up("hello", "1", 1).call(V1).services(many);
        Played second = up("hello", "2", 2);
        second.call(V1).services(many);
        up("other", "1", 3).call(V1).services(many);
        assertThat(heard())
                .containsExactly(
                        "1 LEARNED",
                        "hello/1 3000",
                        "2 LEARNED",
                        "2 cut from 3000 to 1000",
                        "hello/2 1000",
                        "3 LEARNED",
                        "other/1 3000");
        up("hello", "3", 4).call(V1).services("b.B");
        assertThat(heard()).containsExactly("4 LEARNED", "4 cut from 1 to 0");
    }

    @Test
    void whenWhoAnsweredLeavesAnotherOneIsAsked() {
        Played a = up("hello", "1", 1);
        Played b = up("hello", "1", 2);
        a.call(V1).services("a.A");
        heard();
        pass(10_000);
        a.remove();
        b.call(V1).services("b.B");
        assertThat(heard()).containsExactly("2 LEARNED", "hello/1 [b.B]");
    }

    @Test
    void whenTheLastLeavesItIsForgotten() {
        Played a = up("hello", "1", 1);
        a.call(V1).services("a.A");
        heard();
        a.remove();
        assertThat(heard()).containsExactly("hello/1 []");
        up("hello", "1", 2).call(V1).services("a.A");
        assertThat(heard()).containsExactly("2 LEARNED", "hello/1 [a.A]");
    }

    /** Removed and added in one table, as a file of instances does it that is edited. */
    @Test
    void whereAllAreReplacedAtOnceTheNamesStayUntilTheNewOnesAnswer() {
        Played a = up("hello", "1", 1);
        a.call(V1).services("a.A");
        heard();
        pass(10_000);
        learner.onRemoved(a.endpoint, 0);
        Played b = new Played("hello", "1", 2).add().connect().healthy();
        assertThat(heard()).isEmpty();
        b.call(V1).services("a.A", "b.B");
        assertThat(heard()).containsExactly("2 LEARNED", "hello/1 [a.A, b.B]");

        pass(10_000);
        learner.onRemoved(b.endpoint, 0);
        Played c = new Played("hello", "1", 3).add().connect().healthy();
        c.call(V1).trailers(":status", "200", "grpc-status", "2");
        assertThat(heard()).as("nobody is left who said so").containsExactly("3 REFUSED", "hello/1 []");
    }

    @Test
    void aFailureLeavesWhatWasLearnedWhileSomebodyIsLeftWhoWasThere() {
        Played a = up("hello", "1", 1);
        Played b = up("hello", "1", 2);
        a.call(V1).services("a.A");
        heard();
        pass(10_000);
        a.remove();
        b.call(V1).trailers(":status", "200", "grpc-status", "2");
        assertThat(heard()).containsExactly("2 REFUSED");
    }

    /** Behind an address that stays registered there may be another build after a restart. */
    @Test
    void aNewConnectionToWhoAnsweredIsAReasonToAsk() {
        Played a = up("hello", "1", 1);
        Played b = up("hello", "1", 2);
        a.call(V1).services("a.A");
        heard();
        pass(10_000);
        b.disconnect().connect();
        assertThat(callsAtAll()).isZero();
        a.disconnect().connect();
        assertThat(callsAtAll()).isEqualTo(1);
        a.call(V1).services("a.A", "b.B");
        assertThat(heard()).containsExactly("1 LEARNED", "hello/1 [a.A, b.B]");
    }

    @Test
    void aVersionIsAskedOnceASecondAtMost() {
        Played a = up("hello", "1", 1);
        a.call(V1).services("a.A");
        for (int i = 0; i < 5; i++) {
            a.disconnect().connect();
            pass(100);
            assertThat(a.connection.calls).isEmpty();
        }
        pass(500);
        a.call(V1).services("a.A");
        pass(10_000);
        assertThat(a.connection.calls).isEmpty();
    }

    @Test
    void aQuestionThatALossInterruptsIsAskedAgain() {
        Played a = up("hello", "1", 1);
        Call call = a.call(V1);
        a.disconnect().connect();
        assertThat(heard()).containsExactly("1 LOST");
        assertThat(call.resetWith).isEqualTo(Http2Error.CANCEL);
        pass(1_000);
        a.call(V1).services("a.A");
        assertThat(heard()).containsExactly("1 LEARNED", "hello/1 [a.A]");
    }

    @Test
    void anInstanceThatChangesItsVersionIsAskedForTheNewOne() {
        Played a = up("hello", "1", 1);
        a.call(V1).services("a.A");
        heard();
        a.register("2", 1);
        assertThat(heard()).containsExactly("hello/1 []");
        a.call(V1).services("b.B");
        assertThat(heard()).containsExactly("1 LEARNED", "hello/2 [b.B]");
    }

    /** Each question gives its place back, whatever comes between. */
    @Test
    void versionsThatChangeWhileAQuestionIsUnderWayLoseNoPlace() {
        Played a = up("hello", "0", 1);
        for (int version = 1; version <= 3 * ServiceLearner.MAX_AT_ONCE; version++) {
            a.register(String.valueOf(version), 1);
        }
        run();
        Call last = a.connection.calls.get(a.connection.calls.size() - 1);
        last.services("a.A");
        assertThat(heard()).last().isEqualTo("hello/" + 3 * ServiceLearner.MAX_AT_ONCE + " [a.A]");
        a.connection.calls.clear();
        for (int i = 1; i <= 40; i++) {
            up("service" + i, "1", i);
        }
        assertThat(callsAtAll()).isEqualTo(ServiceLearner.MAX_AT_ONCE);
    }

    @Test
    void whereItIsSwitchedOffNobodyIsAsked() {
        enabled = false;
        Played a = new Played("hello", "1", 1).add().healthy();
        assertThat(watchers).isEmpty();
        a.register("2", 7);
        learner.onRemoved(a.endpoint, 0);
        assertThat(heard()).isEmpty();
        assertThat(loop.waiting()).isZero();
    }

    @Test
    void nothingIsLeftWhenAllHaveGone() {
        Played a = up("hello", "1", 1);
        Played b = up("hello", "1", 2);
        a.call(V1);
        pass(TIMEOUT);
        a.remove();
        b.remove();
        assertThat(loop.waiting()).isZero();
    }
}
