package io.leasegate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestKeyTest {

    @ParameterizedTest
    @CsvSource({
        "'', '', 0",
        "abc, '', 3",
        "listeners, lisners, 2",
        "port, prot, 1",
        "total, totl, 1",
        "max-streams, maxStreams, 0",
        "max-streams, max_streams, 0",
        "max-streams, MAX-STREAMS, 0",
        "kitten, sitting, 3"
    })
    void edits(String a, String b, int expected) {
        assertThat(NearestKey.edits(a, b)).isEqualTo(expected);
        assertThat(NearestKey.edits(b, a)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "listeners, lisners, true",
        "port, prt, true",
        "port, address, false",
        "tls, ca, false",
        "endpoints, endpoint, true",
        "initial-window, initial, true"
    })
    void isClose(String candidate, String text, boolean expected) {
        assertThat(NearestKey.isClose(candidate, text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"pot, port", "adress, address", "tl, tls"})
    void nearest(String text, String expected) {
        assertThat(NearestKey.among(List.of("address", "port", "tls"), text)).isEqualTo(expected);
    }
}
