package io.leasegate.loadtest.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.loadtest.calls.CallEnd;
import io.leasegate.loadtest.calls.CallEnd.Way;
import io.leasegate.loadtest.calls.CallKind;
import java.util.List;
import org.junit.jupiter.api.Test;

class RestartModeTest {

    private static final List<String> ADDRESSES = List.of("127.0.0.1:70", "127.0.0.1:71");

    @Test
    void onlyAKilledInstanceExcusesThatItsOwnCallsFail() {
        String sent = "service greeter, instance 127.0.0.1:71, phase sent: it was lost";
        assertThat(excused(RestartMode.KILL, Way.ANSWERED, "UC", sent)).isTrue();
        assertThat(excused(RestartMode.KILL, Way.ANSWERED, "UR", sent)).isTrue();
        assertThat(excused(RestartMode.GRACEFUL, Way.ANSWERED, "UC", sent)).isFalse();
        // Another instance than those that were killed, though it begins with the same digits.
        assertThat(excused(RestartMode.KILL, Way.ANSWERED, "UC", sent.replace(":71", ":711")))
                .isFalse();
        // Nobody to send it to, and no answer at all.
        assertThat(excused(RestartMode.KILL, Way.ANSWERED, "UH", "no healthy instance"))
                .isFalse();
        assertThat(excused(RestartMode.KILL, Way.OVERDUE, "", "")).isFalse();
    }

    private static boolean excused(RestartMode mode, Way way, String outcome, String message) {
        CallEnd end = new CallEnd(1, CallKind.GREET, way, "UNAVAILABLE", outcome, message, 0, 1);
        return mode.excuses(end, ADDRESSES);
    }
}
