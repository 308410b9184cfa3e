package io.leasegate.server.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.CallObserver;
import io.leasegate.proxy.Outcome;
import io.leasegate.server.testkit.Allocation;
import io.leasegate.server.testkit.FakeCall;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RecentCallsTest {

    private static FakeCall call(String id, Outcome outcome, int grpcStatus) {
        FakeCall call = new FakeCall();
        call.requestId = id;
        call.outcome = outcome;
        call.grpcStatus = grpcStatus;
        return call;
    }

    @Test
    void theLastOnesAreFoundByTheirId() {
        RecentCalls calls = new RecentCalls(10, 1);
        for (int i = 0; i < 25; i++) {
            calls.onEnd(call("id-" + i, Outcome.OK, 0));
        }
        assertThat(calls.find("id-24")).hasSize(1);
        assertThat(calls.find("id-15")).hasSize(1);
        assertThat(calls.find("id-14")).isEmpty();
        assertThat(calls.find("id-1")).as("no part of an id").isEmpty();
    }

    /** A busy gateway must not forget a failure within a moment. */
    @Test
    void callsThatWentWellDoNotPushOutThoseThatDidNot() {
        RecentCalls calls = new RecentCalls(10, 1);
        calls.onEnd(call("lost", Outcome.UPSTREAM_LOST, 14));
        calls.onEnd(call("refused", Outcome.OK, 7));
        calls.onEnd(call("plain-http", Outcome.OK, -1));
        for (int i = 0; i < 100; i++) {
            calls.onEnd(call("id-" + i, Outcome.OK, 0));
        }
        assertThat(calls.find("lost")).hasSize(1);
        assertThat(calls.find("refused")).hasSize(1);
        assertThat(calls.find("plain-http")).isEmpty();
    }

    @Test
    void allWithOneIdAreFoundTheLastFirst() {
        RecentCalls calls = new RecentCalls(10, 1);
        for (int i = 0; i < 3; i++) {
            FakeCall call = call("same", i == 1 ? Outcome.DEADLINE : Outcome.OK, 0);
            call.startEpochMillis = 1_000L + i;
            calls.onEnd(call);
        }
        assertThat(calls.find("same")).extracting(c -> c.startEpochMillis()).containsExactly(1_002L, 1_001L, 1_000L);
    }

    @Test
    void noneAreKeptWhereNoneShallBe() {
        RecentCalls calls = new RecentCalls(0, 4);
        assertThat(calls.observer()).isSameAs(CallObserver.NONE);
        assertThat(calls.find("id")).isEmpty();
    }

    /** Two loops write while a third thread looks: what was written by each is there, as much as its part holds. */
    @Test
    void eachLoopHasItsPart() throws Exception {
        RecentCalls calls = new RecentCalls(100, 2);
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch written = new CountDownLatch(2);
        Thread reader = new Thread(() -> {
            while (!done.get()) {
                calls.find("a-1");
            }
        });
        reader.start();
        for (String loop : new String[] {"a", "b"}) {
            new Thread(() -> {
                        for (int i = 0; i < 10_000; i++) {
                            calls.onEnd(call(loop + "-" + i, Outcome.OK, 0));
                        }
                        written.countDown();
                    })
                    .start();
        }
        written.await();
        done.set(true);
        reader.join();
        for (String loop : new String[] {"a", "b"}) {
            assertThat(calls.find(loop + "-9950")).hasSize(1);
            assertThat(calls.find(loop + "-9999")).hasSize(1);
            assertThat(calls.find(loop + "-9949")).isEmpty();
        }
    }

    @Test
    void keepingACallAllocatesNothing() {
        RecentCalls calls = new RecentCalls(1_000, 1);
        FakeCall call = new FakeCall();
        assertThat(Allocation.bytesPerRun(10_000, () -> calls.onEnd(call))).isLessThan(0.1);
    }
}
