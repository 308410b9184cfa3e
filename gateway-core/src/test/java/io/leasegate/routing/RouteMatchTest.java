package io.leasegate.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import java.nio.CharBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteMatchTest {

    @Test
    void withoutConditionsEverythingMatches() {
        assertThat(new RouteMatch(null, null, null, List.of()).test(TestRequest.of("", "/")))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "/a.B/C, /a.B/C, true",
        "/a.B/C, /a.B/Cc, false",
        "/a.B/C, /a.B/, false",
        "/a.B/C, /a.b/C, false",
    })
    void exactPath(String wanted, String path, boolean expected) {
        assertThat(new RouteMatch(wanted, null, null, List.of()).test(TestRequest.of("h", path)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"/a., /a.B/C, true", "/a., /a., true", "/a., /a, false", "/a., /b.A/C, false"})
    void pathPrefix(String prefix, String path, boolean expected) {
        assertThat(new RouteMatch(null, prefix, null, List.of()).test(TestRequest.of("h", path)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "api.example, api.example, true",
        "api.example, API.Example:443, true",
        "api.example:443, api.example:443, true",
        "api.example:443, api.example, false",
        "api.example, api.example.org, false",
        "api.example, '', false",
        "[::1], [::1]:80, true",
        "[::1], [::1], true",
        "[::1]:80, [::1]:81, false",
    })
    void authorityWithOrWithoutPort(String wanted, String authority, boolean expected) {
        assertThat(new RouteMatch(null, null, wanted, List.of()).test(TestRequest.of(authority, "/a/b")))
                .isEqualTo(expected);
    }

    @Test
    void grpcServiceAndMethod() {
        RouteMatch service = RouteMatch.grpc("a.B", null);
        assertThat(service.test(TestRequest.of("", "/a.B/C"))).isTrue();
        assertThat(service.test(TestRequest.of("", "/a.Bb/C"))).isFalse();
        RouteMatch method = RouteMatch.grpc("a.B", "C");
        assertThat(method.test(TestRequest.of("", "/a.B/C"))).isTrue();
        assertThat(method.test(TestRequest.of("", "/a.B/Cc"))).isFalse();
    }

    @Test
    void allConditionsMustHold() {
        RouteMatch match = new RouteMatch(
                null,
                "/a.",
                "h",
                List.of(
                        new HeaderMatch("x-env", new TextMatch.Exact("blue")),
                        new HeaderMatch("x-debug", new TextMatch.Present(false))));
        assertThat(match.test(new TestRequest("h", "/a.B/C", Map.of("x-env", "blue"))))
                .isTrue();
        assertThat(match.test(new TestRequest("i", "/a.B/C", Map.of("x-env", "blue"))))
                .isFalse();
        assertThat(match.test(new TestRequest("h", "/b.B/C", Map.of("x-env", "blue"))))
                .isFalse();
        assertThat(match.test(new TestRequest("h", "/a.B/C", Map.of("x-env", "red"))))
                .isFalse();
        assertThat(match.test(new TestRequest("h", "/a.B/C", Map.of("x-env", "blue", "x-debug", "1"))))
                .isFalse();
    }

    @Test
    void identityIsOneOfTheConditions() {
        RouteMatch match = new RouteMatch(null, "/a.", null, List.of(), new TextMatch.Prefix("spiffe://lab/"));
        assertThat(match.test(new TestRequest("h", "/a.B/C", Map.of(), "spiffe://lab/web")))
                .isTrue();
        assertThat(match.test(new TestRequest("h", "/a.B/C", Map.of(), "spiffe://shop/web")))
                .isFalse();
        assertThat(match.test(new TestRequest("h", "/a.B/C", Map.of(), null))).isFalse();
        assertThat(match.test(new TestRequest("h", "/b.B/C", Map.of(), "spiffe://lab/web")))
                .isFalse();
    }

    @Test
    void kindsOfTextConditions() {
        TextMatch exact = new TextMatch.Exact("v");
        assertThat(exact.test(CharBuffer.wrap("v"))).isTrue();
        assertThat(exact.test("vv")).isFalse();
        assertThat(exact.test(null)).isFalse();
        TextMatch prefix = new TextMatch.Prefix("v");
        assertThat(prefix.test(CharBuffer.wrap("vw"))).isTrue();
        assertThat(prefix.test("wv")).isFalse();
        assertThat(prefix.test("")).isFalse();
        assertThat(prefix.test(null)).isFalse();
        TextMatch regex = new TextMatch.Regex(Pattern.compile("v\\d+"));
        assertThat(regex.test(CharBuffer.wrap("v12"))).isTrue();
        assertThat(regex.test("xv12")).isFalse();
        assertThat(regex.test(null)).isFalse();
        TextMatch present = new TextMatch.Present(true);
        assertThat(present.test("")).isTrue();
        assertThat(present.test(null)).isFalse();
    }
}
