package io.leasegate.loadtest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

/** The whole drill, with the gateway and the demo services of this build. */
class DrillCommandTest {

    @Test
    void noCallFailsInAGracefulRestartAndNoneIsExecutedTwiceInAnyOther() throws Exception {
        CommandRun run = CommandRun.of("drill", "rolling-restart", "--instances", "2", "--rate", "60", "--json");
        assertThat(run.exitCode()).as(run.output() + run.errors()).isZero();
        JsonNode json = new ObjectMapper().readTree(run.output());
        assertThat(json.get("passed").asBoolean()).isTrue();
        assertThat(json.get("modes")).hasSize(2);
        for (JsonNode mode : json.get("modes")) {
            assertThat(mode.get("restarts").asInt()).isEqualTo(2);
            assertThat(mode.get("ok").asInt()).isGreaterThan(60);
            assertThat(mode.get("duplicates").asInt()).isZero();
            assertThat(mode.get("lost").asInt()).isZero();
        }
        JsonNode graceful = json.at("/modes/0");
        assertThat(graceful.get("mode").asText()).isEqualTo("graceful");
        assertThat(graceful.get("failed").asInt()).isZero();
        assertThat(run.errors()).contains("kill -9, restart 2 of 2: greeter-2 ended in ");
    }

    @Test
    void restartsTheServiceThatCallsTheOther() {
        CommandRun run = CommandRun.of(
                "drill",
                "rolling-restart",
                "--service",
                "reception",
                "--mode",
                "graceful",
                "--instances",
                "2",
                "--rate",
                "20");
        assertThat(run.exitCode()).as(run.output() + run.errors()).isZero();
        assertThat(run.output())
                .contains("Rolling restart of 2 instances of reception under 20 calls/s")
                .containsPattern("graceful +2 +[0-9]+ +0 +0 +0 +ok");
    }

    @Test
    void saysWhatItTakes() {
        CommandRun none = CommandRun.of("drill");
        assertThat(none.exitCode()).isEqualTo(2);
        assertThat(none.errors()).contains("There is: rolling-restart");
        CommandRun help = CommandRun.of("drill", "rolling-restart", "--help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.output()).contains("--mode", "--service", "Exit codes");
        CommandRun wrong = CommandRun.of("drill", "rolling-restart", "--instances", "1");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.errors()).contains("--instances is 1 (expected 2 to 20)");
    }
}
