package io.leasegate.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ControlThreadTest {

    @Test
    void runsTasksInOrderAndOutlivesThoseThatFail() throws InterruptedException {
        List<String> done = new CopyOnWriteArrayList<>();
        try (ControlThread control = new ControlThread()) {
            CountDownLatch last = new CountDownLatch(1);
            control.execute(() -> {
                throw new IllegalStateException("expected by the test");
            });
            control.execute(() -> done.add(control.inThread() ? "inside" : "outside"));
            control.schedule(() -> done.add("never"), 5).cancel();
            control.schedule(last::countDown, 20);
            assertThat(last.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(control.inThread()).isFalse();
        }
        assertThat(done).containsExactly("inside");
    }

    @Test
    void closeRunsWhatWasGivenAndDropsTheRest() {
        List<String> done = new CopyOnWriteArrayList<>();
        ControlThread control = new ControlThread();
        control.execute(() -> DiscoveryFixture.pause(50));
        control.execute(() -> done.add("given"));
        control.schedule(() -> done.add("later"), 60_000);
        control.close();
        control.execute(() -> done.add("too late"));
        control.schedule(() -> done.add("too late"), 0).cancel();
        assertThat(done).containsExactly("given");
    }
}
