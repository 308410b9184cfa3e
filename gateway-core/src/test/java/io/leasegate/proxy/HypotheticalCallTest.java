package io.leasegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.HypotheticalCall.Header;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A call that nobody makes looks to routing as it would if it came. */
class HypotheticalCallTest {

    @Test
    void headersAreFoundAsOnTheWire() {
        HypotheticalCall call = new HypotheticalCall(
                "shop.example:443",
                "/shop.Cart/Add",
                List.of(new Header("x-user", "jane"), new Header("x-user", "joe"), new Header("x-city", "K\u00f6ln")),
                "10.0.0.1",
                "spiffe://lab/web",
                "edge");
        assertThat(call.header("x-user")).as("the first").hasToString("jane");
        assertThat(call.header("x-city")).as("bytes of UTF-8").hasToString("K\u00c3\u00b6ln");
        assertThat(call.header("content-type")).hasToString("application/grpc");
        assertThat(call.header("te")).hasToString("trailers");
        assertThat(call.header(":path")).hasToString("/shop.Cart/Add");
        assertThat(call.header(":authority")).hasToString("shop.example:443");
        assertThat(call.header("x-other")).isNull();
        assertThat(call.source()).hasToString("10.0.0.1");
        assertThat(call.sourceAddress()).containsExactly(10, 0, 0, 1);
        assertThat(call.listener()).hasToString("edge");
        assertThat(call.identity()).hasToString("spiffe://lab/web");
        assertThat(call.choice()).as("the same each time").isEqualTo(call.choice());
    }

    @Test
    void hostStandsForTheAuthority() {
        HypotheticalCall call = new HypotheticalCall(
                "",
                "/a.B/C",
                List.of(new Header("host", "shop"), new Header("content-type", "application/grpc+json")),
                "",
                null,
                "");
        assertThat(call.authority()).hasToString("shop");
        assertThat(call.header("content-type")).hasToString("application/grpc+json");
        assertThat(new HypotheticalCall("", "/a.B/C", List.of(), "", null, "").authority())
                .isEmpty();
    }
}
