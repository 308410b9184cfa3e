package io.leasegate.proxy;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.routing.Destination;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an {@link Exchange} notes of itself on its way. Used on the call's event loop. */
final class ExchangeRecord implements AccessRecord {

    private final Caller caller;
    private final AsciiString requestId;
    private final long startNanos = System.nanoTime();
    private final long startEpochMillis = System.currentTimeMillis();
    private AsciiString path;
    private AsciiString authority = AsciiString.EMPTY_STRING;
    private Outcome outcome = Outcome.INTERNAL;
    private int grpcStatus = -1;
    private @Nullable String service;
    private @Nullable Endpoint endpoint;
    private @Nullable String detail;
    private List<EarlierPick> earlierPicks = List.of();
    private int route = Destination.NO_ROUTE;
    private int tries;
    private int attempts;
    private long revision;
    private long routedNanos = -1;
    private long pickedNanos = -1;
    private long sentNanos = -1;
    private long firstResponseNanos = -1;
    private long totalNanos;
    private long requestBytes;
    private long responseBytes;

    ExchangeRecord(Caller caller, AsciiString path, AsciiString requestId) {
        this.caller = caller;
        this.path = path;
        this.requestId = requestId;
    }

    void authority(AsciiString value) {
        authority = value;
    }

    void revision(long value) {
        revision = value;
    }

    /** It is known where the call goes. */
    void routed(Destination destination) {
        service = destination.cluster().name();
        route = destination.route();
    }

    void detail(String text) {
        detail = text;
    }

    /** @param lastFailure what came of the pick before, in words */
    void picked(Endpoint e, String lastFailure) {
        long elapsed = elapsedNanos();
        if (routedNanos < 0) {
            routedNanos = elapsed;
        } else if (endpoint != null && earlierPicks.size() < MOST_EARLIER) {
            if (earlierPicks.isEmpty()) {
                earlierPicks = new ArrayList<>();
            }
            earlierPicks.add(new EarlierPick(endpoint.id().address(), pickedNanos, lastFailure));
        }
        pickedNanos = elapsed;
        endpoint = e;
        tries++;
    }

    /** Of several instances that the call is with at a time this one answers. */
    void answeredBy(Endpoint e) {
        endpoint = e;
    }

    /** Returns the time of {@link System#nanoTime}. */
    long sent() {
        attempts++;
        long elapsed = elapsedNanos();
        if (sentNanos < 0) {
            sentNanos = elapsed;
        }
        return startNanos + elapsed;
    }

    void responded() {
        firstResponseNanos = elapsedNanos();
    }

    void responseBytes(int more) {
        responseBytes += more;
    }

    void end(Outcome how, int status, long bytesOfRequest) {
        outcome = how;
        grpcStatus = status;
        requestBytes = bytesOfRequest;
        totalNanos = elapsedNanos();
    }

    /** The time for the next pick. The first follows the request's headers at once and needs no look at the clock. */
    long pickNanos() {
        return tries == 0 ? startNanos : System.nanoTime();
    }

    /** Since the request's headers. */
    long elapsedNanos() {
        return System.nanoTime() - startNanos;
    }

    /** When the call ended, by the clock of {@link System#nanoTime}. */
    long endNanos() {
        return startNanos + totalNanos;
    }

    /** How many instances were picked, whether or not the call reached them. */
    int tries() {
        return tries;
    }

    @Override
    public Outcome outcome() {
        return outcome;
    }

    @Override
    public int grpcStatus() {
        return grpcStatus;
    }

    @Override
    public @Nullable String service() {
        return service;
    }

    @Override
    public int route() {
        return route;
    }

    @Override
    public List<EarlierPick> earlierPicks() {
        return earlierPicks;
    }

    @Override
    public CharSequence path() {
        return path;
    }

    @Override
    public CharSequence authority() {
        return authority;
    }

    @Override
    public @Nullable String endpointAddress() {
        return endpoint == null ? null : endpoint.id().address();
    }

    @Override
    public int attempts() {
        return attempts;
    }

    @Override
    public AsciiString requestId() {
        return requestId;
    }

    @Override
    public String downstreamAddress() {
        return caller.address();
    }

    @Override
    public @Nullable CharSequence identity() {
        return caller.identity();
    }

    @Override
    public String listener() {
        return caller.listener();
    }

    @Override
    public long revision() {
        return revision;
    }

    @Override
    public @Nullable String detail() {
        return detail;
    }

    @Override
    public long startEpochMillis() {
        return startEpochMillis;
    }

    @Override
    public long routedNanos() {
        return routedNanos;
    }

    @Override
    public long pickedNanos() {
        return pickedNanos;
    }

    @Override
    public long sentNanos() {
        return sentNanos;
    }

    @Override
    public long firstResponseNanos() {
        return firstResponseNanos;
    }

    @Override
    public long totalNanos() {
        return totalNanos;
    }

    @Override
    public long requestBytes() {
        return requestBytes;
    }

    @Override
    public long responseBytes() {
        return responseBytes;
    }

    @Override
    public AccessRecord kept() {
        path = cut(path);
        authority = cut(authority);
        if (detail != null && detail.length() > MOST_KEPT_CHARS) {
            detail = detail.substring(0, MOST_KEPT_CHARS);
        }
        return this;
    }

    private static AsciiString cut(AsciiString text) {
        return text.length() <= MOST_KEPT_CHARS ? text : text.subSequence(0, MOST_KEPT_CHARS, true);
    }
}
