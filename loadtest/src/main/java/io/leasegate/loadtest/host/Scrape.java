package io.leasegate.loadtest.host;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** The metrics of a gateway at one moment, as its admin listener tells them. Immutable. */
public final class Scrape {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Map<String, Double> values;

    private Scrape(Map<String, Double> values) {
        this.values = values;
    }

    public static Scrape of(int adminPort) throws BenchFailure, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + adminPort + "/metrics");
        try {
            String text = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(uri).timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
            Map<String, Double> values = new TreeMap<>();
            for (String line : text.lines().toList()) {
                int end = line.lastIndexOf(' ');
                if (!line.startsWith("#") && end > 0) {
                    values.put(line.substring(0, end), Double.parseDouble(line.substring(end + 1)));
                }
            }
            return new Scrape(values);
        } catch (IOException | NumberFormatException e) {
            throw new BenchFailure("the metrics at " + uri + " cannot be read: " + e.getMessage(), e);
        }
    }

    private double value(String series) {
        return values.getOrDefault(series, 0d);
    }

    /** How much a series with the label has grown since; an empty label stands for none. */
    public double growth(Scrape since, String name, String label) {
        String series = label.isEmpty() ? name : name + "{" + label + "}";
        return value(series) - since.value(series);
    }

    /** The sum of a metric's series, whatever their labels. */
    public double sum(String name) {
        return sum(name, "");
    }

    /** The sum of a metric's series that have a label among others. */
    public double sum(String name, String label) {
        double sum = 0;
        for (Map.Entry<String, Double> e : values.entrySet()) {
            boolean isOfMetric = e.getKey().equals(name) || e.getKey().startsWith(name + "{");
            if (isOfMetric && e.getKey().contains(label)) {
                sum += e.getValue();
            }
        }
        return sum;
    }

    /** The largest value that a gauge shows. */
    public double gauge(String name, String label) {
        return value(label.isEmpty() ? name : name + "{" + label + "}");
    }

    /**
     * The upper end of the bucket that holds the quantile of what a histogram has taken in since, in seconds: the true value is that or
     * less. NaN when there was nothing, infinite above the last bucket.
     */
    public double quantile(Scrape since, String name, String label, double quantile) {
        double wanted = growth(since, name + "_count", label) * quantile;
        if (wanted == 0) {
            return Double.NaN;
        }
        String prefix = name + "_bucket{" + (label.isEmpty() ? "" : label + ",") + "le=\"";
        double best = Double.POSITIVE_INFINITY;
        for (Map.Entry<String, Double> e : values.entrySet()) {
            if (e.getKey().startsWith(prefix) && e.getValue() - since.value(e.getKey()) >= wanted) {
                String le = e.getKey().substring(prefix.length(), e.getKey().lastIndexOf('"'));
                best = Math.min(best, le.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(le));
            }
        }
        return best;
    }
}
