package io.leasegate.suites;

import io.leasegate.suites.Tools.GoTool;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.RawFrame;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** h2spec, strict: what RFC 9113 and RFC 7541 ask of a server, asked of the gateway. */
final class H2specSuite implements Suite {

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int ANSWER_SECONDS = 2;

    private final boolean tls;

    H2specSuite(boolean tls) {
        this.tls = tls;
    }

    @Override
    public String name() {
        return tls ? "h2spec-tls" : "h2spec";
    }

    @Override
    public String description() {
        return "h2spec, strict, over " + (tls ? "TLS" : "clear text");
    }

    @Override
    public int cases() {
        return 146;
    }

    @Override
    public void prepare(Tools tools) throws MissingToolException, IOException, InterruptedException {
        tools.install(GoTool.H2SPEC);
    }

    @Override
    public Score run(Bench bench) throws IOException, InterruptedException {
        try (ScriptedInstance instance = ScriptedInstance.start(H2specSuite::answer);
                Gate gate = Gate.start(bench.home(), bench.scratch(), instance.port(), tls ? bench.testTls() : null)) {
            Path report = bench.file("report.xml");
            List<String> command = new ArrayList<>(List.of(
                    bench.tools().path(GoTool.H2SPEC).toString(),
                    "--strict",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    Integer.toString(gate.port()),
                    "--path",
                    "/suite.Any/Call",
                    "--timeout",
                    Integer.toString(ANSWER_SECONDS),
                    "--junit-report",
                    report.toString()));
            if (tls) {
                command.addAll(List.of("--tls", "--insecure"));
            }
            Child h2spec = Child.run(bench.file("h2spec.log"), LIMIT, command);
            if (!Files.exists(report)) {
                throw new IOException("h2spec gave no report:\n" + h2spec.lastLines());
            }
            Score score = H2specReport.read(report);
            if (!gate.isAlive()) {
                score.fail("the gateway lives", "it ended during the run");
            }
            return score;
        }
    }

    /** Reads the request to its end, as web servers do, and answers with a body, which the cases on flow control need. */
    private static void answer(RawStream stream) {
        RawFrame frame = stream.requestFrame();
        while (!frame.endStream()) {
            frame = stream.connection().expectFrame(stream.id());
            if (frame.type() == RawFrame.RST_STREAM) {
                return;
            }
        }
        stream.headers(HeaderFields.of(":status", "200", "content-type", "text/plain"), false)
                .data("an answer of more than one byte".getBytes(StandardCharsets.US_ASCII), true);
    }
}
