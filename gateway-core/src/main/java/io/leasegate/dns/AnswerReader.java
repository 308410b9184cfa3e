package io.leasegate.dns;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a response says of a name, through the aliases (CNAME) that it holds. For one response; leaves it to its owner. */
final class AnswerReader<T> {

    private static final int MAX_ALIASES = 16;

    private final DnsResponse response;
    private final DnsType<T> type;
    private String name;
    private long ttlSeconds;

    /**
     * @param name the full name that was asked for
     * @param ttlSeconds how long that counts which led to this name
     */
    AnswerReader(DnsResponse response, DnsType<T> type, String name, long ttlSeconds) {
        this.response = response;
        this.type = type;
        this.name = name;
        this.ttlSeconds = ttlSeconds;
    }

    /** The name at which the aliases end; the one that was asked for where there are none. */
    String name() {
        return name;
    }

    /** How long that counts which led to the records or, where there are none, to the name. */
    long ttlSeconds() {
        return ttlSeconds;
    }

    /**
     * The records; empty for none.
     *
     * @throws CorruptedFrameException when the response is malformed
     */
    List<T> read() {
        for (int i = 0; i < MAX_ALIASES; i++) {
            List<T> found = records();
            if (!found.isEmpty()) {
                return found;
            }
            DnsRawRecord alias = first(DnsRecordType.CNAME);
            if (alias == null) {
                break;
            }
            ttlSeconds = Math.min(ttlSeconds, alias.timeToLive());
            name = DefaultDnsRecordDecoder.decodeName(alias.content().duplicate());
        }
        return List.of();
    }

    /** What it means that there are no records. */
    DnsAnswer.None<T> none() {
        boolean noName = response.code().equals(DnsResponseCode.NXDOMAIN);
        return new DnsAnswer.None<>(
                noName ? "there is no such name (NXDOMAIN)" : "the name has no " + type + " record", negativeTtl());
    }

    private List<T> records() {
        List<T> found = new ArrayList<>();
        int count = response.count(DnsSection.ANSWER);
        for (int i = 0; i < count; i++) {
            DnsRecord record = response.recordAt(DnsSection.ANSWER, i);
            if (isOf(record, type.type()) && record instanceof DnsRawRecord raw) {
                ttlSeconds = Math.min(ttlSeconds, raw.timeToLive());
                ByteBuf data = raw.content().duplicate();
                found.add(type.read(data));
            }
        }
        return found;
    }

    private @Nullable DnsRawRecord first(DnsRecordType wanted) {
        for (int i = 0; i < response.count(DnsSection.ANSWER); i++) {
            DnsRecord record = response.recordAt(DnsSection.ANSWER, i);
            if (isOf(record, wanted) && record instanceof DnsRawRecord raw) {
                return raw;
            }
        }
        return null;
    }

    private boolean isOf(DnsRecord record, DnsRecordType wanted) {
        return record.type().equals(wanted) && record.name().equalsIgnoreCase(name);
    }

    /** RFC 2308 section 5: the time to live of the SOA record that comes with it; 0 without one. */
    private long negativeTtl() {
        for (int i = 0; i < response.count(DnsSection.AUTHORITY); i++) {
            DnsRecord record = response.recordAt(DnsSection.AUTHORITY, i);
            if (record.type().equals(DnsRecordType.SOA)) {
                return record.timeToLive();
            }
        }
        return 0;
    }
}
