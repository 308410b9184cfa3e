package io.leasegate.loadtest.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StreamMapTest {

    @Test
    void holdsWhatAMapHolds() {
        Random random = new Random(11);
        StreamMap map = new StreamMap();
        Map<Integer, WireStream> expected = new HashMap<>();
        int nextId = 1;
        for (int step = 0; step < 20_000; step++) {
            if (expected.size() < 5 || random.nextInt(expected.size() + 50) < 50) {
                WireStream stream = new WireStream(nextId, 0);
                map.put(stream);
                expected.put(nextId, stream);
                nextId += 2;
            } else {
                int id = expected.keySet().stream()
                        .skip(random.nextInt(expected.size()))
                        .findFirst()
                        .orElseThrow();
                map.remove(id);
                expected.remove(id);
            }
            int probe = 1 + 2 * random.nextInt(nextId);
            assertThat(map.get(probe)).isSameAs(expected.get(probe));
            assertThat(map.size()).isEqualTo(expected.size());
        }
        assertThat(map.all()).containsExactlyInAnyOrderElementsOf(expected.values());
    }
}
