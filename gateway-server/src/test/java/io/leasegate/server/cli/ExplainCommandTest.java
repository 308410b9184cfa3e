package io.leasegate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.proxy.AccessRecord.EarlierPick;
import io.leasegate.proxy.Outcome;
import io.leasegate.routing.RouteTableRef;
import io.leasegate.routing.TestTables;
import io.leasegate.server.admin.AdminServer;
import io.leasegate.server.admin.AdminSettings;
import io.leasegate.server.admin.Barrier;
import io.leasegate.server.explain.Explanations;
import io.leasegate.server.explain.RecentCalls;
import io.leasegate.server.testkit.FakeCall;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command {@code explain} against a real admin listener. */
@Timeout(60)
class ExplainCommandTest {

    private static final String PATH = "/demo.Echo/Say";

    @TempDir
    Path directory = Path.of("");

    private final Endpoint well = TestTables.endpoint("echo", 50051);
    private final Endpoint ill = TestTables.endpoint("echo", 50052);
    private final RouteTableRef table = new RouteTableRef(TestTables.routing("echo", well, ill));
    private final RecentCalls calls = new RecentCalls(10, 1);

    @SuppressWarnings("NullAway.Init") // set before each test
    private AdminServer admin;

    @BeforeEach
    void start() throws IOException {
        well.state(EndpointState.HEALTHY, "");
        ill.state(EndpointState.NOT_SERVING, "grpc.health.v1 says NOT_SERVING");
        Barrier none = new Barrier() {
            @Override
            public Runnable whenRouted(long revision, Runnable task) {
                return () -> {};
            }

            @Override
            public String obstacle() {
                return "";
            }
        };
        admin = new AdminServer(
                AdminSettings.of("127.0.0.1", 0),
                table,
                List::of,
                (accept, out) -> "text/plain",
                none,
                new Explanations(table, calls),
                () -> {});
        admin.start();
    }

    @AfterEach
    void stop() {
        admin.close();
    }

    private record Result(int exit, String out, String err) {}

    private Result run(String... args) {
        List<String> all = new ArrayList<>(List.of("explain"));
        all.addAll(List.of(args));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Main.run(new PrintWriter(out), new PrintWriter(err), all.toArray(new String[0]));
        return new Result(exit, out.toString(), err.toString());
    }

    /** Asks this gateway. */
    private Result ask(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--admin", "127.0.0.1:" + admin.address().getPort(), "--color", "never"));
        return run(all.toArray(new String[0]));
    }

    @Test
    void aCallThatAnInstanceCanGet() {
        Result result = ask(PATH, "--authority", "echo:80");
        assertThat(result.err()).isEmpty();
        assertThat(result.exit()).isZero();
        assertThat(result.out().lines().map(line -> line.replaceAll(" +", " ").strip()))
                .containsExactly(
                        "Call /demo.Echo/Say, authority echo:80 (revision 7 of etcd)",
                        "",
                        "No routes are configured.",
                        "",
                        "NO ROUTE: SERVICE BY NAME FOUND",
                        "authority echo service echo, instances: 2",
                        "",
                        "Service echo",
                        "least-request: of two that are drawn at random by weight, the one with fewer calls in flight for its"
                                + " weight, failures of late against it",
                        "INSTANCE SHARE SCORE WEIGHT IN FLIGHT LATENCY FAILING VERSION ZONE STATE WHY",
                        "127.0.0.1:50051 in 100% 1 10 0 0 ms 0% v1 - healthy",
                        "127.0.0.1:50052 out 0% - 10 0 0 ms 0% v1 - unhealthy grpc.health.v1 says NOT_SERVING",
                        "score: load: (calls in flight / weight + 1) * what failures add",
                        "",
                        "Instance 127.0.0.1:50051 gets the call.");
        ill.state(EndpointState.HEALTHY, "");
        table.publish(TestTables.routing("echo", well, ill));
        assertThat(ask(PATH, "--authority", "echo:80").out())
                .endsWith("\nOne of 2 instances of service echo gets the call.\n");
    }

    @Test
    void theWaysToNameACallAreTheSame() {
        String expected = ask(PATH, "--authority", "echo").out();
        assertThat(ask("demo.Echo/Say", "--authority", "echo").out()).isEqualTo(expected);
        assertThat(ask("--service", "demo.Echo", "--method", "Say", "--authority", "echo")
                        .out())
                .isEqualTo(expected);
    }

