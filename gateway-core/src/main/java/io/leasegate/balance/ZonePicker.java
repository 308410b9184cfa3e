package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import org.jspecify.annotations.Nullable;

/** A zone by its share, then an endpoint of it; of all endpoints where the zone has none for the call, or is still too fresh for it. */
final class ZonePicker implements Picker {

    private final Candidates all;
    private final Picker overall;
    private final Candidates[] zones;
    private final Picker[] pickers;
    private final double[] upTo;

    /**
     * A picker of at least one zone.
     *
     * @param overall over all candidates
     * @param pickers over those of the zone with the same index
     * @param upTo the shares of the zones, each with those before it
     */
    ZonePicker(Candidates all, Picker overall, Candidates[] zones, Picker[] pickers, double[] upTo) {
        this.all = all;
        this.overall = overall;
        this.zones = zones;
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
        if (!all.holdsBack(zones[zone], request)) {
            Endpoint e = pickers[zone].pick(request);
            if (e != null && !request.tried(e)) {
                return e;
            }
        }
        return overall.pick(request);
    }
}
