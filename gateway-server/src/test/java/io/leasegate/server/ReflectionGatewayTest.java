package io.leasegate.server;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.grpc.BindableService;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ReflectedService;
import io.leasegate.testkit.ScriptedInstance;
import io.leasegate.testkit.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Real gRPC servers that are registered under other names than their gRPC services have, and servers that do not say what they serve. */
@Timeout(120)
class ReflectionGatewayTest {

    private static final String GREETER = "helloworld.Greeter";
    private static final String FAREWELL = "helloworld.Farewell";
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory = Path.of("");

    private static String instance(String service, String version, int port) {
        return service + " { address = \"127.0.0.1:" + port + "\", version = \"" + version + "\" }";
    }

    private void register(String... instances) throws IOException {
        Map<String, StringJoiner> services = new TreeMap<>();
        for (String i : instances) {
            int blank = i.indexOf(' ');
            services.computeIfAbsent(i.substring(0, blank), name -> new StringJoiner(", ", name + " = [", "]\n"))
                    .add(i.substring(blank));
        }
        StringBuilder text = new StringBuilder("services {\n");
        services.values().forEach(text::append);
        Path next = Files.writeString(directory.resolve("next"), text + "}\n");
        Files.move(next, directory.resolve("instances.conf"), ATOMIC_MOVE, REPLACE_EXISTING);
    }

    private RunningGateway gateway(String more) throws Exception {
        return new RunningGateway(directory, "discovery.file { path = instances.conf, interval = 20ms }\n" + more)
                .awaitReady();
    }

    private static TestServer server(BindableService... services) {
        return TestServer.start(b -> b, services);
    }

    private static BindableService reflection() {
        return ProtoReflectionServiceV1.newInstance();
    }

    @SuppressWarnings("deprecation") // the older protocol is the point
    private static BindableService reflectionAlpha() {
        return ProtoReflectionService.newInstance();
    }

    private static Status call(RunningGateway gateway, String grpcService) {
        try {
            gateway.clientOf(grpcService).unary(HELLO);
            return Status.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus();
        }
    }

    private static JsonNode service(RunningGateway gateway, String name) {
        for (JsonNode s : gateway.services().path("services")) {
            if (s.path("name").asText().equals(name)) {
                return s;
            }
        }
        return MissingNode.getInstance();
    }

    private static void awaitServices(RunningGateway gateway, String service, String json) {
        RunningGateway.await(
                () -> gateway.get("/api/services"),
                () -> service(gateway, service).path("grpcServices").toString().equals(json));
    }

    /** Waits until so many questions at least ended this way. */
    private static void awaitAsked(RunningGateway gateway, String result, int times) {
        RunningGateway.await(
                () -> asked(gateway, result) + " questions came to " + result + ", expected " + times,
                () -> asked(gateway, result) >= times);
    }

    private static double asked(RunningGateway gateway, String result) {
        String series = "leasegate_reflection_asks_total{result=\"" + result + "\"} ";
        return gateway.get("/metrics")
                .lines()
                .filter(l -> l.startsWith(series))
                .mapToDouble(l -> Double.parseDouble(l.substring(series.length())))
                .sum();
    }

