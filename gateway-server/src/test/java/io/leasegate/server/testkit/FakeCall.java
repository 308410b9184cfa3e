package io.leasegate.server.testkit;

import io.leasegate.proxy.AccessRecord;
import io.leasegate.proxy.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A call with settable facts. The start values are those of an ordinary one. */
public final class FakeCall implements AccessRecord {

    public Outcome outcome = Outcome.OK;
    public int grpcStatus = 0;
    public @Nullable String service = "echo";
    public CharSequence path = "/demo.Echo/Say";
    public CharSequence authority = "echo.local:8080";
    public @Nullable String endpointAddress = "127.0.0.1:50051";
    public int attempts = 1;
    public int route = -1;
    public List<EarlierPick> earlierPicks = List.of();
    public CharSequence requestId = "0af7651916cd43dd";
    public String downstreamAddress = "10.0.0.9:41000";
    public @Nullable CharSequence identity;
    public String listener = "main";
    public long revision = 42;
    public @Nullable String detail;
    public long startEpochMillis = 1_767_323_045_678L;
    public long routedNanos = 10_999;
    public long pickedNanos = 10_999;
    public long sentNanos = 25_000;
    public long firstResponseNanos = 1_100_000;
    public long totalNanos = 1_234_567;
    public long requestBytes = 12;
    public long responseBytes = 3456;

    /** A call that nothing is known of but that it came. */
    public static FakeCall unrouted() {
        FakeCall call = new FakeCall();
        call.outcome = Outcome.NO_SERVICE;
        call.grpcStatus = 12;
        call.service = null;
        call.endpointAddress = null;
        call.authority = "";
        call.attempts = 0;
        call.routedNanos = -1;
        call.pickedNanos = -1;
        call.sentNanos = -1;
        call.firstResponseNanos = -1;
        call.requestBytes = 0;
        call.responseBytes = 0;
        call.detail = "no service for this request: nothing is registered as 'x'";
        return call;
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
    public AccessRecord kept() {
        return this;
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
        return endpointAddress;
    }

    @Override
    public int attempts() {
        return attempts;
    }

    @Override
    public CharSequence requestId() {
        return requestId;
    }

    @Override
    public String downstreamAddress() {
        return downstreamAddress;
    }

    @Override
    public @Nullable CharSequence identity() {
        return identity;
    }

    @Override
    public String listener() {
        return listener;
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
}
