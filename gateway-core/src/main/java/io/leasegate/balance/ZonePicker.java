package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import org.jspecify.annotations.Nullable;

/** A zone by its share, then an endpoint of it; whatever there is when the zone has none for the call. */
final class ZonePicker implements Picker {

    private final Candidates all;
    private final Picker[] pickers;
    private final double[] upTo;

    /** @param upTo the shares of the zones, each with those before it */
    ZonePicker(Candidates all, Picker[] pickers, double[] upTo) {
        this.all = all;
        this.pickers = pickers;
        this.upTo = upTo;
    }

    @Override
    public @Nullable Endpoint pick(PickRequest request) {
        int zone = 0;
        if (pickers.length > 1) {
            double at = Candidates.unit(request.random());
            while (zone < pickers.length - 1 && at >= upTo[zone]) {
                zone++;
            }
        }
        Endpoint e = pickers[zone].pick(request);
        if (e != null && !request.tried(e)) {
            return e;
        }
        return all.any(request);
    }
}
