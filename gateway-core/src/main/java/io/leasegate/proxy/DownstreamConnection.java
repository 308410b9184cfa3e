package io.leasegate.proxy;

import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2ConnectionListener;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.h2.HeaderNames;
import io.leasegate.h2.Violation;
import io.leasegate.tls.TlsPeer;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** One client's connection: makes an {@link Exchange} of each stream. Used on its event loop only. */
final class DownstreamConnection implements H2ConnectionListener {

    /** A client that comes for one call should not take a place in the compression tables toward instances. */
    private static final int STREAMS_OF_A_REGULAR = 4;

    private static final int WARY_CALLS = 1_000;

    private final ProxyLoop loop;
    private final ListenerSettings listener;
    private final @Nullable TlsPeer peer;
    private final @Nullable HeaderField identityField;
    private final Caller caller;
    private HeaderField forwardedFor;
    private int streams;
    private int batch;
    /** How many of the next calls wait until their batch is read. */
    private int wary;

    private final byte[] sourceAddress;
    private @Nullable Exchange firstArrived;
    private @Nullable Exchange lastArrived;

    /** @param peer what the handshake found out, null for clear text */
    DownstreamConnection(
            ProxyLoop loop, ListenerSettings listener, @Nullable SocketAddress remote, @Nullable TlsPeer peer) {
        this.loop = loop;
        this.listener = listener;
        this.peer = peer;
        AsciiString header = listener.tls() == null ? null : listener.tls().identityHeader();
        AsciiString identity = peer == null ? null : peer.identity();
        this.identityField = header == null || identity == null ? null : HeaderField.of(header, identity);
        if (remote instanceof InetSocketAddress inet && inet.getAddress() != null) {
            String ip = inet.getAddress().getHostAddress();
            int zone = ip.indexOf('%');
            ip = zone < 0 ? ip : ip.substring(0, zone);
            this.forwardedFor = HeaderField.of(HeaderNames.X_FORWARDED_FOR, new AsciiString(ip));
            String host = ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip;
            this.sourceAddress = inet.getAddress().getAddress();
            this.caller = new Caller(host + ":" + inet.getPort(), listener.name(), identity);
        } else {
            this.forwardedFor = HeaderField.of(HeaderNames.X_FORWARDED_FOR, new AsciiString("unknown"));
            this.sourceAddress = new byte[0];
            this.caller = new Caller("unknown", listener.name(), identity);
        }
    }

    ProxyLoop loop() {
        return loop;
    }

    String listener() {
        return listener.name();
    }

    /** The client's IP address, 4 or 16 bytes; empty when it has none. */
    byte[] sourceAddress() {
        return sourceAddress;
    }

    /** Who is on the other side. */
    Caller caller() {
        return caller;
    }

    boolean isTls() {
        return peer != null;
    }

    /** Who the client's certificate speaks for, null when it showed none. */
    @Nullable
    AsciiString identity() {
        return peer == null ? null : peer.identity();
    }

    /** The header field that tells instances so, null for none. */
    @Nullable
    HeaderField identityField() {
        return identityField;
    }

    /** For whose header list exceeds the limit. */
    String describeOversized(long listBytes) {
        return "the request's header list has " + listBytes + " bytes and exceeds the limit of "
                + listener.protocol().maxHeaderListBytes() + " (listeners[].max-header-list of listener " + listener()
                + ")";
    }

    /** The header field that tells instances the client's IP address. */
    HeaderField forwardedFor() {
        return forwardedFor;
    }

    @Override
    public H2StreamListener onStream(H2Stream stream, HeaderBlock headers, boolean endStream) {
        if (++streams == STREAMS_OF_A_REGULAR) {
            forwardedFor = forwardedFor.repeated();
        }
        Exchange exchange = new Exchange(this, stream, headers, endStream);
        exchange.arrived();
        if (wary == 0) {
            exchange.start();
            return exchange;
        }
        wary--;
        if (lastArrived == null) {
            firstArrived = exchange;
        } else {
            lastArrived.nextArrived = exchange;
        }
        lastArrived = exchange;
        return exchange;
    }

    /** Changes with each batch of bytes. */
    int batch() {
        return batch;
    }

    /**
     * A call was cancelled in the very bytes that it came in. From now on calls go on their way once all is known that came along with them,
     * so that such ones cost no instance anything (CVE-2023-44487). That costs us a little, so who does it no more is trusted again.
     */
    void cancelledAtOnce() {
        wary = WARY_CALLS;
    }

    @Override
    public void onBatchRead() {
        batch++;
        Exchange exchange = firstArrived;
        firstArrived = null;
        lastArrived = null;
        while (exchange != null) {
            Exchange next = exchange.nextArrived;
            exchange.nextArrived = null;
            exchange.start();
            exchange = next;
        }
    }

    @Override
    public void onOversizedRequest(H2Stream stream, HeaderBlock headers, long listBytes) {
        // Whether the body has ended is the codec's to know; the reply ends the stream either way.
        new Exchange(this, stream, headers, false).rejectOversized(listBytes);
    }

    @Override
    public void onViolation(H2Connection connection, Violation violation, long errorCode, String what) {
        loop.gateway().connections().onClientViolation(listener.name(), caller.address(), violation, errorCode, what);
    }

    @Override
    public void onClosed(H2Connection connection, @Nullable Throwable cause) {
        loop.removeDownstream(connection);
        loop.gateway().connections().onDownstreamClose(listener.name());
    }
}
