package io.leasegate.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class KeyRangeTest {

    private static String gaps(String... prefixes) {
        return KeyRange.gaps(KeyRange.ofPrefixes(List.of(prefixes))).stream()
                .map(g -> shown(g.from().toStringUtf8()) + ".." + shown(g.end().toStringUtf8()))
                .toList()
                .toString();
    }

    private static String shown(String bound) {
        return bound.equals("\u0000") ? "" : bound;
    }

    @Test
    void gapsAreWhatIsBetweenAndAroundTheRanges() {
        assertThat(gaps("/")).isEqualTo("[../, 0..]");
        assertThat(gaps("")).isEqualTo("[]");
        assertThat(gaps("b/", "/")).isEqualTo("[../, 0..b/, b0..]");
        assertThat(gaps("a", "b")).isEqualTo("[..a, c..]");
        assertThat(gaps("/", "/a/")).isEqualTo("[../, 0..]");
    }
}
