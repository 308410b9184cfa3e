package io.leasegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leasegate.dns.DnsSettings;
import io.leasegate.testkit.DnsServer;
import io.leasegate.testkit.Pause;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What event loops are told of host names, by a real name server. */
@Timeout(60)
class DnsHostNamesTest {

    private static final String NAME = "instance.test";

    private final DnsServer server = DnsServer.start();
    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private DnsHostNames names = names(200, 60_000);

    private DnsHostNames names(long minMillis, long maxMillis) {
        return new DnsHostNames(new DnsSettings(List.of(server.socketAddress()), 1_000, minMillis, maxMillis));
    }

    @AfterEach
    void close() {
        names.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        server.close();
    }

    private List<String> resolve() throws Exception {
        EventLoop loop = loops.next();
        List<InetSocketAddress> found =
                loop.submit(() -> names.resolve(loop, NAME, 7)).get().get(20, TimeUnit.SECONDS);
        assertThat(found).allSatisfy(a -> assertThat(a.getPort()).isEqualTo(7));
        return found.stream().map(a -> a.getAddress().getHostAddress()).toList();
    }

    @Test
    void oneAnswerServesAllLoopsUntilItIsForgotten() throws Exception {
        server.a(NAME, 60, "10.0.0.1").aaaa(NAME, 60, "fd00::1");
        for (int i = 0; i < 4; i++) {
            assertThat(resolve()).containsExactlyInAnyOrder("10.0.0.1", "fd00:0:0:0:0:0:0:1");
        }
        assertThat(server.asked(NAME, "A")).isEqualTo(1);
        server.a(NAME, 60, "10.0.0.2").aaaa(NAME, 60);
        names.forget("other.test");
        names.forget(NAME);
        Pause.until(Duration.ofSeconds(20), () -> server.questions().toString(), () -> {
            try {
                return resolve().contains("10.0.0.2");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void aNameServerThatFailsIsNoReasonToForgetAndOneThatKnowsNothingIs() throws Exception {
        server.a(NAME, 60, "10.0.0.1");
        assertThat(resolve()).containsExactly("10.0.0.1");
        server.fail(NAME, DnsResponseCode.SERVFAIL);
        for (int i = 0; i < 3; i++) {
            names.forget(NAME);
            assertThat(resolve()).containsExactly("10.0.0.1");
        }
        server.remove(NAME);
        names.forget(NAME);
        assertThat(resolve()).as("said once").containsExactly("10.0.0.1");
        names.forget(NAME);
        assertThatThrownBy(this::resolve)
                .hasCauseInstanceOf(UnknownHostException.class)
                .hasMessageContaining(NAME + ": there is no such name (NXDOMAIN)");
    }

    @Test
    void oneFamilyDoesNotWaitForOneThatIsNotAnsweredFor() throws Exception {
        server.a(NAME, 60, "10.0.0.1").silence(NAME + " AAAA");
        names.close();
        names = new DnsHostNames(new DnsSettings(List.of(server.socketAddress()), 30_000, 1_000, 60_000));
        assertThat(resolve()).containsExactly("10.0.0.1");
        assertThat(resolve()).as("while the look-up goes on").containsExactly("10.0.0.1");
    }

    @Test
    void addressesOfAnEarlierAnswerServeWhileTheNameServersAreSilent() throws Exception {
        names.close();
        names = new DnsHostNames(new DnsSettings(List.of(server.socketAddress()), 30_000, 1_000, 60_000));
        server.a(NAME, 60, "10.0.0.1").aaaa(NAME, 60, "fd00::1");
        assertThat(resolve()).hasSize(2);
        server.silence(NAME);
        names.forget(NAME);
        assertThat(resolve()).hasSize(2);
    }

    @Test
    void followersHearOfEachAnswerWithAddressesAndOfNothingAfterTheyStopped() throws Exception {
        names.close();
        names = names(50, 100);
        server.a(NAME, 60, "10.0.0.1");
        List<Set<InetAddress>> heard = new CopyOnWriteArrayList<>();
        EventLoop loop = loops.next();
        HostNames.Following following = names.follow(loop, NAME, heard::add);
        Set<InetAddress> first = Set.of(InetAddress.getByName("10.0.0.1"));
        Set<InetAddress> second = Set.of(InetAddress.getByName("10.0.0.2"));
        Pause.until(Duration.ofSeconds(20), heard::toString, () -> heard.contains(first));
        server.fail(NAME, DnsResponseCode.SERVFAIL);
        Pause.until(Duration.ofSeconds(20), heard::toString, () -> server.asked(NAME, "A") > 4);
        server.a(NAME, 60, "10.0.0.2");
        Pause.until(Duration.ofSeconds(20), heard::toString, () -> heard.contains(second));
        assertThat(heard).containsOnly(first, second);
        following.stop();
        Pause.until(Duration.ofSeconds(20), () -> "it goes on", () -> {
            int before = server.questions().size();
            Pause.millis(300);
            return server.questions().size() == before;
        });
    }
}
