package io.leasegate.server.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartTest {

    @TempDir
    private Path folder = Path.of("");

    @Test
    void saysHowItEnded() throws Exception {
        assertThat(ended("exit 3").howItEnded()).isEqualTo("ended with exit code 3");
        assertThat(ended("kill -9 $$").howItEnded()).isEqualTo("was killed (SIGKILL)");
        assertThat(ended("kill -15 $$").howItEnded()).isEqualTo("was ended (SIGTERM)");
    }

    @Test
    void killsWhatDoesNotEndWhenAsked() throws Exception {
        Part part = start("trap '' TERM; echo deaf; while :; do sleep 0.1; done");
        while (!part.lastLines(1).equals("deaf")) {
            Thread.sleep(5);
        }
        part.askToEnd();
        part.awaitEnd(200);
        assertThat(part.isAlive()).isFalse();
        assertThat(part.howItEnded()).isEqualTo("was killed (SIGKILL)");
    }

    @Test
    void showsTheEndOfItsLog() throws Exception {
        Part part = ended("for i in 1 2 3 4; do echo line $i; done");
        assertThat(part.lastLines(2)).isEqualTo("line 3\nline 4");
        assertThat(part.lastLines(9)).startsWith("line 1\n");
        assertThat(new Part("x", part.process(), folder.resolve("none")).lastLines(1))
                .contains("cannot be read");
    }

    @Test
    void writesToItsInput() throws Exception {
        Part part = start("read -r line; echo \"got $line\"");
        part.send("à la carte");
        assertThat(part.onEnd().get(10, TimeUnit.SECONDS)).isSameAs(part);
        assertThat(Files.readString(part.log())).isEqualTo("got à la carte\n");
    }

    private Part ended(String script) throws Exception {
        Part part = start(script);
        assertThat(part.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        return part;
    }

    private Part start(String script) throws IOException {
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder("sh", "-c", script)
                .redirectOutput(log.toFile())
                .start();
        return new Part("part", process, log);
    }
}
