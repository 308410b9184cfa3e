package io.leasegate.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.RangeResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LeaseTtlsTest {

    private final SimulatedLoop loop = new SimulatedLoop();
    private final List<String> told = new ArrayList<>();
    private final Member member = new Member();
    private final LeaseTtls leases = new LeaseTtls(loop, 0, (id, seconds, keys) -> told.add(id + "=" + seconds + keys));

    /** An etcd member that answers at once. */
    private static final class Member implements EtcdConnection {

        final Map<Long, Long> granted = new HashMap<>();
        final List<Long> asked = new ArrayList<>();

        @Override
        public String endpoint() {
            return "here";
        }

        @Override
        public void open(Reply<Boolean> reply) {
            reply.onSuccess(true);
        }

        @Override
        public void range(ByteString from, ByteString end, long revision, int limit, Reply<RangeResponse> reply) {
            reply.onSuccess(RangeResponse.getDefaultInstance());
        }

        @Override
        public void timeToLive(long leaseId, Reply<LeaseTime> reply) {
            asked.add(leaseId);
            Long seconds = granted.get(leaseId);
            reply.onSuccess(seconds == null ? LeaseTime.ENDED : new LeaseTime(seconds, seconds));
        }

        @Override
        public void release(Reply<String> reply) {
            throw new UnsupportedOperationException();
        }

        @Override
        public EtcdWatch watch(List<KeyRange> ranges, long startRevision, Observer observer) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    @Test
    void asksOncePerLease() {
        member.granted.put(7L, 30L);
        leases.use("a", 7, 0);
        leases.use("b", 7, 0);
        leases.connected(member);
        leases.use("c", 7, 0);
        assertThat(member.asked).containsExactly(7L);
        assertThat(leases.secondsOf(7)).isEqualTo(30);
        assertThat(told).hasSize(1);
    }

    /** As registrars do that write their key under a new lease every fifth of its TTL. */
    @Test
    void aLeaseThatTakesOverAKeyIsNotAskedForWhileItIsYoung() {
        leases.connected(member);
        member.granted.put(1L, 10L);
        leases.use("a", 1, 0);
        for (long id = 2; id < 100; id++) {
            member.granted.put(id, 10L);
            leases.use("a", id, leases.secondsOf(id - 1));
            leases.disuse("a", id - 1);
            loop.advance(2_000);
        }
        assertThat(member.asked).containsExactly(1L);
        assertThat(leases.secondsOf(99)).isEqualTo(10);
        assertThat(leases.secondsOf(98)).isZero();
    }

    @Test
    void aLeaseThatTookOverAKeyIsAskedForWhenItStays() {
        leases.connected(member);
        member.granted.put(2L, 60L);
        leases.use("a", 2, 10);
        loop.advance(9_999);
        assertThat(member.asked).isEmpty();
        loop.advance(1);
        assertThat(member.asked).containsExactly(2L);
        assertThat(leases.secondsOf(2)).isEqualTo(60);
        assertThat(told).containsExactly("2=60[a]");
        loop.advance(100_000);
        assertThat(member.asked).hasSize(1);
    }

    @Test
    void whatWasToBeAskedWhileNobodyWasThereIsAskedLater() {
        leases.use("a", 2, 10);
        loop.advance(20_000);
        member.granted.put(2L, 60L);
        leases.connected(member);
        assertThat(leases.secondsOf(2)).isEqualTo(60);
    }

    @Test
    void whatIsLeftIsAskedForInTurnAndNoOftenerThanAllowed() {
        LeaseTtls watched = new LeaseTtls(loop, 2, (id, seconds, keys) -> told.add(id + "=" + seconds + keys));
        for (long id = 1; id <= 20; id++) {
            member.granted.put(id, 4L);
            watched.use("key" + id, id, 0);
        }
        watched.connected(member);
        assertThat(member.asked).as("the TTLs").hasSize(20);
        member.asked.clear();

        loop.advance(10_000);
        assertThat(member.asked).as("two a second, each lease once").hasSize(20).doesNotHaveDuplicates();
        assertThat(told).as("a TTL is told once").hasSize(20);

        for (long id = 2; id <= 20; id++) {
            watched.disuse("key" + id, id);
        }
        member.asked.clear();
        loop.advance(4_000);
        assertThat(member.asked)
                .as("a quarter of its TTL has gone by each second")
                .containsExactly(1L, 1L, 1L, 1L);

        watched.disconnected();
        member.asked.clear();
        loop.advance(10_000);
        assertThat(member.asked).isEmpty();
        assertThat(loop.waiting()).isZero();
    }
}
