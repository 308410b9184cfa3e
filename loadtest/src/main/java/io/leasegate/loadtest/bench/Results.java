package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.host.Machine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A whole run. Immutable.
 *
 * @param machine what it ran on
 * @param settings how it was measured
 * @param versions of the peers by their names, in their order
 * @param scenarios in their order
 */
public record Results(
        Machine machine, Settings settings, Map<String, String> versions, List<ScenarioResult> scenarios) {

    public Results {
        versions = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(versions));
        scenarios = List.copyOf(scenarios);
    }
}
