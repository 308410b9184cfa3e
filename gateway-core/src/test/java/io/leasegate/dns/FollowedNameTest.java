package io.leasegate.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.dns.FollowedName.Knowledge;
import io.leasegate.testkit.DnsServer;
import io.leasegate.testkit.Pause;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A name is asked for again in time, and what is known of it survives what name servers do. */
@Timeout(60)
class FollowedNameTest {

    private static final String NAME = "greeter.test";

    private final DnsServer server = DnsServer.start();
    private final List<Knowledge<InetAddress>> heard = new CopyOnWriteArrayList<>();
    private final List<Long> heardNanos = new CopyOnWriteArrayList<>();
    private final List<List<InetAddress>> some = new CopyOnWriteArrayList<>();
    private final List<DnsClient> clients = new ArrayList<>();

    @AfterEach
    void close() {
        clients.forEach(DnsClient::close);
        server.close();
    }

    private FollowedName<InetAddress> follow(long timeoutMillis, long minMillis, long maxMillis) {
        DnsClient client =
                new DnsClient(new DnsSettings(List.of(server.socketAddress()), timeoutMillis, minMillis, maxMillis));
        clients.add(client);
        FollowedName<InetAddress> name = new FollowedName<>(
                client, NAME, List.of(DnsType.A, DnsType.AAAA), new FollowedName.Listener<InetAddress>() {
                    @Override
                    public void onLookedUp(Knowledge<InetAddress> knowledge) {
                        heardNanos.add(System.nanoTime());
                        heard.add(knowledge);
                    }

                    @Override
                    public void onSome(Knowledge<InetAddress> knowledge) {
                        some.add(knowledge.records());
                    }
                });
        client.execute(name::follow);
        return name;
    }

    private Knowledge<InetAddress> last() {
        return heard.get(heard.size() - 1);
    }

    private static List<String> shown(Knowledge<InetAddress> k) {
        return k.records().stream().map(InetAddress::getHostAddress).toList();
    }

    private void await(String what, java.util.function.Predicate<Knowledge<InetAddress>> condition) {
        Pause.until(
                Duration.ofSeconds(20),
                () -> what + "; heard " + heard,
                () -> !heard.isEmpty() && condition.test(last()));
    }

    private void awaitLookUps(int more) {
        int goal = heard.size() + more;
        Pause.until(Duration.ofSeconds(20), () -> heard.size() + " look-ups of " + goal, () -> heard.size() >= goal);
    }

    /** The pause between two look-ups is never longer than this and not much shorter; how long one takes is not known. */
    private void expectPauses(long millis) {
        for (int i = 1; i < heardNanos.size(); i++) {
            assertThat(heardNanos.get(i) - heardNanos.get(i - 1))
                    .as("pause " + i)
                    .isGreaterThanOrEqualTo(
                            Duration.ofMillis(millis * 9 / 10 - 2).toNanos());
        }
    }

    @Test
    void aChangedAnswerIsFoundWhenTheTimeOfTheLastIsOver() {
        server.a(NAME, 1, "10.0.0.1");
        follow(5_000, 100, 60_000);
        await("the first answer", k -> shown(k).equals(List.of("10.0.0.1")));
        server.a(NAME, 1, "10.0.0.2").aaaa(NAME, 1, "fd00::2");
        await("the second answer", k -> shown(k).equals(List.of("10.0.0.2", "fd00:0:0:0:0:0:0:2")));
        expectPauses(1_000);
        assertThat(heard).allSatisfy(k -> {
            assertThat(k.answered()).isTrue();
            assertThat(k.absence()).isEmpty();
            assertThat(k.trouble()).isEmpty();
        });
    }

    @Test
    void theTimeToLiveIsBoundedAtBothEnds() {
        server.a(NAME, 0, "10.0.0.1");
        follow(5_000, 200, 400);
        awaitLookUps(4);
        expectPauses(200);
        server.a(NAME, 86_400, "10.0.0.1");
        awaitLookUps(2);
        heardNanos.clear();
        // A day to live, and still there is another look-up; the lower bound holds for the pauses, too.
        awaitLookUps(3);
        expectPauses(400);
    }

    @Test
    void aNameThatIsGoneIsBelievedWhenItIsSaidTwice() {
        server.a(NAME, 60, "10.0.0.1");
        follow(5_000, 100, 200);
        await("the address", k -> !k.records().isEmpty());
        server.remove(NAME).negativeTtl(0);
        await("that it is gone", k -> k.records().isEmpty());
        int gone = heard.size();
        Knowledge<InetAddress> doubted = heard.get(gone - 2);
        assertThat(shown(doubted)).containsExactly("10.0.0.1");
        assertThat(doubted.absence()).contains("NXDOMAIN");
        assertThat(heard.get(gone - 3).absence()).isEmpty();
        assertThat(last().absence()).contains("NXDOMAIN");
        assertThat(last().answered()).isTrue();
        server.a(NAME, 60, "10.0.0.3");
        await("that it is back", k -> shown(k).equals(List.of("10.0.0.3")));
    }

    @Test
    void aNameServerThatFailsTakesNothingAwayHoweverOften() {
        server.a(NAME, 60, "10.0.0.1");
        follow(100, 50, 100);
        await("the address", k -> !k.records().isEmpty());
        server.fail(NAME, DnsResponseCode.SERVFAIL);
        await("the failure", k -> k.trouble().contains("ServFail"));
        awaitLookUps(5);
        assertThat(shown(last())).containsExactly("10.0.0.1");
        assertThat(last().absence()).isEmpty();
        server.silence(NAME);
        await("the silence", k -> k.trouble().contains("did not answer within 100 ms"));
        assertThat(shown(last())).containsExactly("10.0.0.1");
        server.a(NAME, 60, "10.0.0.2");
        await(
                "the new address",
                k -> shown(k).equals(List.of("10.0.0.2")) && k.trouble().isEmpty());
    }

    @Test
    void oneFamilyThatIsNotAnsweredForKeepsItsAddressesAndDoesNotHoldUpTheOther() {
        server.a(NAME, 60, "10.0.0.1").aaaa(NAME, 60, "fd00::1");
        follow(100, 50, 100);
        await("both", k -> k.records().size() == 2);
        server.a(NAME, 60, "10.0.0.2").silence(NAME + " AAAA");
        await("the new one beside the old", k -> shown(k).equals(List.of("10.0.0.2", "fd00:0:0:0:0:0:0:1")));
        await("the trouble", k -> k.trouble().contains("did not answer"));
        assertThat(some.get(some.size() - 1))
                .as("told before the silence was over")
                .hasSize(2);
    }

    @Test
    void whatWasNeverAnsweredForIsNotTakenForAbsent() {
        server.silence(NAME);
        follow(50, 50, 100);
        await("the silence", k -> !k.trouble().isEmpty());
        assertThat(last().answered()).isFalse();
        server.remove(NAME);
        await("the answer", Knowledge::answered);
        assertThat(last().records()).isEmpty();
        assertThat(last().absence()).contains("NXDOMAIN");
    }

    @Test
    void whoIsClosedHearsNoMore() {
        server.a(NAME, 0, "10.0.0.1");
        FollowedName<InetAddress> name = follow(5_000, 20, 20);
        awaitLookUps(2);
        clients.get(0).execute(name::close);
        Pause.until(Duration.ofSeconds(20), () -> "it goes on", () -> {
            int before = heard.size();
            Pause.millis(200);
            return heard.size() == before;
        });
    }
}
