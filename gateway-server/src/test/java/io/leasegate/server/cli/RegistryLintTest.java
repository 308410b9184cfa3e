package io.leasegate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.registration.RegistrationFormats;
import io.leasegate.registration.RegistryEntry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegistryLintTest {

    private static KeyReport key(String key, String value, long lease) {
        RegistryEntry entry = new RegistryEntry(key, value.getBytes(StandardCharsets.UTF_8));
        return new KeyReport(
                KeyReport.ETCD,
                key,
                RegistrationFormats.auto().interpret(entry),
                RegistrationFormats.guess(entry),
                lease,
                lease == 0 ? 0 : 10);
    }

    private static KeyReport seed(String key, String name, String addr, String more, long lease) {
        return key(key, "{\"name\":\"" + name + "\",\"addr\":\"" + addr + "\"" + more + "}", lease);
    }

    private static List<String> found(KeyReport... keys) {
        return RegistryLint.check(List.of(keys), "").stream()
                .sorted(Finding.ORDER)
                .map(f -> f.severity() + " " + f.code() + " [" + f.service() + "] [" + f.address() + "] [" + f.key()
                        + "] " + f.message())
                .toList();
    }

    @Test
    void nothingIsSaidOfWhatIsInOrder() {
        assertThat(found(
                        seed("/a/1", "a", "127.0.0.1:1", ",\"version\":\"1\"", 7),
                        seed("/a/2", "a", "127.0.0.1:2", ",\"version\":\"1\"", 8),
                        key("/rpcx/a/tcp@127.0.0.1:1", "", 9)))
                .isEmpty();
    }

    @Test
    void refusedAndUnknownKeys() {
        assertThat(found(
                        seed("/a/1", "a", "nowhere", "", 7),
                        key("/x/1", "{\"name\":\"a\",\"address\":\"10.0.0.1:1\",\"version\":\"1\"}", 0)))
                .containsExactly(
                        "ERROR malformed [] [] [/a/1] refused as seed: addr: \"nowhere\" has no port (expected host:port)",
                        "WARNING unknown-format [] [] [/x/1] no accepted format fits: the value is a JSON object with the fields"
                                + " name, address, version; nearest is seed, whose fields addr, weight are missing or have other names");
    }

    @Test
    void keysWithoutALeaseAndOddValues() {
        assertThat(found(seed("/a/1", "a", "0.0.0.0:1", "", 0)))
                .containsExactly(
                        "WARNING no-lease [a] [] [/a/1] has no lease: it stays when its instance dies, until someone deletes it",
                        "WARNING odd-value [a] [] [/a/1] 0.0.0.0:1 means every address of the machine that calls it, so the gateway's own");
    }

    @Test
    void oneAddressSeveralTimes() {
        assertThat(found(seed("/a/1", "a", "127.0.0.1:1", "", 7), seed("/a/2", "a", "127.0.0.1:1", "", 8)))
                .containsExactly(
                        "WARNING duplicate-address [a] [127.0.0.1:1] [/a/1] is registered by 2 keys, which make one instance: /a/1, /a/2");
        assertThat(found(seed("/a/1", "a", "127.0.0.1:1", "", 7), seed("/b/2", "b", "127.0.0.1:1", "", 8)))
                .containsExactly(
                        "WARNING shared-address [] [127.0.0.1:1] [/a/1] is registered for several services: a, b");
        String url = "/providers/tri%3A%2F%2F127.0.0.1%3A1%2Fx";
        assertThat(found(key("/dubbo/x.A" + url, "", 7), key("/dubbo/x.B" + url, "", 7)))
                .isEmpty();
    }

    @Test
    void mixedVersionsAndFormats() {
        assertThat(found(
                        seed("/a/1", "a", "127.0.0.1:1", ",\"version\":\"1\"", 7),
                        seed("/a/2", "a", "127.0.0.1:2", ",\"version\":\"2\"", 8),
                        seed("/a/3", "a", "127.0.0.1:3", ",\"version\":\"2\"", 8),
                        key("a/4", "{\"Op\":0,\"Addr\":\"127.0.0.1:4\"}", 9)))
                .containsExactly(
                        "WARNING mixed-formats [a] [] [] is registered in several formats: etcd-naming, seed",
                        "WARNING mixed-versions [a] [] [] has instances of several versions: none (1), 1 (1), 2 (2)");
    }

    @Test
    void servicesThatNothingCanBeCalledOf() {
        assertThat(found(
                        seed("/a/1", "a", "127.0.0.1:1", ",\"weight\":0", 7),
                        seed("/a/2", "a", "127.0.0.1:2", ",\"enabled\":false", 8)))
                .containsExactly(
                        "ERROR no-usable-instance [a] [] [] has no instance that is in rotation with a weight above 0",
                        "WARNING out-of-rotation [a] [127.0.0.1:2] [/a/2] disabled by its registration");
    }

    @Test
    void keysElsewhere() {
        assertThat(RegistryLint.check(List.of(), "keys outside"))
                .containsExactly(Finding.warning("keys-elsewhere", "", "", "", "keys outside"));
    }
}
