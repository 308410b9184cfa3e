package io.leasegate.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.dns.FollowedName.Knowledge;
import io.leasegate.testkit.DnsServer;
import io.leasegate.testkit.Pause;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A short name stands for several full ones, as in a cluster; only one of them is meant. */
@Timeout(60)
class SearchedNameTest {

    private static final String MEANT = "greeter.prod.test";
    private static final String OTHER = "greeter.staging.test";
    private static final String ALONE = "greeter";

    private final DnsServer server = DnsServer.start();
    private final DnsClient client = new DnsClient(
            new DnsSettings(List.of(server.socketAddress()), 5_000, 50, 100),
            () -> new SearchList(List.of("prod.test", "staging.test"), 1));
    private final List<Knowledge<InetAddress>> heard = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private void follow() {
        FollowedName<InetAddress> name =
                new FollowedName<>(client, "greeter", List.of(DnsType.A, DnsType.AAAA), heard::add);
        client.execute(name::follow);
    }

    private Knowledge<InetAddress> last() {
        return heard.get(heard.size() - 1);
    }

    private static List<String> shown(Knowledge<InetAddress> k) {
        return k.records().stream().map(InetAddress::getHostAddress).toList();
    }

    private void await(String what, Predicate<Knowledge<InetAddress>> condition) {
        Pause.until(
                Duration.ofSeconds(20),
                () -> what + "; heard " + heard,
                () -> !heard.isEmpty() && condition.test(last()));
    }

    private void awaitLookUps(int more) {
        int goal = heard.size() + more;
        Pause.until(Duration.ofSeconds(20), () -> heard.size() + " look-ups of " + goal, () -> heard.size() >= goal);
    }

    @Test
    void aFailureOfTheFullNameThatIsMeantDoesNotLeadToAnother() {
        server.a(MEANT, 60, "10.0.0.1").a(OTHER, 60, "10.0.0.2").a(ALONE, 60, "10.0.0.3");
        follow();
        await("the address", k -> shown(k).equals(List.of("10.0.0.1")));
        server.fail(MEANT, DnsResponseCode.SERVFAIL);
        await("the failure", k -> k.trouble().contains("ServFail"));
        awaitLookUps(5);
        assertThat(heard).allSatisfy(k -> assertThat(shown(k)).containsExactly("10.0.0.1"));
        assertThat(server.asked(OTHER, "A")).isZero();
    }

    @Test
    void anotherFullNameIsBelievedTheSecondTime() {
        server.a(MEANT, 60, "10.0.0.1").a(OTHER, 60, "10.0.0.2");
        follow();
        await("the address", k -> shown(k).equals(List.of("10.0.0.1")));
        server.remove(MEANT);
        await("the other", k -> shown(k).equals(List.of("10.0.0.2")));
        Knowledge<InetAddress> doubted = heard.get(heard.size() - 2);
        assertThat(shown(doubted)).containsExactly("10.0.0.1");
        assertThat(doubted.absence()).contains("another domain of the search list");
        awaitLookUps(2);
        assertThat(last().absence()).isEmpty();
    }

    @Test
    void addressesOfBothFamiliesAreOfOneFullName() {
        server.a(MEANT, 60, "10.0.0.1").aaaa(OTHER, 60, "fd00::2").a(OTHER, 60, "10.0.0.2");
        follow();
        awaitLookUps(3);
        assertThat(heard).allSatisfy(k -> assertThat(shown(k)).containsExactly("10.0.0.1"));
        server.aaaa(MEANT, 60, "fd00::1");
        await("the other family", k -> shown(k).equals(List.of("10.0.0.1", "fd00:0:0:0:0:0:0:1")));
    }

    /** In a cluster without a way out: the full name exists without IPv6, and the name server cannot ask anybody for the name alone. */
    @Test
    void aFamilyThatThereNeverWasIsNoTroubleWhereItCannotBeAskedFor() {
        server.a(MEANT, 60, "10.0.0.1").fail(ALONE, DnsResponseCode.SERVFAIL);
        follow();
        awaitLookUps(3);
        assertThat(server.asked(ALONE, "AAAA")).isPositive();
        assertThat(heard).allSatisfy(k -> {
            assertThat(shown(k)).containsExactly("10.0.0.1");
            assertThat(k.trouble()).isEmpty();
            assertThat(k.absence()).isEmpty();
        });
        server.fail(MEANT, DnsResponseCode.SERVFAIL);
        await("the trouble with what there was", k -> k.trouble().contains("ServFail"));
    }
}
