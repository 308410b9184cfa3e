package io.leasegate.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the programs of others print, and what is read from it. */
class ResultsTest {

    @Test
    void theReportOfH2spec(@TempDir Path folder) throws IOException {
        Path report = Files.writeString(folder.resolve("report.xml"), """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuites>
                  <testsuite name="5.1. Stream States" package="http2/5.1" id="5.1" tests="3">
                    <testcase package="http2/5.1" classname="idle: Sends a DATA frame" time="0.0011"></testcase>
                    <testcase package="http2/5.1" classname="closed: Sends a HEADERS frame" time="2.0">
                      <failure>GOAWAY Frame
                        Timeout</failure>
                    </testcase>
                    <testcase package="http2/5.1" classname="skipped one" time="0"><skipped></skipped></testcase>
                  </testsuite>
                </testsuites>
                """);
        Score score = H2specReport.read(report);
        assertThat(score.total()).isEqualTo(3);
        assertThat(score.failed())
                .containsExactly("http2/5.1: closed: Sends a HEADERS frame", "http2/5.1: skipped one");
        assertThat(score.reason("http2/5.1: closed: Sends a HEADERS frame")).isEqualTo("GOAWAY Frame Timeout");
    }

    @Test
    void theOutputOfConnectconformance() throws IOException {
        Score score = ConnectSuite.read("""
                Computed 5 test case permutations across 1 server configurations.
                FAILED: Basic/HTTPVersion:2/Protocol:PROTOCOL_GRPC/unary/success:
                \tactual status 12
                \texpecting 0
                FAILED: Timeouts/HTTPVersion:2/x:
                \ttoo late
                Total cases: 5
                3 passed, 2 failed
                """);
        assertThat(score.total()).isEqualTo(5);
        assertThat(score.failed())
                .containsExactly(
                        "Basic/HTTPVersion:2/Protocol:PROTOCOL_GRPC/unary/success", "Timeouts/HTTPVersion:2/x");
        assertThat(score.reason("Basic/HTTPVersion:2/Protocol:PROTOCOL_GRPC/unary/success"))
                .isEqualTo("actual status 12 expecting 0");
    }

    @Test
    void aCountThatNamesDoNotAccountForIsNotLost() throws IOException {
        assertThat(ConnectSuite.read("3 passed, 2 failed\n").failed()).hasSize(2);
    }

    @Test
    void anOutputWithoutAResultIsAnErrorWithItsEnd() {
        assertThatThrownBy(() -> ConnectSuite.read("server did not start\n"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("came to no result")
                .hasMessageContaining("server did not start");
    }

    @Test
    void namesOfCasesAndTheirMethods() {
        assertThat(JavaInteropClient.camel("cancel_after_first_response")).isEqualTo("cancelAfterFirstResponse");
        assertThat(NegativeSuite.asNowadays("rst_during_data", "got Internal, want _, Unknown"))
                .isTrue();
        assertThat(NegativeSuite.asNowadays("rst_after_data", "got Internal, want _, Unknown"))
                .isFalse();
    }
}
