package io.leasegate.suites;

import com.fasterxml.jackson.databind.JsonNode;
import io.leasegate.testkit.EtcdProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A server that registers with a library that others wrote, an etcd, and the gateway: the instance is started, called, robbed of its lease,
 * stopped and killed, and the gateway has to follow.
 */
final class RegistrarSuite implements Suite {

    /** Of every lease. etcd grants none under 2 s, and libraries renew theirs every third of it. */
    private static final Duration TTL = Duration.ofSeconds(3);

    /** From when a registration leaves etcd, or its process has got the signal, until nobody is sent there. */
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    /** For what takes a process to start, a lease to end, or a library to find that it has ended. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final String SEEN = "seen";
    private static final String CALLED = "called";
    private static final String REVOKED = "revoked";
    private static final String REGISTERED_ANEW = "registered-anew";
    private static final String STOPPED = "stopped";
    private static final String KILLED = "killed";
    private static final String EVICTED = "evicted";

    private final Registrar registrar;

    RegistrarSuite(Registrar registrar) {
        this.registrar = registrar;
    }

    @Override
    public String name() {
        return "registrar-" + registrar.id();
    }

    @Override
    public String description() {
        return "a Go server that registers with " + registrar.id() + ", etcd";
    }

    @Override
    public int cases() {
        return steps().size();
    }

    private List<String> steps() {
        List<String> steps = new ArrayList<>(List.of(SEEN, CALLED, REVOKED, STOPPED, KILLED, EVICTED));
        if (registrar.registersAnew()) {
            steps.add(steps.indexOf(STOPPED), REGISTERED_ANEW);
        }
        return steps;
    }

    @Override
    public void prepare(Tools tools) throws MissingToolException, IOException, InterruptedException {
        tools.requireEtcd();
        tools.install(registrar);
    }

    @Override
    public Score run(Bench bench) throws IOException, InterruptedException {
        try (EtcdProcess etcd = EtcdProcess.launch();
                Gate gate = Gate.start(bench.home(), bench.scratch(), "gateway", configuration(etcd));
                RegisteredEcho echo = new RegisteredEcho(gate);
                Run run = new Run(bench, etcd, echo)) {
            Score score = new Score();
            for (String step : steps()) {
                try {
                    run.take(step);
                    score.pass(step);
                } catch (IOException e) {
                    score.fail(step, e.getMessage() + run.lastWords());
                }
            }
            return score;
        }
    }

    private String configuration(EtcdProcess etcd) {
        return """
                leasegate {
                  listeners = [ { name = suite, address = "127.0.0.1", port = 0 } ]
                  admin.port = 0
                  discovery.etcd { endpoints = [ "%s" ], prefixes = [ "%s" ] }
                  routes = [ { match.path-prefix = "/", service = "%s" } ]
                }
                """.formatted(etcd.endpoint(), registrar.prefix(), Registrar.SERVICE);
    }

    /** The instance that runs, one at a time. A step goes on from where the one before it has left off. */
    private final class Run implements AutoCloseable {

        private final Bench bench;
        private final EtcdProcess etcd;
        private final RegisteredEcho echo;
        private Child instance;
        private int started;

        Run(Bench bench, EtcdProcess etcd, RegisteredEcho echo) throws IOException {
            this.bench = bench;
            this.etcd = etcd;
            this.echo = echo;
            this.instance = start();
        }

        private Child start() throws IOException {
            started++;
            return Child.start(
                    bench.file("instance-" + started + ".log"),
                    List.of(
                            bench.tools().path(registrar).toString(),
                            "-etcd=127.0.0.1:" + etcd.clientPort(),
                            "-service=" + Registrar.SERVICE,
                            "-ttl=" + TTL.toSeconds()));
        }

        /** Starts another one when there is none that the gateway knows. */
        private void ensureSeen() throws IOException, InterruptedException {
            if (!instance.isAlive() || echo.instances().isEmpty()) {
                instance.close();
                instance = start();
            }
            seen();
        }

        void take(String step) throws IOException, InterruptedException {
            switch (step) {
                case SEEN -> seen();
                case CALLED -> echo.expectAnswer(instance);
                case REVOKED -> revoked();
                case REGISTERED_ANEW -> {
                    seen();
                    echo.expectAnswer(instance);
                }
                case STOPPED -> stopped();
                case KILLED -> killed();
                case EVICTED -> evicted();
                default -> throw new IllegalArgumentException(step);
            }
        }

        private JsonNode seen() throws IOException, InterruptedException {
            JsonNode seen = echo.await(
                            LIMIT,
                            "one healthy instance",
                            all -> all.size() == 1
                                    && all.get(0).path("state").asText().equals("healthy"))
                    .get(0);
            if (!seen.path("format").asText().equals(registrar.id())
                    || seen.path("leaseId").asText().isEmpty()) {
                throw new IOException(
                        "the instance is " + seen + " (expected the format " + registrar.id() + " and a lease)");
            }
            return seen;
        }

        private void revoked() throws IOException, InterruptedException {
            String lease = seen().path("leaseId").asText();
            revoke(lease);
            // Its library may have registered it anew already, under another lease.
            echo.await(
                    AT_ONCE,
                    "no instance with the lease that was revoked, " + lease,
                    all -> all.stream()
                            .noneMatch(i -> i.path("leaseId").asText().equals(lease)));
            if (!registrar.registersAnew()) {
                echo.expectUnavailable();
            }
        }

        private void stopped() throws IOException, InterruptedException {
            ensureSeen();
            instance.process().destroy();
            echo.await(AT_ONCE, "no instance after SIGTERM", List::isEmpty);
            echo.expectUnavailable();
        }

        private void killed() throws IOException, InterruptedException {
            ensureSeen();
            instance.process().destroyForcibly();
            echo.await(
                    AT_ONCE,
                    "an instance that is registered and not healthy, after SIGKILL",
                    all -> all.size() == 1 && !all.get(0).path("state").asText().equals("healthy"));
            echo.expectUnavailable();
        }

        private void evicted() throws IOException, InterruptedException {
            echo.await(TTL.multipliedBy(2), "no instance after the end of its lease", List::isEmpty);
            echo.expectUnavailable();
        }

        private void revoke(String lease) throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(URI.create(etcd.endpoint() + "/v3/lease/revoke"))
                    .timeout(LIMIT)
                    .POST(HttpRequest.BodyPublishers.ofString("{\"ID\":\"" + Long.parseUnsignedLong(lease, 16) + "\"}"))
                    .build();
            HttpResponse<String> answer =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("etcd does not revoke the lease " + lease + ": " + answer.body());
            }
        }

        String lastWords() throws IOException {
            return "\nthe instance: " + instance.lastLines();
        }

        @Override
        public void close() {
            instance.close();
        }
    }
}
