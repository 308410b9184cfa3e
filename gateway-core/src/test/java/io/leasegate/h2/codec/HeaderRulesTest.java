package io.leasegate.h2.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.netty.util.AsciiString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What makes a header section malformed (RFC 9113 section 8); fields are written {@code name=value;…}. */
class HeaderRulesTest {

    private static final String HEAD = ":method=POST;:scheme=http;:path=/x;";

    @ParameterizedTest
    @ValueSource(
            strings = {
                HEAD,
                ":method=OPTIONS;:scheme=http;:path=*;",
                ":method=CONNECT;:authority=host:1;",
                HEAD + ":authority=a;te=trailers;x-y=;",
                HEAD + "content-length=3;content-length=3;"
            })
    void requestsThatAreRight(String fields) {
        assertThat(HeaderRules.request(block(fields))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":method=POST;:scheme=http;",
                ":method=POST;:path=/x;",
                ":scheme=http;:path=/x;",
                ":method=POST;:scheme=http;:path=;",
                ":method=POST;:scheme=http;:path=x;",
                ":method=POST;:scheme=http;:path=*;",
                ":method=CONNECT;:scheme=http;:path=/;:authority=a;",
                ":method=CONNECT;",
                HEAD + ":path=/y;",
                HEAD + ":status=200;",
                HEAD + ":protocol=websocket;",
                ":method=POST;:scheme=http;x=1;:path=/x;",
                HEAD + "connection=close;",
                HEAD + "keep-alive=1;",
                HEAD + "proxy-connection=1;",
                HEAD + "transfer-encoding=chunked;",
                HEAD + "upgrade=h2c;",
                HEAD + "te=gzip;",
                HEAD + "X-Upper=1;",
                HEAD + "a b=1;",
                HEAD + "=1;",
                HEAD + "x=a\rb;",
                HEAD + "x=a\nb;",
                HEAD + "x=a\0b;",
                HEAD + "x= a;",
                HEAD + "x=a\t;"
            })
    void requestsThatAreNot(String fields) {
        assertThat(HeaderRules.request(block(fields))).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        ":status=200;, true",
        ":status=103;x=1;, true",
        ":status=999;, true",
        ":status=101;, false",
        ":status=99;, false",
        ":status=2000;, false",
        ":status=20x;, false",
        ":status=099;, false",
        "x=1;, false",
        ":status=200;:status=200;, false",
        ":status=200;:path=/;, false",
        "x=1;:status=200;, false"
    })
    void responses(String fields, boolean right) {
        assertThat(HeaderRules.response(block(fields)) == null).isEqualTo(right);
    }

    @ParameterizedTest
    @CsvSource({"grpc-status=0;, true", "'', true", ":status=200;, false", ":path=/;, false", "connection=close;, false"
    })
    void trailers(String fields, boolean right) {
        assertThat(HeaderRules.trailers(block(fields)) == null).isEqualTo(right);
    }

    @ParameterizedTest
    @CsvSource({
        "x=1;, -1",
        "content-length=0;, 0",
        "content-length=007;, 7",
        "content-length=999999999999999999;, 999999999999999999",
        "content-length=1000000000000000000;, -2",
        "content-length=;, -2",
        "content-length=-1;, -2",
        "content-length=+1;, -2",
        "content-length=1a;, -2",
        "content-length=1;content-length=1;, 1",
        "content-length=1;content-length=2;, -2",
        "content-length=1;content-length=x;, -2"
    })
    void contentLength(String fields, long expected) {
        assertThat(HeaderRules.contentLength(block(fields))).isEqualTo(expected);
    }

    private static HeaderBlock block(String fields) {
        HeaderBlock b = new HeaderBlock();
        for (int at = 0; at < fields.length(); ) {
            int equals = fields.indexOf('=', at);
            int end = fields.indexOf(';', equals);
            b.add(HeaderField.of(
                    new AsciiString(fields.substring(at, equals)), new AsciiString(fields.substring(equals + 1, end))));
            at = end + 1;
        }
        return b;
    }
}
