package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A zone by its share, then an endpoint of it; of all endpoints where the zone has none for the call, or is still too fresh for it. */
final class ZonePicker implements Picker {

    /** What a sum of shares may be off by. */
    private static final double ROUNDING = 1e-9;

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

    @Override
    public PickExplanation explain(PickRequest request) {
        PickExplanation everywhere = overall.explain(request);
        IdentityHashMap<Endpoint, PickExplanation.Candidacy> ofZones = new IdentityHashMap<>();
        Map<String, Double> byZone = new LinkedHashMap<>();
        double toAll = 0;
        double before = 0;
        for (int z = 0; z < zones.length; z++) {
            double share = (z == zones.length - 1 ? 1 : upTo[z]) - before;
            before += share;
            double stays = share * all.part(zones[z], request);
            double given = 0;
            for (PickExplanation.Candidacy c : pickers[z].explain(request).candidates()) {
                if (c.in()) {
                    ofZones.put(c.endpoint(), c.withShare(c.share() * stays));
                    given += c.share();
                }
            }
            // Of a zone that is too large to tell, nobody knows who gets none.
            toAll += share - stays * (Double.isNaN(given) ? 1 : given);
            byZone.put(Candidates.zoneOf(zones[z].get(0)), share);
        }
        List<PickExplanation.Candidacy> candidates = new ArrayList<>();
        for (PickExplanation.Candidacy c : everywhere.candidates()) {
            PickExplanation.Candidacy ofZone = ofZones.get(c.endpoint());
            double share = (ofZone == null ? 0 : ofZone.share()) + (toAll < ROUNDING ? 0 : toAll * c.share());
            candidates.add(
                    !c.in()
                            ? c
                            : (ofZone == null ? c : ofZone)
                                    .withShare(share)
                                    .inZone(Candidates.zoneOf(c.endpoint()), byZone));
        }
        return everywhere.with(candidates, "a zone by its share of the calls, then " + everywhere.rule());
    }
}
