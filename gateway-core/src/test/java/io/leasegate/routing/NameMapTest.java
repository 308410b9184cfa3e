package io.leasegate.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.CharBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NameMapTest {

    @Test
    void findsARangeOfAnyText() {
        NameMap<Integer> map = new NameMap<>(Map.of("echo.Echo", 1, "echo", 2));
        CharSequence path = CharBuffer.wrap("/echo.Echo/Say");
        assertThat(map.get(path, 1, 10, false)).isEqualTo(1);
        assertThat(map.get(path, 1, 5, false)).isEqualTo(2);
        assertThat(map.get(path, 6, 10, false)).isNull();
        assertThat(map.get(path, 6, 10, true)).isEqualTo(2);
        assertThat(map.get(path, 1, 1, false)).isNull();
    }

    @Test
    void lowersAsciiLettersOnly() {
        NameMap<Integer> map = new NameMap<>(Map.of("az[\u00e4", 1));
        assertThat(map.get("AZ[\u00e4", 0, 4, true)).isEqualTo(1);
        assertThat(map.get("AZ[\u00c4", 0, 4, true)).isNull();
    }

    @Test
    void emptyMapAndEmptyName() {
        assertThat(new NameMap<Integer>(Map.of()).get("a", 0, 1, false)).isNull();
        assertThat(new NameMap<>(Map.of("", 1)).get("a", 0, 0, false)).isEqualTo(1);
    }

    @Test
    void agreesWithAHashMap() {
        Random random = new Random(4711);
        for (int round = 0; round < 50; round++) {
            Map<String, Integer> model = new HashMap<>();
            int size = random.nextInt(300);
            while (model.size() < size) {
                model.put(name(random), model.size());
            }
            NameMap<Integer> map = new NameMap<>(model);
            assertThat(map.size()).isEqualTo(size);
            for (int i = 0; i < 1000; i++) {
                String name = name(random);
                assertThat(map.get("x" + name + "y", 1, 1 + name.length(), false))
                        .isEqualTo(model.get(name));
            }
            model.forEach((name, value) ->
                    assertThat(map.get(name, 0, name.length(), false)).isEqualTo(value));
        }
    }

    @Test
    void replacesValuesInACopy() {
        NameMap<Integer> map = new NameMap<>(Map.of("a", 1, "b", 2));
        NameMap<Integer> other = map.replace(Map.of("b", 3));
        assertThat(other).isNotNull();
        assertThat(other.get("a", 0, 1, false)).isEqualTo(1);
        assertThat(other.get("b", 0, 1, false)).isEqualTo(3);
        assertThat(other.size()).isEqualTo(2);
        assertThat(map.get("b", 0, 1, false)).isEqualTo(2);
        assertThat(map.replace(Map.of("a", 4, "c", 5))).isNull();
    }

    private static String name(Random random) {
        return Integer.toString(random.nextInt(1000), 3 + random.nextInt(3));
    }
}
