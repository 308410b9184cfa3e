package io.leasegate.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The key and the value are byte for byte those of the Go original; the golden file was printed by Go's encoding/json. */
class ServiceInstanceTest {

    private static final List<ServiceInstance> INSTANCES = List.of(
            new ServiceInstance("hello", "127.0.0.1:1001", "1.0.0", 1),
            new ServiceInstance("hello", "127.0.0.1:1001", "", 0),
            new ServiceInstance("a<b>&c", "[::1]:80", "v\"1\\2'", Long.MAX_VALUE),
            new ServiceInstance("x\u2028y\u2029z", "h.example:65535", "ünï-日本-😀", 42),
            new ServiceInstance("a b\u00a0c", "10.0.0.7:1", "~`|{}+=", 5));

    @Test
    void valuesAreTheBytesThatGoPrints() throws IOException {
        StringBuilder all = new StringBuilder();
        INSTANCES.forEach(i -> all.append(i.json()).append('\n'));
        assertThat(all.toString().getBytes(StandardCharsets.UTF_8)).isEqualTo(golden());
    }

    @Test
    void controlCharactersAreEscapedAsInJson() {
        StringBuilder out = new StringBuilder();
        GoJson.appendString(out, "\n\r\t\b\f\u0001\u007f");
        assertThat(out).hasToString("\"\\n\\r\\t\\b\\f\\u0001\u007f\"");
    }

    @Test
    void keyHasTheVersionOnlyIfThereIsOne() {
        assertThat(INSTANCES.get(0).key()).isEqualTo("/hello/1.0.0/127.0.0.1:1001");
        assertThat(INSTANCES.get(1).key()).isEqualTo("/hello/127.0.0.1:1001");
    }

    private static byte[] golden() throws IOException {
        try (InputStream in = ServiceInstanceTest.class.getResourceAsStream("/registrar/go-encoding-json.golden")) {
            if (in == null) {
                throw new IOException("golden file missing");
            }
            return in.readAllBytes();
        }
    }
}