    @Test
    void whatTheCommandLineSaysReachesTheGateway() throws Exception {
        Result result = ask(
                PATH,
                "--json",
                "-m",
                "x-user=a b&c+d=e",
                "--metadata",
                "host=echo:1",
                "--source",
                "10.0.0.1",
                "--identity",
                "me");
        assertThat(result.exit()).as(result.err()).isZero();
        JsonNode json = new ObjectMapper().readTree(result.out());
        assertThat(json.path("authority").asText()).as("host stands for it").isEqualTo("echo:1");
        assertThat(json.at("/destinations/0/pick").asText()).isEqualTo("127.0.0.1:50051");
        assertThat(ask(PATH, "--source", "here").err()).contains("source: 'here' (expected an IP address");
    }

    @Test
    void aCallThatGoesNowhere() {
        Result noService = ask("/shop.Cart/Add");
        assertThat(noService.exit()).isEqualTo(1);
        assertThat(noService.out())
                .contains("nothing is registered as that")
                .contains("\nThe call ends with NS: no service for this request");
        well.state(EndpointState.UNREACHABLE, "cannot connect: phase connect: refused");
        Result noInstance = ask(PATH, "--authority", "echo");
        assertThat(noInstance.exit()).isEqualTo(1);
        assertThat(noInstance.out())
                .contains("cannot connect: phase connect: refused")
                .contains("\nThe call ends with UH: no healthy instance of service echo: 2 registered\n");
    }

