package io.leasegate.server.config;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.leasegate.h2.GrpcStatus;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;

/**
 * What the text of a value must be like, and what it is turned into.
 *
 * @param parser from the text to the value
 * @param placeholder stands in for a value that is missing or wrong, so that reading goes on and finds the other errors
 */
record Kind<T>(Parser<T> parser, T placeholder) {

    /** From the text of a value to the value. */
    interface Parser<T> {
        T parse(String text) throws Unexpected;
    }

    private static final java.util.regex.Pattern NUMBER_AND_UNIT =
            java.util.regex.Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*([A-Za-zµ]*)");

    private static final java.util.regex.Pattern PERCENTAGE =
            java.util.regex.Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*%");

    private static final Map<String, Long> NANOS_PER_UNIT = Map.of(
            "ns", 1L,
            "us", 1_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L,
            "d", 86_400_000_000_000L);

    private static final Map<String, Long> BYTES_PER_UNIT =
            Map.of("B", 1L, "KiB", 1024L, "MiB", 1024L * 1024, "GiB", 1024L * 1024 * 1024);

    /** 100000 days, since nanoseconds in a {@code long} end some years later. */
    private static final long MAX_NANOS = 100_000 * 86_400_000_000_000L;

    private static final String A_DURATION = "a duration with a unit such as 250ms, 5s or 2m";

    private static final String A_SIZE = "a size with a unit such as 64KiB or 1MiB";

    /** Any text that is not blank. */
    static final Kind<String> TEXT = new Kind<>(
            text -> {
                if (text.isBlank()) {
                    throw new Unexpected("a text that is not empty");
                }
                return text;
            },
            "-");

    /** Any text, even none. */
    static final Kind<String> ANY_TEXT = new Kind<>(text -> text, "");

