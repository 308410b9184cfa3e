package io.leasegate.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.testkit.DnsServer;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is made of the answers of real name servers: what is there, what is not, and what nobody could say. */
@Timeout(60)
class DnsClientTest {

    private final DnsServer server = DnsServer.start();
    private final DnsServer other = DnsServer.start();
    private final List<DnsClient> clients = new ArrayList<>();

    @AfterEach
    void close() {
        clients.forEach(DnsClient::close);
        server.close();
        other.close();
    }

    private DnsClient client(long timeoutMillis, DnsServer... servers) {
        List<InetSocketAddress> addresses =
                Stream.of(servers).map(DnsServer::socketAddress).toList();
        DnsClient client = new DnsClient(new DnsSettings(addresses, timeoutMillis, 1_000, 5_000));
        clients.add(client);
        return client;
    }

    private static <T> DnsAnswer<T> lookUp(DnsClient client, String name, DnsType<T> type) throws Exception {
        CompletableFuture<DnsAnswer<T>> answer = new CompletableFuture<>();
        client.lookUp(name, type, LookUp.UNKNOWN, answer::complete);
        return answer.get(30, TimeUnit.SECONDS);
    }

    private static <T> List<T> records(DnsAnswer<T> answer) {
        assertThat(answer).isInstanceOf(DnsAnswer.Found.class);
        return answer instanceof DnsAnswer.Found<T> found ? found.records() : List.of();
    }

    private static InetAddress ip(String literal) throws Exception {
        return InetAddress.getByName(literal);
    }

    @Test
    void recordsComeWithTheShortestTimeToLive() throws Exception {
        server.a("greeter.test", 30, "10.0.0.1", "10.0.0.2").aaaa("greeter.test", 7, "fd00::1");
        server.srv("_grpc._tcp.test", 9, "10 5 50051 a.test", "0 0 50052 b.test");
        DnsClient client = client(5_000, server);
        assertThat(lookUp(client, "greeter.test", DnsType.A))
                .isEqualTo(new DnsAnswer.Found<>(List.of(ip("10.0.0.1"), ip("10.0.0.2")), 30, 0));
        assertThat(lookUp(client, "greeter.test.", DnsType.AAAA))
                .isEqualTo(new DnsAnswer.Found<>(List.of(ip("fd00::1")), 7, 0));
        assertThat(lookUp(client, "_grpc._tcp.test", DnsType.SRV))
                .isEqualTo(new DnsAnswer.Found<>(
                        List.of(new SrvRecord(10, 5, 50051, "a.test"), new SrvRecord(0, 0, 50052, "b.test")), 9, 0));
    }

    @Test
    void aliasesAreFollowedByTheServerOrByUs() throws Exception {
        server.cname("www.test", 60, "edge.test")
                .cname("edge.test", 4, "host.test")
                .a("host.test", 30, "10.0.0.1");
        DnsAnswer<InetAddress> expected = new DnsAnswer.Found<>(List.of(ip("10.0.0.1")), 4, 0);
        assertThat(lookUp(client(5_000, server), "www.test", DnsType.A)).isEqualTo(expected);
        assertThat(server.questions()).containsExactly("udp www.test A");
        server.doNotChaseAliases();
        assertThat(lookUp(client(5_000, server), "www.test", DnsType.A)).isEqualTo(expected);
        server.cname("a.test", 1, "b.test").cname("b.test", 1, "a.test");
        assertThat(lookUp(client(5_000, server), "a.test", DnsType.A))
                .as("a circle of aliases")
                .isInstanceOf(DnsAnswer.None.class);
    }

    @Test
    void whatIsNotThereIsToldFromWhatNobodyCanSay() throws Exception {
        server.a("greeter.test", 30, "10.0.0.1").negativeTtl(17);
        DnsClient client = client(200, server);
        assertThat(lookUp(client, "nobody.test", DnsType.A))
                .isEqualTo(new DnsAnswer.None<>("there is no such name (NXDOMAIN)", 17));
        assertThat(lookUp(client, "greeter.test", DnsType.AAAA))
                .isEqualTo(new DnsAnswer.None<>("the name has no AAAA record", 17));
        server.fail("greeter.test", DnsResponseCode.SERVFAIL);
        assertThat(lookUp(client, "greeter.test", DnsType.A))
                .isEqualTo(new DnsAnswer.Failed<>(server.address() + " answered ServFail(2)"));
        server.silence("silent.test");
        assertThat(lookUp(client, "silent.test", DnsType.A))
                .isEqualTo(new DnsAnswer.Failed<>(server.address() + " did not answer within 200 ms"));
        assertThat(server.asked("silent.test", "A")).as("a packet may be lost").isEqualTo(2);
        assertThat(lookUp(client, "x".repeat(70) + ".test", DnsType.A))
                .isInstanceOfSatisfying(
                        DnsAnswer.Failed.class,
                        f -> assertThat(f.reason()).contains("is no name that can be looked up"));
    }