    @Test
    void aCallThatWasMade() throws Exception {
        FakeCall call = new FakeCall();
        call.requestId = "abc";
        call.outcome = Outcome.UPSTREAM_LOST;
        call.grpcStatus = 14;
        call.detail = "service echo, instance 127.0.0.1:50051, phase sent: \u001b[2Jlost";
        call.route = 2;
        call.firstResponseNanos = -1;
        call.pickedNanos = 400_000;
        call.earlierPicks = List.of(new EarlierPick("127.0.0.1:1", 5_000, "phase connect: refused"));
        calls.onEnd(call);
        Result result = ask("--request-id", "abc");
        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.out().lines().map(line -> line.replaceAll(" +", " ").strip()))
                .containsExactly(
                        "Call /demo.Echo/Say: UC, UNAVAILABLE",
                        "outcome the connection to the instance was lost",
                        "detail service echo, instance 127.0.0.1:50051, phase sent: \\u001b[2Jlost",
                        "request id abc",
                        "began 2026-01-02T03:04:05.678Z",
                        "caller 10.0.0.9:41000, listener main",
                        "authority echo.local:8080",
                        "routed by routes[2], to service echo, revision 42",
                        "",
                        "AFTER PHASE",
                        "0.0110 ms it was given an instance",
                        "0.0250 ms it left for the instance",
                        "- the answer began (it did not)",
                        "1.23 ms it ended; bytes of messages: 12 in, 3456 out",
                        "",
                        "TRIED INSTANCE CHOSEN AFTER RESULT",
                        "1 127.0.0.1:1 0.00500 ms phase connect: refused",
                        "2 127.0.0.1:50051 0.400 ms the connection to the instance was lost");
        assertThat(new ObjectMapper()
                        .readTree(ask("--request-id", "abc", "--json").out())
                        .at("/calls/0/route")
                        .asInt())
                .isEqualTo(2);
        Result unknown = ask("--request-id", "abd");
        assertThat(unknown.exit()).isEqualTo(1);
        assertThat(unknown.err()).contains("'abd' is known: the last 10 calls that went well are kept");
        assertThat(unknown.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --authority a                       | Which call? (expected PATH
            --service demo.Echo                 | Which call? (expected PATH
            /a.B/C --service demo.Echo          | PATH goes without --service and --method.
            --request-id x /a.B/C               | --request-id goes without a description of a call.
            --request-id x -m a=b               | --request-id goes without a description of a call.
            /a.B/C -m novalue                   | --metadata novalue (expected NAME=VALUE)
            /a.B/C --admin here                 | --admin here (expected HOST:PORT
            /a.B/C --athority x                 | Unknown option
            """)
    void wrongUseIsTold(String args, String expected) {
        Result result = run(args.split(" "));
        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).contains(expected);
        assertThat(result.out()).isEmpty();
    }

    @Test
    void theAddressIsThatOfTheConfiguration() throws IOException {
        String discovery = ", discovery.static.services { a = [] } }";
        Path file = Files.writeString(
                directory.resolve("gateway.conf"),
                "leasegate { admin { address = \"0.0.0.0\", port = "
                        + admin.address().getPort() + " }" + discovery);
        Result found = run(PATH, "--authority", "echo", "-c", file.toString());
        assertThat(found.out()).as(found.err()).contains("Instance 127.0.0.1:50051 gets the call.");
        Path any = Files.writeString(directory.resolve("any.conf"), "leasegate { admin.port = 0" + discovery);
        Result unknown = run(PATH, "--config", any.toString());
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.err()).contains("leasegate.admin.port is 0", "name it with --admin HOST:PORT");
        assertThat(run(PATH, "--config", directory.resolve("none.conf").toString())
                        .exit())
                .isEqualTo(2);
    }

    @Test
    void aGatewayThatCannotBeAskedIsTold() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        Result nobody = run(PATH, "--admin", "127.0.0.1:" + free);
        assertThat(nobody.exit()).isEqualTo(2);
        assertThat(nobody.err())
                .startsWith("the gateway cannot be asked: nobody answers at http://127.0.0.1:" + free)
                .contains("--admin HOST:PORT");
        HttpServer other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        other.createContext("/", exchange -> {
            byte[] text = "hello".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(404, text.length);
            exchange.getResponseBody().write(text);
            exchange.close();
        });
        other.start();
        try {
            Result odd = run(PATH, "--admin", "127.0.0.1:" + other.getAddress().getPort());
            assertThat(odd.exit()).isEqualTo(2);
            assertThat(odd.err()).contains("answers with status 404", "is it the admin listener");
        } finally {
            other.stop(0);
        }
    }

    /** What the other tests' table has not: routes, a split, a mirror, faults, panic, an unknown share. */
    @Test
    void allPartsOfAnAnswerArePrinted() throws Exception {
        JsonNode answer = new ObjectMapper().readTree("""
                {"path":"/a.B/C","authority":"","revision":3,"source":"static","outcome":"OK","message":"",
                 "routes":[{"route":0,"match":"path '/x'","matched":false,"whyNot":"the path is '/a.B/C'"},
                  {"route":1,"match":"every call","matched":true,"whyNot":""}],
                 "names":[],
                 "destinations":[
                  {"service":"a","version":"v2","subset":"in version v2 with tags [eu]","share":0.25,"chosen":false,"policy":"","rule":"no instance can take a call",
                   "panic":false,"scoreName":"","pick":"","candidates":[]},
                  {"service":"b","version":"","subset":"","share":0.75,"chosen":true,"policy":"random","rule":"one at random","panic":true,
                   "mirror":{"service":"m","subset":"in version ^3","share":0.1},
                   "fault":{"delayShare":0.5,"delayMillis":100.0,"abortShare":0.01,"abortStatus":14},
                   "scoreName":"weight","pick":"","candidates":[
                    {"address":"h:1","version":"","zone":"z","state":"healthy","in":true,"reason":"","weight":10,
                     "effectiveWeight":2.5,"score":2.5,"inFlight":1,"latencyMillis":123.4,"failureShare":0.125}]}]}
                """);
        StringWriter out = new StringWriter();
        new RoutingReport(new PrintWriter(out, true), Paint.when(Paint.When.NEVER)).print(answer);
        assertThat(out.toString().lines().map(line -> line.replaceAll(" +", " ").strip()))
                .containsExactly(
                        "Call /a.B/C (revision 3 of static)",
                        "",
                        "ROUTE MATCHES CONDITIONS WHY NOT",
                        "routes[0] no path '/x' the path is '/a.B/C'",
                        "routes[1] yes every call",
                        "",
                        "Service a in version v2 with tags [eu]: 25% of such calls",
                        "no instance can take a call",
                        "No instance is registered.",
                        "",
                        "Service b: 75% of such calls, this time this one",
                        "mirror: copies of 10% of the calls go to service m in version ^3",
                        "fault, on purpose: 50% of the calls are delayed by 100 ms, 1% are aborted with status 14",
                        "random: one at random; PANIC: too few are healthy, so others are used too",
                        "INSTANCE SHARE SCORE WEIGHT IN FLIGHT LATENCY FAILING VERSION ZONE STATE WHY",
                        "h:1 in ? 2.50 10 (now 2.50) 1 123 ms 12.5% - z healthy",
                        "score: weight",
                        "",
                        "One of 1 instances of service b gets the call.");
    }

    @Test
    void coloursAreForTerminals() {
        String[] args = {
            PATH,
            "--authority",
            "echo",
            "--admin",
            "127.0.0.1:" + admin.address().getPort(),
            "--color",
            "always"
        };
        assertThat(run(args).out()).contains("\u001b[32m127.0.0.1:50051", "\u001b[31m127.0.0.1:50052");
    }
}
