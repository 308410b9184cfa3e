package io.leasegate.dns;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.resolver.ResolvedAddressTypes;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A type of records that can be asked for.
 *
 * @param <T> what a record of it says
 */
public final class DnsType<T> {

    /** IPv4 addresses. */
    public static final DnsType<InetAddress> A =
            new DnsType<>(DnsRecordType.A, ResolvedAddressTypes.IPV4_ONLY, data -> address(data, 4));

    /** IPv6 addresses. */
    public static final DnsType<InetAddress> AAAA =
            new DnsType<>(DnsRecordType.AAAA, ResolvedAddressTypes.IPV6_ONLY, data -> address(data, 16));

    /** Servers of a service. */
    public static final DnsType<SrvRecord> SRV = new DnsType<>(DnsRecordType.SRV, null, DnsType::server);

    /** What stands for a host; nothing for "there is none". Names come from elsewhere, and go into messages, metrics and URLs. */
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_.-]{0,253}");

    private final DnsRecordType type;
    private final @Nullable ResolvedAddressTypes inHostsFile;
    private final Function<ByteBuf, T> reader;

    private DnsType(DnsRecordType type, @Nullable ResolvedAddressTypes inHostsFile, Function<ByteBuf, T> reader) {
        this.type = type;
        this.inHostsFile = inHostsFile;
        this.reader = reader;
    }

    DnsRecordType type() {
        return type;
    }

    /** Which addresses in the hosts file are of the type; null when nothing there can be. */
    @Nullable
    ResolvedAddressTypes inHostsFile() {
        return inHostsFile;
    }

    /**
     * What the data of a record say.
     *
     * @param data their bytes; a name in them may point to elsewhere in the message
     * @throws CorruptedFrameException when they are not of the type
     */
    T read(ByteBuf data) {
        return reader.apply(data);
    }

    private static InetAddress address(ByteBuf data, int length) {
        byte[] bytes = new byte[length];
        if (data.readableBytes() != length) {
            throw new CorruptedFrameException("an address of " + data.readableBytes() + " bytes");
        }
        data.readBytes(bytes);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + length + " bytes", e);
        }
    }

    private static SrvRecord server(ByteBuf data) {
        if (data.readableBytes() < 7) {
            throw new CorruptedFrameException("a SRV record of " + data.readableBytes() + " bytes");
        }
        int priority = data.readUnsignedShort();
        int weight = data.readUnsignedShort();
        int port = data.readUnsignedShort();
        String host = withoutDot(DefaultDnsRecordDecoder.decodeName(data));
        if (!HOST.matcher(host).matches()) {
            throw new CorruptedFrameException("a SRV record whose target is no host name");
        }
        return new SrvRecord(priority, weight, port, host);
    }

    private static String withoutDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    /** As messages have it: {@code A}, {@code AAAA}, {@code SRV}. */
    @Override
    public String toString() {
        return type.name();
    }
}
