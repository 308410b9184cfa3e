package io.leasegate.loadtest.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.loadtest.calls.CallKind;
import io.leasegate.loadtest.calls.Caller;
import io.leasegate.loadtest.calls.Ledger;
import io.leasegate.loadtest.calls.Plan;
import io.leasegate.loadtest.load.LoadLoops;
import io.leasegate.loadtest.soak.ScriptedInstance.Behaviour;
import io.leasegate.loadtest.stack.Await;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What is told of calls to a scripted instance, without a gateway between: so everything that a gateway has to prevent shows. */
class ScriptedInstanceTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long LONG = 60_000;
    private static final LoadLoops LOOPS = new LoadLoops(1);

    private final Ledger ledger = new Ledger("t-");

    @AfterAll
    static void close() {
        LOOPS.close();
    }

    @Test
    void callsAreAnsweredOnceAndExecutedOnce() throws Exception {
        try (ScriptedInstance instance = new ScriptedInstance(LOOPS, ledger, 1);
                Caller caller = Caller.start(LOOPS, plan(instance, 0), ledger)) {
            awaitAnswered(100);
            caller.finish();
            Ledger.Totals totals = ledger.totals();
            assertThat(totals.ok()).isEqualTo(totals.made());
            assertThat(totals.failed()).isZero();
            assertThat(ledger.duplicates()).isEmpty();
            assertThat(ledger.answeredByNobody()).isEmpty();
            assertThat(ledger.takeEndedTwice()).isEmpty();
            ledger.executed("t-7");
            ledger.executed("other-8");
            ledger.executed("t-x");
            assertThat(ledger.duplicates()).containsExactly(7);
        }
    }

    @Test
    void aRefusedCallIsNotExecuted() throws Exception {
        try (ScriptedInstance instance = new ScriptedInstance(LOOPS, ledger, 1);
                Caller caller = Caller.start(LOOPS, plan(instance, 0), ledger)) {
            instance.misbehave(Behaviour.REFUSE, LONG);
            assertThat(Await.until(LIMIT, () -> ledger.totals().byStatus().containsKey("reset with code 7")))
                    .isTrue();
            awaitAnswered(50);
            caller.finish();
            assertThat(ledger.takeLost()).isEmpty();
            assertThat(ledger.failed())
                    .isNotEmpty()
                    .allSatisfy(end -> assertThat(end.status()).isEqualTo("reset with code 7"));
        }
    }

    @Test
    void aCallWhoseConnectionBreaksIsLost() throws Exception {
        try (ScriptedInstance instance = new ScriptedInstance(LOOPS, ledger, 1);
                Caller caller = Caller.start(LOOPS, plan(instance, 0), ledger)) {
            instance.misbehave(Behaviour.CUT, LONG);
            assertThat(Await.until(LIMIT, () -> ledger.totals().failed() > 3)).isTrue();
            caller.finish();
            assertThat(ledger.takeLost())
                    .hasSizeGreaterThan(3)
                    .allSatisfy(end -> assertThat(end.status()).startsWith("connection lost"));
            assertThat(ledger.takeLost()).isEmpty();
        }
    }

    @Test
    void garbageBreaksTheConnection() throws Exception {
        try (ScriptedInstance instance = new ScriptedInstance(LOOPS, ledger, 1);
                Caller caller = Caller.start(LOOPS, plan(instance, 0), ledger)) {
            instance.misbehave(Behaviour.GARBAGE, LONG);
            assertThat(Await.until(LIMIT, () -> ledger.totals().failed() > 3)).isTrue();
            caller.finish();
        }
    }

    @Test
    void aCallThatIsAnsweredTooLateIsOverdue() throws Exception {
        try (ScriptedInstance instance = new ScriptedInstance(LOOPS, ledger, 1)) {
            instance.misbehave(Behaviour.SLOW, LONG);
            Plan plan = new Plan(port(instance), "greeter", 1, 100, 100, 100, List.of(CallKind.GREET), 0, 1);
            try (Caller caller = Caller.start(LOOPS, plan, ledger)) {
                assertThat(Await.until(LIMIT, () -> ledger.totals().byWay().containsKey("OVERDUE")))
                        .isTrue();
                caller.finish();
            }
            assertThat(ledger.takeLost()).isNotEmpty();
        }
    }

    @Test
    void whoeverLeavesInOrderCostsNoCall() throws Exception {
        try (ScriptedInstance instance = new ScriptedInstance(LOOPS, ledger, 1);
                Caller caller = Caller.start(LOOPS, plan(instance, 0), ledger)) {
            awaitAnswered(20);
            instance.misbehave(Behaviour.GOAWAY, LONG);
            awaitAnswered(400);
            caller.finish();
            assertThat(ledger.totals().failed()).isZero();
            assertThat(ledger.duplicates()).isEmpty();
        }
    }

    @Test
    void callersGiveUpWhatTheyCancelOrLeave() throws Exception {
        try (ScriptedInstance instance = new ScriptedInstance(LOOPS, ledger, 1);
                Caller caller = Caller.start(LOOPS, plan(instance, 0.5), ledger)) {
            instance.misbehave(Behaviour.SLOW, LONG);
            assertThat(Await.until(LIMIT, () -> ledger.totals().byWay().getOrDefault("GIVEN_UP", 0) > 10))
                    .isTrue();
            caller.vanish(0);
            caller.cancelAll(1);
            caller.stall(2, 100);
            awaitAnswered(20);
            caller.finish();
            assertThat(ledger.totals().failed()).isZero();
            assertThat(caller.open()).isZero();
        }
    }

    private static int port(ScriptedInstance instance) {
        return Integer.parseInt(instance.address().substring("127.0.0.1:".length()));
    }

    private static Plan plan(ScriptedInstance instance, double cancelShare) {
        return new Plan(port(instance), "greeter", 3, 200, 10_000, 10_000, List.of(CallKind.GREET), cancelShare, 1);
    }

    private void awaitAnswered(int calls) throws Exception {
        assertThat(Await.until(LIMIT, () -> ledger.totals().ok() >= calls)).isTrue();
    }
}
