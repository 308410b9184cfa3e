package io.leasegate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leasegate.registration.RegistrationFormats;
import io.leasegate.registration.RegistryEntry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the real formats make of keys, shown to people and machines. */
class RegistrationsReportTest {

    private static final RegistrationsReport REPORT = new RegistrationsReport(
            42,
            List.of(
                    key(
                            "/hello/2.0.0/127.0.0.1:1002",
                            "{\"name\":\"hello\",\"addr\":\"127.0.0.1:1002\",\"version\":\"2.0.0\",\"weight\":3}",
                            7,
                            10),
                    key(
                            "/hello/[::1]:1001",
                            "{\"name\":\"hello\",\"addr\":\"[::1]:1001\",\"version\":\"\",\"weight\":1}",
                            0,
                            0),
                    key("orders/10.0.0.1:9", "{\"Op\":0,\"Addr\":\"10.0.0.1:9\",\"Metadata\":null}", 8, 0),
                    key("/a/b", "not JSON \u001b[31m", 0, 0),
                    key("/hello/x", "{\"name\":\"hello\",\"addr\":\":70\",\"version\":\"\",\"weight\":1}", 0, 0)),
            List.of(
                    Finding.warning("mixed-versions", "", "hello", "", "several"),
                    Finding.error("malformed", "/hello/x", "", "", "is wrong")));

    @Test
    void theTextHasTheRegistrationsAndTheRefusedKeysWithReasons() {
        String text = text(REPORT);

        List<String> lines = text.lines().toList();
        assertThat(lines.get(0))
                .matches("SERVICE +ADDRESS +WEIGHT +VERSION +FORMAT +LEASE +METADATA +KEY +TAKEN FOR IT BY");
        assertThat(lines.get(1))
                .matches(
                        "hello +127\\.0\\.0\\.1:1002 +3 +2\\.0\\.0 +seed +10s +- +/hello/2\\.0\\.0/127\\.0\\.0\\.1:1002 +\\S.*");
        assertThat(lines.get(2)).matches("hello +\\[::1]:1001 +1 +- +seed +none +- +/hello/\\[::1]:1001 +\\S.*");
        assertThat(lines.get(3))
                .matches("orders +10\\.0\\.0\\.1:9 +1 +- +etcd-naming +unknown +- +orders/10\\.0\\.0\\.1:9 +\\S.*");
        assertThat(lines.get(4)).isEmpty();
        assertThat(lines.get(5)).isEqualTo("Refused keys:");
        assertThat(lines.get(6)).matches("KEY +FORMAT +REASON +TAKEN FOR IT BY");
        assertThat(lines.get(7)).matches("/a/b +- +\\S.*");
        assertThat(lines.get(8)).matches("/hello/x +seed +.*:70.*");
        assertThat(lines.get(lines.size() - 1)).isEqualTo("3 registrations, 2 refused keys, revision 42");
        assertThat(lines.get(0).indexOf("KEY")).isEqualTo(lines.get(3).indexOf("orders/10"));
    }

    @Test
    void nothingFromTheRegistrySteersTheTerminal() {
        RegistrationsReport report =
                new RegistrationsReport(1, List.of(key("/\u001b[2J/\u202e/\n", "x", 0, 0)), List.of());

        assertThat(text(report)).contains("/\\u001b[2J/\\u202e/\\u000a").doesNotContain("\u001b", "\u202e");
    }

