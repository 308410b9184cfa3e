package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.HeaderFields.Coding;
import io.leasegate.testkit.HeaderFields.Field;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an instance sees of a request's headers. */
@Timeout(60)
class RequestHeadersTest {

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create();

    private ScriptedInstance instance;
    private RawHttp2Client client;

    @BeforeEach
    void connect() {
        instance = gateway.instance(AUTHORITY);
        client = gateway.client();
    }

    private static HeaderFields request() {
        return HeaderFields.grpcRequest(AUTHORITY, UNARY);
    }

    /** Sends a request and returns what the instance got of it. */
    private HeaderFields relay(HeaderFields headers) {
        RawStream call = client.open(headers, true);
        RawStream stream = instance.nextStream();
        stream.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
        return stream.request();
    }

    @Test
    void whatTheCallerSentArrivesInItsOrder() {
        HeaderFields got = relay(request()
                .with("grpc-encoding", "gzip")
                .with("grpc-accept-encoding", "identity,gzip")
                .with("user-agent", "grpc-test/1.0")
                .with("trace-bin", "AAEC")
                .with("repeated", "one")
                .with("repeated", "two")
                .with("empty", "")
                .with("latin1", "caf\u00e9"));
        assertThat(got.get(":method")).isEqualTo("POST");
        assertThat(got.get(":path")).isEqualTo(UNARY);
        assertThat(got.get(":scheme")).isEqualTo("http");
        assertThat(got.get(":authority")).isEqualTo(AUTHORITY);
        assertThat(got.get("content-type")).isEqualTo("application/grpc");
        assertThat(got.get("grpc-encoding")).isEqualTo("gzip");
        assertThat(got.get("grpc-accept-encoding")).isEqualTo("identity,gzip");
        assertThat(got.get("user-agent")).isEqualTo("grpc-test/1.0");
        assertThat(got.get("trace-bin")).isEqualTo("AAEC");
        assertThat(got.all("repeated")).containsExactly("one", "two");
        assertThat(got.get("empty")).isEmpty();
        assertThat(got.get("latin1")).isEqualTo("caf\u00e9");
        assertThat(got.names().subList(0, 4)).allMatch(n -> n.startsWith(":"));
        assertThat(got.names().subList(4, got.names().size())).noneMatch(n -> n.startsWith(":"));
    }

    @Test
    void r8TeTrailersIsForwarded() {
        assertThat(relay(request()).all("te")).containsExactly("trailers");
    }

    @Test
    void r8TeTrailersIsAddedWhereTheCallerDidNotSendIt() {
        assertThat(relay(request().without("te")).all("te")).containsExactly("trailers");
    }

    @Test
    void forwardedForNamesTheCaller() {
        assertThat(relay(request()).all("x-forwarded-for")).containsExactly("127.0.0.1");
    }

    @Test
    void forwardedForKeepsTheHopsBefore() {
        assertThat(relay(request().with("x-forwarded-for", "10.1.2.3")).all("x-forwarded-for"))
                .containsExactly("10.1.2.3, 127.0.0.1");
    }

    @Test
    void forwardedForKeepsTheHopsOfSeveralFields() {
        HeaderFields got = relay(request().with("x-forwarded-for", "10.1.2.3").with("x-forwarded-for", "10.4.5.6"));
        assertThat(String.join(", ", got.all("x-forwarded-for"))).isEqualTo("10.1.2.3, 10.4.5.6, 127.0.0.1");
    }

    @Test
    void requestIdOfTheCallerIsKept() {
        assertThat(relay(request().with("x-request-id", "abc-123")).all("x-request-id"))
                .containsExactly("abc-123");
        assertThat(gateway.observer().call(0).requestId()).isEqualTo("abc-123");
    }

    @Test
    void requestIdsOfTheGatewayAreUnique() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            List<String> id = relay(request()).all("x-request-id");
            assertThat(id).hasSize(1);
            assertThat(id.get(0)).matches("[0-9a-f]{32}");
            ids.add(id.get(0));
        }
        assertThat(ids).hasSize(100);
        assertThat(gateway.observer().call(99).requestId()).isIn(ids);
    }

    @Test
    void hostBecomesAuthorityAndIsNotForwardedBesideIt() {
        HeaderFields got = relay(request().without(":authority").with("host", AUTHORITY));
        assertThat(got.get(":authority")).isEqualTo(AUTHORITY);
        assertThat(got.contains("host")).isFalse();
    }

    @Test
    void hostThatContradictsAuthorityIsDropped() {
        HeaderFields got = relay(request().with("host", "other"));
        assertThat(got.get(":authority")).isEqualTo(AUTHORITY);
        assertThat(got.contains("host")).isFalse();
    }

    @Test
    void priorityFieldsOfTheFrameAreNotForwarded() {
        RawStream call = client.stream(client.nextStreamId());
        client.send().paddedHeaders(call.id(), request(), true, 20);
        RawStream stream = instance.nextStream();
        assertThat(stream.requestFrame().flags())
                .as("END_STREAM and END_HEADERS alone")
                .isEqualTo(0x5);
        stream.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void credentialsAreNeverIndexedTowardTheInstance() {
        for (int i = 0; i < 3; i++) {
            HeaderFields got =
                    relay(request().with("authorization", "Bearer secret").with("cookie", "session=1"));
            assertThat(coding(got, "authorization")).isEqualTo(Coding.NEVER_INDEXED);
            assertThat(coding(got, "cookie")).isEqualTo(Coding.NEVER_INDEXED);
        }
    }

    @Test
    void whatTheCallerMarkedNeverIndexedStaysSo() {
        HeaderFields got = relay(request().with("api-key", "secret", Coding.NEVER_INDEXED));
        assertThat(got.get("api-key")).isEqualTo("secret");
        assertThat(coding(got, "api-key")).as("RFC 7541 section 7.1.3").isEqualTo(Coding.NEVER_INDEXED);
    }

    @Test
    void tablesOfBothConnectionsStayRightOverManyRequests() {
        client.send().huffman(true);
        for (int i = 0; i < 300; i++) {
            String value = "v".repeat(i % 90) + i % 7;
            HeaderFields got = relay(request()
                    .with("indexed-" + i % 40, value, Coding.LITERAL_WITH_INDEXING)
                    .with("again-" + i % 3, "same", Coding.INDEXED));
            assertThat(got.get("indexed-" + i % 40)).isEqualTo(value);
            assertThat(got.get("again-" + i % 3)).isEqualTo("same");
        }
    }

    private static Coding coding(HeaderFields fields, String name) {
        return fields.fields().stream()
                .filter(f -> f.name().equals(name))
                .map(Field::coding)
                .findFirst()
                .orElseThrow();
    }
}
