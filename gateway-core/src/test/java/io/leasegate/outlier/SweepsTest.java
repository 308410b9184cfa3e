package io.leasegate.outlier;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.discovery.SimulatedLoop;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many services with few timers. */
class SweepsTest {

    private static final int SERVICES = 200;

    private final SimulatedLoop loop = new SimulatedLoop();
    private final List<String> out = new ArrayList<>();
    private final OutlierListener listener = new OutlierListener() {
        @Override
        public void onEjected(Endpoint e, OutlierReason reason, String why, long millis, int times) {
            out.add(e.id().toString());
        }

        @Override
        public void onReadmitted(Endpoint e) {}

        @Override
        public void onSpared(Endpoint e, OutlierReason reason) {}
    };

    private static Endpoint endpoint(int service, int port) {
        Endpoint e = new Endpoint(new Instance(
                new EndpointId("s" + service, "127.0.0.1", port), 1, "", Map.of(), false, "static", "", 0, 0, 0));
        e.state(EndpointState.HEALTHY, "");
        return e;
    }

    /** Intervals that parts divide, that they do not, and that have fewer milliseconds than there are parts. */
    @ParameterizedTest
    @ValueSource(longs = {10_000, 10_007, 39, 7, 1})
    void eachServiceIsSweptOnceInAnInterval(long interval) {
        OutlierDetector detector = new OutlierDetector(
                loop,
                service -> new OutlierSettings(1_000_000, interval, 1_000_000, 0.5),
                listener,
                new SplittableRandom(1)::nextDouble);
        List<Endpoint> all = new ArrayList<>();
        for (int s = 0; s < SERVICES; s++) {
            for (int port = 1; port <= 5; port++) {
                all.add(endpoint(s, port));
            }
        }
        all.forEach(detector::onAdded);
        assertThat(loop.waiting()).as("timers").isEqualTo(1);
        for (Endpoint e : all) {
            for (int call = 0; call < 100; call++) {
                if (e.id().port() == 3) {
                    e.stats().spokeAgainst("UNAVAILABLE");
                } else {
                    e.stats().spokeFor();
                }
            }
        }
        if (interval > 20) {
            loop.advance(interval / 2);
            assertThat(out).as("about half of them").hasSizeBetween(SERVICES / 3, SERVICES * 2 / 3);
        }
        loop.advance(interval - (interval > 20 ? interval / 2 : 0));
        assertThat(out).hasSize(SERVICES).allMatch(id -> id.endsWith(":3"));
        all.forEach(e -> detector.onRemoved(e, 0));
        assertThat(loop.waiting()).isZero();
    }
}
