package io.leasegate.loadtest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole command, with the gateway of this build. */
class BenchTest {

    @TempDir
    private Path folder = Path.of("");

    @Test
    void measuresLeasegateAndNothingBetween() throws Exception {
        Path out = folder.resolve("results");
        CommandRun result = bench(
                "unary-1x1",
                "latency",
                "ready",
                "--peers",
                "leasegate,direct",
                "--rounds",
                "2",
                "--duration",
                "1",
                "--rate",
                "100",
                "--warm-up",
                "1",
                "--out",
                out.toString());
        assertThat(result.exitCode()).as(result.output() + result.errors()).isZero();
        assertThat(result.output())
                .contains(
                        "unary-1x1: Unary",
                        "latency: Unary at a fixed rate of arrivals, 10 connections (100 calls/s, as asked for)",
                        "ready: ");
        assertThat(result.errors()).contains("[1/", "round 2, leasegate");
        JsonNode scenarios = new ObjectMapper()
                .readTree(Files.readString(out.resolve("results.json")))
                .get("scenarios");
        JsonNode unary = scenarios.get(0).get("rows");
        for (JsonNode row : unary) {
            assertThat(row.at("/figures/rate/rounds")).hasSize(2);
            assertThat(row.at("/figures/rate/median").asDouble()).isPositive();
            assertThat(row.at("/figures/p50Micros/median").asDouble()).isPositive();
        }
        assertThat(unary.get(0).get("peer").asText()).isEqualTo("leasegate");
        assertThat(unary.get(0).at("/figures/cpuMicrosPerCall/median").asDouble())
                .isPositive();
        assertThat(unary.get(0).at("/figures/residentMiB/median").asDouble()).isGreaterThan(10);
        assertThat(scenarios.get(1).at("/rows/0/figures/p99Micros/rounds")).hasSize(2);
        assertThat(scenarios.get(2).at("/rows/0/figures/readyMillis/median").asDouble())
                .isPositive();
        assertThat(out.resolve("results.md")).content().contains("| leasegate |");
        assertThat(out.resolve("unary-1x1.svg")).content().startsWith("<svg");
    }

    @Test
    void aPeerThatCannotStartFailsTheRunAndSaysWhy() {
        CommandRun result = bench(
                "unary-1x1",
                "--peers",
                "leasegate,direct",
                "--rounds",
                "1",
                "--duration",
                "0.2",
                "--warm-up",
                "0",
                "--discovery",
                "static",
                "--leasegate-config",
                "no-such-key = 1");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.output()).contains("leasegate FAILED", "no-such-key").containsPattern("(?m)^direct +[0-9]");
    }

    @Test
    void saysWhatThereIs() {
        assertThat(bench("--list").output()).contains("unary-100x10", "latency", "churn", "leasegate", "direct");
        CommandRun scenario = bench("unary-2x2");
        assertThat(scenario.exitCode()).isEqualTo(2);
        assertThat(scenario.errors()).contains("there is no scenario 'unary-2x2'", "unary-100x10");
        CommandRun peer = bench("unary-1x1", "--peers", "squid");
        assertThat(peer.exitCode()).isEqualTo(2);
        assertThat(peer.errors()).contains("there is no peer 'squid'");
        assertThat(bench("--rounds", "0").exitCode()).isEqualTo(2);
        CommandRun missing = bench("unary-1x1", "--peers", "other=/nowhere");
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.errors()).contains("other is not installed");
    }

    private static CommandRun bench(String... arguments) {
        return CommandRun.of("bench", arguments);
    }
}
