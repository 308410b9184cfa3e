package io.leasegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import org.junit.jupiter.api.Test;

/** What is kept of a call that has ended is bounded. */
class KeptRecordTest {

    private static ExchangeRecord record(String path, String authority) {
        Caller caller = new Caller("10.0.0.1:4000", "main", null);
        ExchangeRecord record = new ExchangeRecord(caller, new AsciiString(path), new AsciiString("id"));
        record.authority(new AsciiString(authority));
        return record;
    }

    @Test
    void longTextsAreCut() {
        ExchangeRecord record = record("/" + "p".repeat(20_000), "a".repeat(20_000));
        record.detail("d".repeat(20_000));
        record.end(Outcome.NO_SERVICE, 12, 0);
        AccessRecord kept = record.kept();
        assertThat(kept.path()).hasSize(AccessRecord.MOST_KEPT_CHARS);
        assertThat(((AsciiString) kept.path()).array()).as("the rest is let go").hasSize(AccessRecord.MOST_KEPT_CHARS);
        assertThat(((AsciiString) kept.authority()).array()).hasSize(AccessRecord.MOST_KEPT_CHARS);
        assertThat(kept.detail()).hasSize(AccessRecord.MOST_KEPT_CHARS);
        assertThat(kept.route()).isEqualTo(-1);
    }

    @Test
    void whatIsShortStaysTheSame() {
        ExchangeRecord record = record("/a.B/C", "h");
        CharSequence path = record.path();
        record.end(Outcome.OK, 0, 0);
        assertThat(record.kept()).isSameAs(record);
        assertThat(record.path()).isSameAs(path);
        assertThat(record.detail()).isNull();
    }
}
