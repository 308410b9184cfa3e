package io.leasegate.proxy;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.filter.RequestContext;
import io.leasegate.filter.RequestFilter;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.h2.HeaderNames;
import io.leasegate.routing.HeaderChanges;
import io.leasegate.routing.RequestHead;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The request of one call as routing, balancing and filters see it. Used on the call's event loop. */
final class CallRequest implements RequestHead, RequestContext {

    private static final int MAX_REQUEST_ID_BYTES = 128;
    private static final int MAX_ATTEMPT_DIGITS = 6;

    private final DownstreamConnection connection;
    private final HeaderBlock headers;
    private final AsciiString path;
    private final ExchangeRecord record;
    private AsciiString authority;
    private HeaderChanges changes = HeaderChanges.NONE;
    private long choice;
    private @Nullable Endpoint tried;
    private @Nullable List<Endpoint> triedBefore;
    private boolean upstreamTls;

    CallRequest(DownstreamConnection connection, HeaderBlock headers) {
        this.connection = connection;
        this.headers = headers;
        this.path = orEmpty(headers.get(HeaderNames.PATH));
        this.authority = orEmpty(headers.get(HeaderNames.AUTHORITY));
        this.record = new ExchangeRecord(connection.caller(), path, requestIdOf(headers, connection.loop()));
        record.authority(authority);
    }

    private static AsciiString orEmpty(@Nullable AsciiString value) {
        return value == null ? AsciiString.EMPTY_STRING : value;
    }

    private static AsciiString requestIdOf(HeaderBlock headers, ProxyLoop loop) {
        AsciiString given = headers.get(HeaderNames.X_REQUEST_ID);
        return given != null && !given.isEmpty() && given.length() <= MAX_REQUEST_ID_BYTES
                ? given
                : loop.nextRequestId();
    }

    /** Without an {@code :authority}, {@code host} stands for it (RFC 9113 section 8.3.1). */
    void completeAuthority() {
        if (!authority.isEmpty()) {
            return;
        }
        AsciiString host = headers.get(HeaderNames.HOST);
        if (host != null && !host.isEmpty()) {
            authority = host;
            record.authority(host);
            headers.addFirst(HeaderField.of(HeaderNames.AUTHORITY, host));
        }
    }

    HeaderBlock headers() {
        return headers;
    }

    ExchangeRecord record() {
        return record;
    }

    /** Whether the path has the form of a gRPC method's, so that a miss may be one of the service rather than of the route. */
    boolean namesMethod() {
        return namesMethod(path);
    }

    static boolean namesMethod(AsciiString path) {
        return path.indexOf('/', 1) > 1;
    }

    /** What the route changes in headers; another one when the call is routed again. */
    void changes(HeaderChanges ofRoute) {
        changes = ofRoute;
    }

    /**
     * The headers that an instance gets: a copy, with what the gateway and the route add and without what they remove.
     *
     * @param tls whether the instance is spoken to in TLS
     */
    HeaderBlock toForward(boolean tls) {
        upstreamTls = tls;
        HeaderBlock copy = connection.loop().copyForForwarding(headers);
        List<RequestFilter> filters = filters();
        for (int i = 0; i < filters.size(); i++) {
            // Without an iterator, which would be an object per call.
            filters.get(i).onRequest(this, copy);
        }
        edit(copy, changes.request());
        return copy;
    }

    /** The same for the headers that the client gets, the gateway's own answers among them. */
    void editResponse(HeaderBlock response) {
        edit(response, changes.response());
    }

    private void edit(HeaderBlock block, HeaderChanges.Edit edit) {
        if (!edit.isEmpty()) {
            connection.loop().edit(edit).apply(block);
        }
    }

    /** The call is given to this endpoint: the next pick would rather have another one. */
    void noteTried(Endpoint endpoint) {
        if (triedBefore != null && tried != null) {
            triedBefore.add(tried);
        }
        tried = endpoint;
    }

    /** Each pick would rather have an endpoint that none before has had, and not only another one than the last. */
    void rememberTried() {
        triedBefore = new ArrayList<>(2);
    }

    /**
     * Tells the instance of attempts before this one, those of a caller that retries itself included (gRFC A6).
     *
     * @param attempts of ours, 1 or more
     */
    void tellAttempts(HeaderBlock forwarded, int attempts) {
        AsciiString callers = headers.get(HeaderNames.GRPC_PREVIOUS_RPC_ATTEMPTS);
        int before = 0;
        if (callers != null && !callers.isEmpty() && callers.length() <= MAX_ATTEMPT_DIGITS) {
            for (int i = 0; i < callers.length(); i++) {
                int d = callers.byteAt(i) - '0';
                before = d < 0 || d > 9 ? 0 : before * 10 + d;
            }
        }
        AsciiString sum = new AsciiString(Integer.toString(before + attempts));
        forwarded.set(HeaderField.of(HeaderNames.GRPC_PREVIOUS_RPC_ATTEMPTS, sum));
    }

    void filterTrailers(HeaderBlock trailers) {
        for (RequestFilter f : filters()) {
            f.onTrailers(trailers);
        }
    }

    private List<RequestFilter> filters() {
        return connection.loop().gateway().filters();
    }

    // RequestHead

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
    public @Nullable CharSequence identity() {
        return connection.identity();
    }

    @Override
    public CharSequence listener() {
        return connection.listener();
    }

    @Override
    public byte[] sourceAddress() {
        return connection.sourceAddress();
    }

    @Override
    public long choice() {
        if (choice == 0) {
            choice = random() | 1;
        }
        return choice;
    }

    // PickRequest

    @Override
    public CharSequence source() {
        return connection.forwardedFor().value();
    }

    @Override
    public int loop() {
        return connection.loop().number();
    }

    @Override
    public long random() {
        return connection.loop().random();
    }

    @Override
    public long nowNanos() {
        return record.pickNanos();
    }

    @Override
    public boolean tried(Endpoint endpoint) {
        return endpoint == tried || (triedBefore != null && triedBefore.contains(endpoint));
    }

    // RequestContext

    @Override
    public HeaderField forwardedFor() {
        return connection.forwardedFor();
    }

    @Override
    public AsciiString requestId() {
        return record.requestId();
    }

    @Override
    public boolean upstreamTls() {
        return upstreamTls;
    }

    @Override
    public boolean downstreamTls() {
        return connection.isTls();
    }

    @Override
    public @Nullable HeaderField identityField() {
        return connection.identityField();
    }
}
