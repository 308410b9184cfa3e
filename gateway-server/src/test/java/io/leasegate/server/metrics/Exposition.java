package io.leasegate.server.metrics;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Prometheus text of version 0.0.4, read strictly: whatever Prometheus would refuse or silently merge is an error here.
 */
final class Exposition {

    record Sample(String name, Map<String, String> labels, double value) {}

    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (counter|gauge|histogram|summary|untyped)");
    private static final Pattern HELP = Pattern.compile("# HELP (\\S+) (.*)");
    private static final Pattern SAMPLE = Pattern.compile("([^{ ]+)(?:\\{(.*)\\})? (\\S+)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\\\\\"n])*)\"(?:,|$)");

    private final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, String> helps = new HashMap<>();
    private final List<Sample> samples = new ArrayList<>();
    private final Set<String> series = new HashSet<>();
    private @Nullable String family;

    private Exposition() {}

    static Exposition parse(String text) {
        if (!text.endsWith("\n")) {
            throw new AssertionError("the last line has no line feed");
        }
        Exposition e = new Exposition();
        for (String line : text.substring(0, text.length() - 1).split("\n", -1)) {
            try {
                e.line(line);
            } catch (RuntimeException | AssertionError cause) {
                throw new AssertionError("line: " + line, cause);
            }
        }
        e.checkHistograms();
        return e;
    }

    Map<String, String> types() {
        return types;
    }

    Map<String, String> helps() {
        return helps;
    }

    List<Sample> samples() {
        return samples;
    }

    /** The value of the one sample with the name and exactly these labels, given as key, value, key, value. */
    double value(String name, String... labels) {
        Map<String, String> wanted = new TreeMap<>();
        for (int i = 0; i < labels.length; i += 2) {
            wanted.put(labels[i], labels[i + 1]);
        }
        for (Sample s : samples) {
            if (s.name().equals(name) && s.labels().equals(wanted)) {
                return s.value();
            }
        }
        throw new AssertionError("no sample " + name + wanted + " among "
                + samples.stream().filter(s -> s.name().equals(name)).toList());
    }

    private void line(String line) {
        Matcher help = HELP.matcher(line);
        Matcher type = TYPE.matcher(line);
        if (help.matches()) {
            require(helps.put(help.group(1), help.group(2)) == null, "second HELP");
            require(!types.containsKey(help.group(1)), "HELP after TYPE");
        } else if (type.matches()) {
            require(types.put(type.group(1), type.group(2)) == null, "second TYPE");
            require(NAME.matcher(type.group(1)).matches(), "name");
            family = type.group(1);
        } else {
            require(!line.startsWith("#"), "a comment that is neither HELP nor TYPE");
            sample(line);
        }
    }

    private void sample(String line) {
        Matcher m = SAMPLE.matcher(line);
        require(m.matches(), "not a sample");
        String name = m.group(1);
        require(NAME.matcher(name).matches(), "name");
        String current = family;
        require(current != null && belongs(name, current, types.getOrDefault(current, "")), "not of family " + current);
        Map<String, String> labels = labels(m.group(2) == null ? "" : m.group(2));
        require(series.add(name + labels), "second sample of one series");
        samples.add(new Sample(name, labels, number(m.group(3))));
    }

    private static boolean belongs(String name, String family, String type) {
        if (type.equals("histogram")) {
            return name.equals(family + "_bucket") || name.equals(family + "_sum") || name.equals(family + "_count");
        }
        return name.equals(family)
                || (type.equals("summary") && (name.equals(family + "_sum") || name.equals(family + "_count")));
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new TreeMap<>();
        Matcher m = LABEL.matcher(text);
        int end = 0;
        while (end < text.length()) {
            require(m.find(end) && m.start() == end, "label at " + end);
            require(labels.put(m.group(1), m.group(2)) == null, "second label of a name");
            end = m.end();
        }
        require(!text.endsWith(","), "trailing comma");
        return labels;
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    private void checkHistograms() {
        types.forEach((name, type) -> {
            if (type.equals("histogram")) {
                checkHistogram(name);
            }
        });
    }

    private void checkHistogram(String name) {
        Map<Map<String, String>, List<Sample>> buckets = new LinkedHashMap<>();
        for (Sample s : samples) {
            if (s.name().equals(name + "_bucket")) {
                Map<String, String> labels = new TreeMap<>(s.labels());
                require(labels.remove("le") != null, "bucket without le");
                buckets.computeIfAbsent(labels, l -> new ArrayList<>()).add(s);
            }
        }
        buckets.forEach((labels, list) -> {
            double le = Double.NEGATIVE_INFINITY;
            double count = 0;
            for (Sample s : list) {
                double next = number(s.labels().getOrDefault("le", ""));
                require(next > le && s.value() >= count, name + labels + ": buckets out of order");
                le = next;
                count = s.value();
            }
            require(le == Double.POSITIVE_INFINITY, name + labels + ": no +Inf bucket");
            require(count == value(name + "_count", flat(labels)), name + labels + ": +Inf is not the count");
            require(!Double.isNaN(value(name + "_sum", flat(labels))), name + labels + ": sum");
        });
    }

    private static String[] flat(Map<String, String> labels) {
        List<String> flat = new ArrayList<>();
        labels.forEach((k, v) -> {
            flat.add(k);
            flat.add(v);
        });
        return flat.toArray(new String[0]);
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }
}
