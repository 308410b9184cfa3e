package io.leasegate.proxy;

import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.routing.RequestHead;
import io.leasegate.routing.RoutingExplanation;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A call that nobody makes, as routing and balancing would see it: to find out where it would go. For use by one thread. */
public final class HypotheticalCall implements RequestHead {

    private final HeaderBlock headers = new HeaderBlock();
    private final AsciiString authority;
    private final AsciiString path;
    private final String source;
    private final byte[] sourceAddress;
    private final String listener;
    private final @Nullable AsciiString identity;
    private final long choice = ThreadLocalRandom.current().nextLong();

    /**
     * A gRPC call.
     *
     * @param authority empty for none; the header {@code host} stands for it then
     * @param path {@code /package.Service/Method}
     * @param headers further ones; the names in lower case
     * @param source the client's IP address, empty when it does not matter
     * @param identity who the client's certificate speaks for, null for a client without one
     * @param listener the name of the listener that it comes in by, empty when it does not matter
     */
    public HypotheticalCall(
            String authority,
            String path,
            List<Header> headers,
            String source,
            @Nullable String identity,
            String listener) {
        add(":method", "POST");
        add(":scheme", "http");
        add(":path", path);
        headers.forEach(h -> add(h.name(), h.value()));
        addMissing("content-type", "application/grpc");
        addMissing("te", "trailers");
        AsciiString host = this.headers.find("host");
        this.authority = authority.isEmpty() && host != null ? host : bytes(authority);
        if (!this.authority.isEmpty()) {
            this.headers.add(AsciiString.of(":authority"), this.authority);
        }
        this.path = bytes(path);
        this.source = source;
        byte[] address = NetUtil.createByteArrayFromIpAddressString(source);
        this.sourceAddress = address == null ? new byte[0] : address;
        this.listener = listener;
        this.identity = identity == null ? null : bytes(identity);
    }

    /**
     * A request header.
     *
     * @param name in lower case
     */
    public record Header(String name, String value) {}

    private void add(String name, String value) {
        headers.add(HeaderField.of(bytes(name), bytes(value)));
    }

    private void addMissing(String name, String value) {
        if (headers.find(name) == null) {
            add(name, value);
        }
    }

    /** As it would come off the wire. */
    private static AsciiString bytes(String text) {
        return new AsciiString(text.getBytes(StandardCharsets.UTF_8), false);
    }

    /** How it would end by what is known of its way: {@link Outcome#OK} where an instance can get it. */
    public Outcome outcome(RoutingExplanation way) {
        if (way.chosen() == null) {
            return CallRequest.namesMethod(path) ? Outcome.NO_SERVICE : Outcome.NO_ROUTE;
        }
        return way.destinations().stream().anyMatch(d -> d.chosen() && d.in() > 0)
                ? Outcome.OK
                : Outcome.NO_HEALTHY_ENDPOINT;
    }

    @Override
    public CharSequence authority() {
        return authority;
    }

    @Override
    public CharSequence path() {
        return path;
    }

    @Override
    public @Nullable CharSequence header(String name) {
        return headers.find(name);
    }

    @Override
    public CharSequence source() {
        return source;
    }

    @Override
    public CharSequence listener() {
        return listener;
    }

    @Override
    public byte[] sourceAddress() {
        return sourceAddress;
    }

    @Override
    public @Nullable CharSequence identity() {
        return identity;
    }

    @Override
    public long choice() {
        return choice;
    }
}