    static final Kind<Boolean> FLAG = new Kind<>(
            text -> switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new Unexpected("true or false");
            },
            false);

    static final Kind<Integer> PORT = integer(1, 65535, "1-65535");

    /** A port to listen on: 0 picks a free one. */
    static final Kind<Integer> LISTEN_PORT = integer(0, 65535, "1-65535");

    static final Kind<Double> SHARE = new Kind<>(Kind::share, 0d);

    static final Kind<Duration> DURATION = new Kind<>(Kind::duration, Duration.ofSeconds(1));

    /** A duration above zero. */
    static final Kind<Duration> PERIOD = new Kind<>(
            text -> {
                Duration d = duration(text);
                if (d.isZero()) {
                    throw new Unexpected(A_DURATION + ", more than zero");
                }
                return d;
            },
            Duration.ofSeconds(1));

    static final Kind<Optional<Duration>> PERIOD_OR_NONE = orNone(PERIOD);

    static final Kind<GrpcStatus> FAILED_STATUS = new Kind<>(Kind::failedStatus, GrpcStatus.UNAVAILABLE);

    /** An expression in RE2 syntax; the text is kept. */
    static final Kind<String> REGEX = new Kind<>(
            text -> {
                try {
                    Pattern.compile(text);
                    return text;
                } catch (PatternSyntaxException e) {
                    throw new Unexpected("a regular expression in RE2 syntax: " + e.getDescription());
                }
            },
            "");

    static Kind<Integer> integer(int min, int max) {
        return integer(min, max, max == Integer.MAX_VALUE ? "a whole number from " + min : min + "-" + max);
    }

    private static Kind<Integer> integer(int min, int max, String expected) {
        return new Kind<>(
                text -> {
                    try {
                        int n = Integer.parseInt(text);
                        if (n >= min && n <= max) {
                            return n;
                        }
                    } catch (NumberFormatException e) {
                        // Told below, like a number out of range.
                    }
                    throw new Unexpected(expected);
                },
                Math.max(min, 1));
    }

    /** A size from {@code min} to {@code max} bytes. */
    static Kind<Integer> bytes(int min, int max) {
        return new Kind<>(
                text -> {
                    long bytes = amount(text, BYTES_PER_UNIT, A_SIZE);
                    if (bytes < min || bytes > max) {
                        throw new Unexpected(A_SIZE + ", from " + sizeText(min) + " to " + sizeText(max));
                    }
                    return (int) bytes;
                },
                min);
    }

    /** One of the constants of an enum, written in kebab case. */
    static <E extends Enum<E>> Kind<E> choice(Class<E> type) {
        E[] constants = type.getEnumConstants();
        return new Kind<>(
                text -> {
                    List<String> names = new ArrayList<>();
                    for (E constant : constants) {
                        String name = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
                        if (name.equals(text)) {
                            return constant;
                        }
                        names.add(name);
                    }
                    throw new Unexpected(oneOf(names));
                },
                constants[0]);
    }

    /** The given kind, or the word {@code none}. */
    static <T> Kind<Optional<T>> orNone(Kind<T> kind) {
        return new Kind<>(
                text -> {
                    if (text.equals("none")) {
                        return Optional.empty();
                    }
                    try {
                        return Optional.of(kind.parser.parse(text));
                    } catch (Unexpected e) {
                        throw new Unexpected(e.expected() + ", or none");
                    }
                },
                Optional.empty());
    }

    /** The given words as {@code a, b or c}. */
    static String oneOf(List<String> words) {
        int last = words.size() - 1;
        return last == 0 ? words.get(0) : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
    }

    private static Duration duration(String text) throws Unexpected {
        long nanos = amount(text, NANOS_PER_UNIT, A_DURATION);
        if (nanos > MAX_NANOS) {
            throw new Unexpected(A_DURATION + ", at most 100000d");
        }
        return Duration.ofNanos(nanos);
    }

    /** In the smallest unit; what is more than a {@code long} holds is the greatest one. */
    private static long amount(String text, Map<String, Long> units, String expected) throws Unexpected {
        Matcher m = NUMBER_AND_UNIT.matcher(text);
        Long factor = m.matches() ? units.get(m.group(2)) : null;
        if (factor == null) {
            List<String> names = new ArrayList<>(units.keySet());
            names.sort((a, b) -> Long.compare(units.getOrDefault(a, 0L), units.getOrDefault(b, 0L)));
            boolean hasUnit = m.matches() && !m.group(2).isEmpty();
            throw new Unexpected(hasUnit ? expected + "; units are " + String.join(", ", names) : expected);
        }
        String number = m.group(1);
        if (number.indexOf('.') < 0) {
            // Without BigDecimal, which computes tables when it is loaded: a twentieth of the time until the gateway is
            // ready.
            try {
                return Math.multiplyExact(Long.parseLong(number), factor);
            } catch (NumberFormatException | ArithmeticException e) {
                return Long.MAX_VALUE;
            }
        }
        return new BigDecimal(number)
                .multiply(BigDecimal.valueOf(factor))
                .min(BigDecimal.valueOf(Long.MAX_VALUE))
                .longValue();
    }

    private static String sizeText(int bytes) {
        for (String unit : List.of("GiB", "MiB", "KiB")) {
            long factor = BYTES_PER_UNIT.getOrDefault(unit, 1L);
            if (bytes >= factor && bytes % factor == 0) {
                return bytes / factor + unit;
            }
        }
        return bytes + "B";
    }

    private static double share(String text) throws Unexpected {
        Matcher m = PERCENTAGE.matcher(text);
        if (m.matches()) {
            double percent = Double.parseDouble(m.group(1));
            if (percent <= 100) {
                return percent / 100;
            }
        }
        throw new Unexpected("a share from 0% to 100%, such as 10%");
    }

    private static GrpcStatus failedStatus(String text) throws Unexpected {
        List<String> names = Arrays.stream(GrpcStatus.values())
                .filter(s -> s != GrpcStatus.OK)
                .map(Enum::name)
                .toList();
        if (names.contains(text)) {
            return GrpcStatus.valueOf(text);
        }
        throw new Unexpected("the name of a gRPC status other than OK; nearest is "
                + NearestKey.among(names, text.toUpperCase(Locale.ROOT)));
    }
}