    @Test
    void aCallFindsTheServiceThatIsRegisteredUnderAnotherName() throws Exception {
        ReflectedService greeter = new ReflectedService(GREETER);
        ReflectedService old = new ReflectedService(FAREWELL);
        HealthStatusManager health = new HealthStatusManager();
        try (TestServer hello = server(greeter, reflection(), health.getHealthService());
                TestServer bye = server(old, reflectionAlpha())) {
            register(instance("hello", "1", hello.port()), instance("bye", "1", bye.port()));
            try (RunningGateway gateway = gateway("")) {
                awaitServices(gateway, "hello", "[\"helloworld.Greeter\"]");
                awaitServices(gateway, "bye", "[\"helloworld.Farewell\"]");
                assertThat(call(gateway, GREETER)).isEqualTo(Status.OK);
                assertThat(call(gateway, FAREWELL)).isEqualTo(Status.OK);
                assertThat(greeter.calls()).isEqualTo(1);
                assertThat(old.calls()).isEqualTo(1);
                Status none = call(gateway, "helloworld.Unknown");
                assertThat(none.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
                assertThat(none.getDescription())
                        .contains(
                                "as 'helloworld.Unknown' or as 'unknown' (:path), and no instance says by server reflection that it serves it");
                assertThat(call(gateway, "grpc.health.v1.Health").getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
                assertThat(gateway.get("/metrics"))
                        .contains("leasegate_reflection_services 2.0")
                        .contains("leasegate_reflection_asks_total{result=\"learned\"} 2.0");
            }
        }
    }

    @Test
    void twoVersionsAtOnceGetWhatEachOfThemServes() throws Exception {
        ReflectedService one = new ReflectedService(GREETER);
        ReflectedService two = new ReflectedService(GREETER);
        ReflectedService canary = new ReflectedService(FAREWELL);
        try (TestServer v1 = server(one, reflection());
                TestServer v2 = server(two, canary, reflection());
                TestServer v3 = server(new ReflectedService("helloworld.Unsaid"))) {
            register(
                    instance("hello", "1.0", v1.port()),
                    instance("hello", "2.0", v2.port()),
                    instance("hello", "3.0", v3.port()));
            try (RunningGateway gateway = gateway("")) {
                awaitServices(gateway, "hello", "[\"helloworld.Farewell\",\"helloworld.Greeter\"]");
                RunningGateway.await(
                        () -> gateway.get("/api/services"),
                        () -> service(gateway, "hello")
                                .path("grpcServicesByVersion")
                                .toString()
                                .equals("{\"1.0\":[\"helloworld.Greeter\"],"
                                        + "\"2.0\":[\"helloworld.Farewell\",\"helloworld.Greeter\"]}"));
                for (int i = 0; i < 40; i++) {
                    assertThat(call(gateway, FAREWELL)).isEqualTo(Status.OK);
                    assertThat(call(gateway, GREETER)).isEqualTo(Status.OK);
                }
                assertThat(canary.calls()).isEqualTo(40);
                assertThat(one.calls()).isPositive();
                assertThat(two.calls()).isPositive();
                assertThat(one.calls() + two.calls()).isEqualTo(40);
                assertThat(call(gateway, "helloworld.Unsaid").getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);

                // the canary is taken back, and what it alone had goes with it
                register(instance("hello", "1.0", v1.port()));
                awaitServices(gateway, "hello", "[\"helloworld.Greeter\"]");
                assertThat(call(gateway, FAREWELL).getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
                assertThat(call(gateway, GREETER)).isEqualTo(Status.OK);
            }
        }
    }

    @Test
    void registeredNamesGoFirstAndCollisionsAreTold() throws Exception {
        ReflectedService a = new ReflectedService(GREETER);
        ReflectedService b = new ReflectedService(GREETER);
        ReflectedService c = new ReflectedService(GREETER);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(DiscoveryEvents.class);
        log.start();
        logger.addAppender(log);
        try (TestServer beta = server(b, reflection());
                TestServer alpha = server(a, reflection());
                TestServer greeter = server(c, reflection())) {
            register(instance("beta", "1", beta.port()));
            try (RunningGateway gateway = gateway("")) {
                awaitServices(gateway, "beta", "[\"helloworld.Greeter\"]");
                call(gateway, GREETER);
                assertThat(b.calls()).isEqualTo(1);

                register(instance("beta", "1", beta.port()), instance("alpha", "1", alpha.port()));
                awaitServices(gateway, "alpha", "[\"helloworld.Greeter\"]");
                call(gateway, GREETER);
                assertThat(a.calls()).isEqualTo(1);
                assertThat(service(gateway, "beta")
                                .path("grpcServicesElsewhere")
                                .toString())
                        .isEqualTo("{\"helloworld.Greeter\":\"alpha\"}");
                assertThat(service(gateway, "alpha").path("grpcServicesElsewhere"))
                        .isEmpty();
                assertThat(List.copyOf(log.list).stream()
                                .filter(e -> e.getLevel() == Level.WARN)
                                .map(ILoggingEvent::getFormattedMessage))
                        .singleElement()
                        .asString()
                        .startsWith("the gRPC service helloworld.Greeter is offered by instances of several services,"
                                + " alpha, beta: calls for it go to alpha");

                register(
                        instance("beta", "1", beta.port()),
                        instance("alpha", "1", alpha.port()),
                        instance("greeter", "1", greeter.port()));
                awaitServices(gateway, "greeter", "[\"helloworld.Greeter\"]");
                call(gateway, GREETER);
                assertThat(c.calls()).isEqualTo(1);

                // a name that lost its instances does not hide those who have some
                register(instance("beta", "1", beta.port()));
                RunningGateway.await(
                        () -> gateway.instances(),
                        () -> gateway.services().path("services").size() == 1);
                assertThat(call(gateway, GREETER)).isEqualTo(Status.OK);
                assertThat(b.calls()).isEqualTo(2);
            }
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void theLastInstanceTakesItAlong() throws Exception {
        try (TestServer a = server(new ReflectedService(GREETER), reflection());
                TestServer b = server(new ReflectedService(GREETER), reflection())) {
            register(instance("hello", "1", a.port()), instance("hello", "1", b.port()));
            try (RunningGateway gateway = gateway("")) {
                awaitServices(gateway, "hello", "[\"helloworld.Greeter\"]");
                register(instance("hello", "1", b.port()));
                gateway.awaitInstances("hello 127.0.0.1:" + b.port() + " file");
                assertThat(call(gateway, GREETER)).isEqualTo(Status.OK);
                // all that is left is replaced at once, and no call notices
                register(instance("hello", "1", a.port()));
                gateway.awaitInstances("hello 127.0.0.1:" + a.port() + " file");
                assertThat(call(gateway, GREETER)).isEqualTo(Status.OK);
                register();
                gateway.awaitInstances("");
                assertThat(call(gateway, GREETER).getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
                assertThat(gateway.get("/metrics")).contains("leasegate_reflection_services 0.0");
            }
        }
    }

    /** The registration stays, another build listens at its address. */
    @Test
    void anotherBuildAtTheSameAddressIsAsked() throws Exception {
        List<BindableService> services = new ArrayList<>(List.of(reflection()));
        TestServer server = TestServer.start(b -> {
            services.forEach(b::addService);
            return b;
        });
        try (server) {
            register(instance("hello", "1", server.port()));
            try (RunningGateway gateway = gateway("")) {
                awaitAsked(gateway, "learned", 1);
                assertThat(call(gateway, GREETER).getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
                server.kill();
                services.clear();
                services.add(reflection());
                services.add(new ReflectedService(GREETER));
                server.restart();
                awaitServices(gateway, "hello", "[\"helloworld.Greeter\"]");
                assertThat(call(gateway, GREETER)).isEqualTo(Status.OK);
            }
        }
    }

    /** Answers calls, and the question as the script says. */
    private static void play(RawStream stream, ScriptedInstance.StreamScript onReflection) throws Exception {
        String path = stream.request().get(":path");
        if (path.contains("ServerReflection")) {
            onReflection.play(stream);
        } else if (path.contains("Health")) {
            stream.trailersOnly(12, "no health");
        } else {
            ScriptedInstance.echo(stream);
        }
    }

    /** Who hangs, lies or never stops costs neither calls nor the others anything. */
    @Test
    void instancesThatDoNotSayItProperly() throws Exception {
        try (ScriptedInstance hangs = ScriptedInstance.start(s -> play(s, question -> question.expectRequestEnd()));
                ScriptedInstance lies = ScriptedInstance.start(s -> play(
                        s,
                        question -> question.responseHeaders().message("<html>").trailers(0)));
                ScriptedInstance endless = ScriptedInstance.start(s -> play(s, ReflectionGatewayTest::listForEver));
                TestServer without = server(new ReflectedService(FAREWELL));
                TestServer good = server(new ReflectedService(GREETER), reflection())) {
            register(
                    instance("a-hangs", "1", hangs.port()),
                    instance("b-lies", "1", lies.port()),
                    instance("c-endless", "1", endless.port()),
                    instance("d-without", "1", without.port()),
                    instance("e-good", "1", good.port()));
            try (RunningGateway gateway = gateway("services.default.reflection.timeout = 300ms")) {
                awaitServices(gateway, "e-good", "[\"helloworld.Greeter\"]");
                awaitAsked(gateway, "unimplemented", 1);
                awaitAsked(gateway, "too_large", 1);
                awaitAsked(gateway, "timeout", 1);
                awaitAsked(gateway, "malformed", 1);
                for (String s : List.of("a-hangs", "b-lies", "c-endless", "d-without", "e-good")) {
                    assertThat(gateway.call(s)).as(s).isEqualTo(Status.Code.OK);
                }
                assertThat(call(gateway, GREETER)).isEqualTo(Status.OK);
                // asked again after a pause, and who has no reflection is not
                awaitAsked(gateway, "timeout", 2);
                assertThat(gateway.get("/metrics"))
                        .contains("leasegate_reflection_asks_total{result=\"unimplemented\"} 1.0")
                        .contains("leasegate_reflection_asks_total{result=\"learned\"} 1.0");
            }
            Stream.of(hangs, lies).forEach(ScriptedInstance::assertClean);
        }
    }

    /** A message that claims to be of 2 GiB, and bytes for it as long as they are taken. */
    private static void listForEver(RawStream question) {
        question.expectRequestEnd();
        question.responseHeaders().data(new byte[] {0, 0x7f, -1, -1, -1}, false);
        try {
            for (int i = 0; i < 10_000; i++) {
                question.data(new byte[8 * 1024], false);
            }
        } catch (RuntimeException | AssertionError e) {
            return; // the gateway has reset the stream or left
        }
    }

    @Test
    void whereItIsSwitchedOffNobodyIsAsked() throws Exception {
        try (TestServer off = server(new ReflectedService(GREETER), reflection());
                TestServer on = server(new ReflectedService(FAREWELL), reflection())) {
            register(instance("hello", "1", off.port()), instance("bye", "1", on.port()));
            try (RunningGateway gateway = gateway("services.hello.reflection.enabled = false")) {
                awaitServices(gateway, "bye", "[\"helloworld.Farewell\"]");
                Pause.millis(200);
                assertThat(service(gateway, "hello").path("grpcServices")).isEmpty();
                assertThat(off.calls()).isEmpty();
                assertThat(call(gateway, GREETER).getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
            }
        }
    }
}
