package io.leasegate.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionMatchTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = ';',
            value = {
                "1.2; 1.2; 1.2.0, 1.2.3, v1.2, ''",
                "v1; v1; v2, 1",
                "blue green; blue green; blue",
                "release-x; release-x; release-1",
                "^1.2; 1.2.0, 1.2, v1.2.3, 1.10.0; 1.1.9, 2.0.0, 1.3.0-rc.1, 1.3-rc1, a1b2c3d, feature-1, blue, ''",
                ">= 1.2 < 2; 1.2.0; 2.0.0, 1.1.0",
                "~1.2; 1.2.0, 1.2.9; 1.3.0",
                ">=1.2 <2; 1.2.0, 1.9.9; 2.0.0, 1.1.0",
                "1.x; 1.0.0, 1.9.0; 2.0.0",
                "1.2 - 1.4; 1.2.0, 1.4.9; 1.5.0",
                "<0.5 || >=2; 0.4.9, 2.0.0; 1.0.0, 0.5.0",
                "*; 0.0.1, 7; blue",
                "^1.3.0-rc; 1.3.0-rc.1, 1.3.0; 1.2.0",
            })
    void versionsAndRanges(String text, String in, String out) {
        VersionMatch match = VersionMatch.of(text);
        for (String v : in.split(", ", -1)) {
            assertThat(match.contains(v)).as("%s in %s", v, text).isTrue();
        }
        for (String v : out.split(", ", -1)) {
            String version = v.equals("''") ? "" : v;
            assertThat(match.contains(version)).as("'%s' in %s", version, text).isFalse();
        }
        assertThat(match).hasToString(text).isEqualTo(VersionMatch.of(text)).isNotEqualTo(VersionMatch.of("other"));
    }

    @Test
    void anyContainsWhatHasNoVersion() {
        assertThat(VersionMatch.of("")).isSameAs(VersionMatch.ANY);
        assertThat(VersionMatch.ANY.contains("")).isTrue();
        assertThat(VersionMatch.ANY.contains("7")).isTrue();
    }

    @Test
    void aHeaderNamesAVersionAndNoRange() {
        assertThat(VersionMatch.exactly("^1").contains("1.2.0")).isFalse();
        assertThat(VersionMatch.exactly("^1")).isNotEqualTo(VersionMatch.of("^1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "^abc",
                ">=",
                "~",
                "one || two",
                "^1.2 <1.9",
                "~1.2 >=1.2.3",
                ">=1.2 <tow",
                "1.x || garbage",
                "1.2 - x.y.z - 2"
            })
    void whatLooksLikeARangeMustBeOne(String text) {
        assertThatThrownBy(() -> VersionMatch.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a range of versions: " + text);
    }
}
