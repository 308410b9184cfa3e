package io.leasegate.loadtest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

/**
 * A short soak with the gateway of this build. {@code -Dleasegate.soak.minutes=60} makes it longer, {@code -Dleasegate.soak.seed=N} another
 * one.
 */
class SoakCommandTest {

    private static final String MINUTES = System.getProperty("leasegate.soak.minutes", "0.3");
    private static final String SEED = System.getProperty("leasegate.soak.seed", "8");

    @Test
    void allThatMustHoldDoesUnderAllKindsOfTrouble() throws Exception {
        CommandRun run = CommandRun.of(
                "soak",
                "--minutes",
                MINUTES,
                "--seed",
                SEED,
                "--instances",
                "2",
                "--scripted",
                "2",
                "--connections",
                "3",
                "--rate",
                "80",
                "--json");
        assertThat(run.exitCode()).as(run.output() + run.errors()).isZero();
        JsonNode json = new ObjectMapper().readTree(run.output());
        assertThat(json.get("passed").asBoolean()).isTrue();
        assertThat(json.get("ok").asInt()).isGreaterThan(100);
        assertThat(json.get("events"))
                .hasSize(14)
                .allSatisfy(count -> assertThat(count.asInt()).isPositive());
        // In the first quiet time, and after each cycle.
        assertThat(json.get("quiet").size()).isGreaterThanOrEqualTo(2);
        assertThat(json.get("mostRssMib").asInt()).isPositive();
    }

    @Test
    void aBrokenRuleFailsTheRunAndSaysHowToRepeatIt() {
        CommandRun run = CommandRun.of(
                "soak", "--minutes", "0.05", "--seed", "3", "--instances", "2", "--rate", "20", "--rss-limit", "1");
        assertThat(run.exitCode()).as(run.output() + run.errors()).isEqualTo(1);
        assertThat(run.output())
                .containsPattern("FAILED: [0-9]+ violations")
                .containsPattern("[0-9.]+ s, cycle 1: the gateway has [0-9]+ MiB in memory \\(expected at most 1\\)")
                .contains("To repeat it: ./leasegate soak --seed 3 --minutes 0.05 --instances 2 --scripted 3");
    }

    @Test
    void printsWhatWouldHappen() {
        CommandRun one = CommandRun.of("soak", "--schedule", "--seed", "5", "--minutes", "2.5");
        assertThat(one.exitCode()).isZero();
        assertThat(one.output())
                .contains("cycle 1, seed 5", "cycle 3, seed 5", "gateway: drain and restart", "etcd: kill -9");
        assertThat(CommandRun.of("soak", "--schedule", "--seed", "5", "--minutes", "2.5"))
                .isEqualTo(one);
        assertThat(CommandRun.of("soak", "--schedule", "--seed", "6", "--minutes", "2.5"))
                .isNotEqualTo(one);
        CommandRun wrong = CommandRun.of("soak", "--minutes", "0");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.errors()).contains("--minutes is 0 (expected 0.05 to 100000)");
    }
}