    @Test
    void theJsonHasTheSame() throws Exception {
        JsonNode json = new ObjectMapper().readTree(REPORT.json());

        assertThat(json.get("revision").asLong()).isEqualTo(42);
        assertThat(json.get("registrations")).hasSize(3);
        JsonNode first = json.get("registrations").get(0);
        assertThat(first.get("service").asText()).isEqualTo("hello");
        assertThat(first.get("address").asText()).isEqualTo("127.0.0.1:1002");
        assertThat(first.get("weight").asLong()).isEqualTo(3);
        assertThat(first.get("version").asText()).isEqualTo("2.0.0");
        assertThat(first.get("format").asText()).isEqualTo("seed");
        assertThat(first.get("rule").asText()).isNotEmpty();
        assertThat(first.get("key").asText()).isEqualTo("/hello/2.0.0/127.0.0.1:1002");
        assertThat(first.get("leaseTtlSeconds").asLong()).isEqualTo(10);
        assertThat(first.get("leased").asBoolean()).isTrue();
        assertThat(first.get("metadata").isObject()).isTrue();
        assertThat(json.get("refused")).hasSize(2);
        assertThat(json.get("refused").get(1).get("key").asText()).isEqualTo("/hello/x");
        assertThat(json.get("refused").get(1).get("reason").asText()).contains(":70");
        assertThat(json.get("refused").get(1).get("rule").asText()).isEqualTo("the value has the fields name and addr");
        assertThat(json.get("ignored")).isEmpty();
        assertThat(json.get("findings")).hasSize(2);
        assertThat(json.get("findings").get(0).get("severity").asText()).isEqualTo("error");
        assertThat(json.get("findings").get(0).get("code").asText()).isEqualTo("malformed");
    }

    @Test
    void everyTraitIsShown() throws Exception {
        String value =
                "{\"name\":\"hello\",\"addr\":\"grpcs://10.0.0.1:1\",\"enabled\":false,\"healthy\":false,\"zone\":\"z\","
                        + "\"region\":\"r\",\"tags\":[\"a\",\"b\"],\"protocol\":\"grpc\",\"metadata\":{\"m\":\"1\"}}";
        RegistrationsReport report = new RegistrationsReport(
                1, List.of(key("/hello/1", value, 0, 0), key("/apisix/routes/1", "{}", 0, 0)), List.of());

        assertThat(text(report))
                .contains(" <disabled> <tls> <protocol grpc> <zone z> <region r> <tags a b> m=1 ")
                .contains("not a registration: APISIX's configuration")
                .contains("1 registration, 0 refused keys, 1 key without a registration, revision 1");
        JsonNode one =
                new ObjectMapper().readTree(report.json()).get("registrations").get(0);
        assertThat(one.get("enabled").asBoolean()).isFalse();
        assertThat(one.get("healthy").asBoolean()).isFalse();
        assertThat(one.get("tls").asBoolean()).isTrue();
        assertThat(one.get("zone").asText()).isEqualTo("z");
        assertThat(one.get("region").asText()).isEqualTo("r");
        assertThat(one.get("protocol").asText()).isEqualTo("grpc");
        assertThat(one.get("tags")).hasSize(2);
        assertThat(one.get("notes")).isEmpty();
    }

    @Test
    void findingsAreListedAndCounted() {
        StringWriter text = new StringWriter();
        REPORT.printFindings(new PrintWriter(text, true), new Paint(false));
        assertThat(text)
                .hasToString(
                        "error   malformed: /hello/x is wrong\nwarning mixed-versions: hello several\n1 error, 1 warning\n");
        StringWriter coloured = new StringWriter();
        REPORT.printFindings(new PrintWriter(coloured, true), new Paint(true));
        assertThat(coloured.toString())
                .contains("\u001b[31merror  \u001b[0m malformed: \u001b[1m/hello/x\u001b[0m is wrong");
        StringWriter table = new StringWriter();
        REPORT.printText(new PrintWriter(table, true), new Paint(true));
        assertThat(table.toString()).startsWith("\u001b[1mSERVICE");
    }

    @Test
    void anEmptyRegistry() throws Exception {
        RegistrationsReport report = new RegistrationsReport(1, List.of(), List.of());

        assertThat(text(report)).isEqualTo("0 registrations, 0 refused keys, revision 1\n");
        assertThat(new ObjectMapper().readTree(report.json()).get("registrations"))
                .isEmpty();
    }

    private static String text(RegistrationsReport report) {
        StringWriter text = new StringWriter();
        report.printText(new PrintWriter(text, true), new Paint(false));
        return text.toString();
    }

    private static KeyReport key(String key, String value, long leaseId, long ttlSeconds) {
        RegistryEntry entry = new RegistryEntry(key, value.getBytes(StandardCharsets.UTF_8));
        return new KeyReport(KeyReport.ETCD, key, RegistrationFormats.auto().interpret(entry), "", leaseId, ttlSeconds);
    }
}
