package io.leasegate.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The checker that the other tests rely on does refuse. */
class ExpositionTest {

    @Test
    void aSoundTextIsRead() {
        Exposition e = Exposition.parse("""
                # HELP a_total Things
                # TYPE a_total counter
                a_total{x="1\\n\\"",y=""} 2.0
                # TYPE h histogram
                h_bucket{le="0.1"} 1
                h_bucket{le="+Inf"} 2
                h_count 2
                h_sum 0.5
                """);
        assertThat(e.value("a_total", "x", "1\\n\\\"", "y", "")).isEqualTo(2.0);
        assertThat(e.types()).containsEntry("h", "histogram");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "# TYPE a gauge\na 1",
                "a 1\n",
                "# TYPE a gauge\nb 1\n",
                "# TYPE a gauge\na 1\na 2\n",
                "# TYPE a gauge\na{x=\"1\"} 1\na{x=\"1\"} 1\n",
                "# TYPE a gauge\na{x=\"1\",x=\"2\"} 1\n",
                "# TYPE a gauge\na{x=1} 1\n",
                "# TYPE a gauge\na{x=\"\\t\"} 1\n",
                "# TYPE a gauge\na one\n",
                "# TYPE a gauge\na 1\n# TYPE a gauge\n",
                "# TYPE a gauge\n# HELP a late\na 1\n",
                "# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\na{x=\"2\"} 1\n",
                "# TYPE a-b gauge\na-b 1\n",
                "# TYPE a gauge\n\na 1\n",
                "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_count 1\nh_sum 1\n",
                "# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_count 1\nh_sum 1\n",
                "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_count 2\nh_sum 1\n",
            })
    void aBrokenTextIsRefused(String text) {
        assertThatThrownBy(() -> Exposition.parse(text)).isInstanceOf(AssertionError.class);
    }
}
