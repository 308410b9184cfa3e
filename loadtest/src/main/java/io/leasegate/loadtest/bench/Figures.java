package io.leasegate.loadtest.bench;

import java.util.EnumMap;
import java.util.Map;

/**
 * What one measurement of one peer came to. Immutable.
 *
 * @param values by metric; one that was not measured is missing
 * @param failure what went wrong, or empty
 */
public record Figures(Map<Metric, Double> values, String failure) {

    public Figures {
        values = values.isEmpty() ? Map.of() : Map.copyOf(new EnumMap<>(values));
    }

    public static Figures of(Map<Metric, Double> values) {
        return new Figures(values, "");
    }

    static Figures failed(String why) {
        return new Figures(Map.of(), why);
    }
}
