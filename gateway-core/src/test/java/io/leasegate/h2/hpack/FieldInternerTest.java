package io.leasegate.h2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.HeaderField;
import io.leasegate.h2.HeaderNames;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What becomes one object, what never does, and what a hostile client can do to the others' fields. */
class FieldInternerTest {

    private final FieldInterner interner = new FieldInterner();

    @Test
    void whatComesAgainBecomesOneObjectAndThenIsMarkedAsRepeated() {
        HeaderField first = field(":path", "/a.B/c");
        HeaderField second = field(":path", "/a.B/c");
        assertThat(second).as("the first one only leaves its hash").isNotSameAs(first);
        HeaderField third = field(":path", "/a.B/c");
        assertThat(third).isSameAs(second);
        assertThat(third.isRepeated()).isFalse();
        HeaderField fourth = field(":path", "/a.B/c");
        assertThat(fourth.isRepeated()).isTrue();
        assertThat(fourth.isSameAs(first)).isTrue();
        assertThat(field(":path", "/a.B/c")).isSameAs(fourth);
    }

    @Test
    void referencesToADynamicTableCountToo() {
        HeaderField mine = field("x-tenant", "a");
        for (int i = 0; i < 4; i++) {
            mine = interner.seenAgain(mine);
        }
        assertThat(mine.isRepeated()).isTrue();
        assertThat(field("x-tenant", "a")).isSameAs(mine);
        // Another client's entry with the same text becomes the same object.
        assertThat(interner.seenAgain(ofText("x-tenant", "a"))).isSameAs(mine);
    }

    @Test
    void secretsAndLargeValuesAreNotKept() {
        for (int i = 0; i < 10; i++) {
            for (String name : List.of("authorization", "proxy-authorization", "cookie", "set-cookie")) {
                HeaderField f = field(name, "secret");
                assertThat(f.isRepeated()).as(name).isFalse();
                assertThat(f.isNeverIndexed()).as(name).isTrue();
                assertThat(field(name, "secret")).as(name).isNotSameAs(f);
            }
            HeaderField marked = neverIndexed("x-token", "secret");
            assertThat(marked.isNeverIndexed()).isTrue();
            assertThat(neverIndexed("x-token", "secret")).isNotSameAs(marked);
            String large = "v".repeat(FieldInterner.MAX_FIELD_BYTES - 1);
            assertThat(field("ab", large)).isNotSameAs(field("ab", large));
            assertThat(field("ab", large).isRepeated()).isFalse();
        }
        // A plain field of the same text is another matter, and does not give it away.
        assertThat(field("x-token", "secret").isNeverIndexed()).isFalse();
    }

    /** A peer that has put a large field into its table and refers to it again means it. */
    @Test
    void aLargeFieldIsRepeatedOnceItsPeerRefersToItsEntry() {
        HeaderField large = field("ab", "v".repeat(1000));
        assertThat(interner.seenAgain(large).isRepeated()).isTrue();
    }

    @Test
    void knownNamesAreTheConstants() {
        assertThat((Object) name("grpc-timeout").name()).isSameAs(HeaderNames.GRPC_TIMEOUT);
        assertThat((Object) name(":path").name()).isSameAs(HeaderNames.PATH);
        assertThat((Object) field("x-request-id", "1").name()).isSameAs(HeaderNames.X_REQUEST_ID);
        name("x-mine");
        HeaderField mine = name("x-mine");
        assertThat(name("x-mine")).isSameAs(mine);
        assertThat((Object) field("x-mine", "a").name()).isSameAs(mine.name());
    }

    /** Half a million values of one client, each of them once: none gets in, so nothing of the others gets out. */
    @Test
    void uniqueValuesDriveOutNothing() {
        List<HeaderField> hot = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            hot.add(settled("x-hot", "value " + i));
        }
        for (int i = 0; i < 500_000; i++) {
            field("x-attack", "value " + i);
        }
        int kept = 0;
        for (HeaderField f : hot) {
            kept += find(f) == f ? 1 : 0;
        }
        // The hash may give more of them to one set than it has places.
        assertThat(kept).as("of %d fields", hot.size()).isGreaterThan(hot.size() * 98 / 100);
    }

    /**
     * The best that a client can do: it sends each value as often as it takes to get in. It has a hundred times the traffic of the others
     * together, and what they use stays.
     */
    @Test
    void aClientThatRepeatsItselfDoesNotDriveOutWhatIsUsed() {
        List<HeaderField> hot = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            hot.add(settled("x-hot", "value " + i));
        }
        Random random = new Random(1);
        int lost = 0;
        int uses = 0;
        for (int i = 0; i < 200_000; i++) {
            for (int k = 0; k < 6; k++) {
                field("x-attack", "value " + i);
            }
            if (i % 16 == 0) {
                int h = random.nextInt(hot.size());
                HeaderField f = find(hot.get(h));
                uses++;
                lost += f == hot.get(h) ? 0 : 1;
                hot.set(h, f);
            }
        }
        assertThat(uses).isGreaterThan(10_000);
        assertThat(lost).as("of %d uses, those that found another object", uses).isLessThan(uses / 50);
    }

    /** What nobody uses any more makes room. */
    @Test
    void theInternerFollowsTheTraffic() {
        for (int day = 0; day < 5; day++) {
            for (int use = 0; use < FieldInterner.AGING_LOOKUPS * 5 / 500; use++) {
                for (int i = 0; i < 500; i++) {
                    field("x-day", day + " value " + i);
                }
            }
            int kept = 0;
            for (int i = 0; i < 500; i++) {
                HeaderField f = field("x-day", day + " value " + i);
                kept += field("x-day", day + " value " + i) == f ? 1 : 0;
            }
            assertThat(kept).as("day %d", day).isGreaterThan(400);
        }
    }

    private HeaderField settled(String name, String value) {
        HeaderField f = field(name, value);
        for (int i = 0; i < 20; i++) {
            f = field(name, value);
        }
        return f;
    }

    private HeaderField find(HeaderField f) {
        return interner.field(
                name("x-hot"),
                f.value().array(),
                f.value().arrayOffset(),
                f.value().length(),
                false);
    }

    private HeaderField name(String name) {
        byte[] b = bytes(name);
        return interner.name(b, 0, b.length);
    }

    private HeaderField field(String name, String value) {
        byte[] v = bytes(value);
        return interner.field(name(name), v, 0, v.length, false);
    }

    private HeaderField neverIndexed(String name, String value) {
        byte[] v = bytes(value);
        return interner.field(name(name), v, 0, v.length, true);
    }

    private static HeaderField ofText(String name, String value) {
        return HeaderField.of(new AsciiString(name), new AsciiString(value));
    }

    private static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.ISO_8859_1);
    }
}