    @Test
    void anAnswerThatIsMalformedIsAFailure() throws Exception {
        server.srv("_grpc._tcp.test", 9, "0 0 50051 bad/host.test");
        assertThat(lookUp(client(5_000, server), "_grpc._tcp.test", DnsType.SRV))
                .isEqualTo(new DnsAnswer.Failed<>(
                        "the answer for _grpc._tcp.test. is malformed: a SRV record whose target is"
                                + " no host name"));
    }

    @Test
    void theNextServerIsAskedWhereOneFailsAndTheOneThatAnsweredIsFirstAfterwards() throws Exception {
        server.silence("greeter.test").silence("chat.test");
        other.a("greeter.test", 1, "10.0.0.1").a("chat.test", 1, "10.0.0.2");
        DnsClient client = client(300, server, other);
        assertThat(lookUp(client, "greeter.test", DnsType.A)).isInstanceOf(DnsAnswer.Found.class);
        assertThat(lookUp(client, "chat.test", DnsType.A)).isInstanceOf(DnsAnswer.Found.class);
        assertThat(server.questions()).containsExactly("udp greeter.test A");
        other.fail("greeter.test", DnsResponseCode.REFUSED);
        server.a("greeter.test", 1, "10.0.0.3");
        assertThat(lookUp(client, "greeter.test", DnsType.A))
                .isEqualTo(new DnsAnswer.Found<>(List.of(ip("10.0.0.3")), 1, 0));
    }

    @Test
    void anAnswerThatIsCutOffIsAskedForByTcp() throws Exception {
        String[] many =
                Stream.iterate(1, i -> i + 1).limit(250).map(i -> "10.0.0." + i).toArray(String[]::new);
        server.a("many.test", 1, many).truncate("many.test");
        assertThat(records(lookUp(client(5_000, server), "many.test", DnsType.A)))
                .hasSize(250);
        assertThat(server.questions()).containsExactly("udp many.test A", "tcp many.test A");
    }

    @Test
    void theHostsFileGoesBeforeDns() throws Exception {
        DnsClient client = client(5_000, server);
        assertThat(lookUp(client, "localhost", DnsType.A))
                .isEqualTo(new DnsAnswer.Found<>(List.of(ip("127.0.0.1")), Long.MAX_VALUE, 0));
        assertThat(lookUp(client, "localhost", DnsType.AAAA)).isNotInstanceOf(DnsAnswer.Failed.class);
        assertThat(server.questions()).isEmpty();
    }

    @Test
    void manyLookUpsAreAnsweredThoughFewRunAtATime() throws Exception {
        DnsClient client = client(5_000, server);
        List<CompletableFuture<DnsAnswer<InetAddress>>> answers = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            server.a("h" + i + ".test", 1, "10.0.0.1");
            CompletableFuture<DnsAnswer<InetAddress>> answer = new CompletableFuture<>();
            answers.add(answer);
            client.lookUp("h" + i + ".test", DnsType.A, LookUp.UNKNOWN, answer::complete);
        }
        for (CompletableFuture<DnsAnswer<InetAddress>> answer : answers) {
            assertThat(answer.get(30, TimeUnit.SECONDS)).isInstanceOf(DnsAnswer.Found.class);
        }
    }

    @Test
    void manyNamesThatCannotBeAskedForBehindSlowOnesEndOneByOne() throws Exception {
        server.silence("slow.test").a("good.test", 1, "10.0.0.1");
        DnsClient client = client(100, server);
        List<CompletableFuture<DnsAnswer<InetAddress>>> answers = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            CompletableFuture<DnsAnswer<InetAddress>> answer = new CompletableFuture<>();
            answers.add(answer);
            String name = i < 100 ? "slow.test" : "x".repeat(70) + ".test";
            client.lookUp(name, DnsType.A, LookUp.UNKNOWN, answer::complete);
        }
        for (CompletableFuture<DnsAnswer<InetAddress>> answer : answers) {
            assertThat(answer.get(30, TimeUnit.SECONDS)).isInstanceOf(DnsAnswer.Failed.class);
        }
        assertThat(lookUp(client, "good.test", DnsType.A)).isInstanceOf(DnsAnswer.Found.class);
    }
}
