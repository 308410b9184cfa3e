package io.leasegate.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Traits;
import io.leasegate.registration.ParseResult.Foreign;
import io.leasegate.registration.ParseResult.Malformed;
import io.leasegate.registration.ParseResult.NotARegistration;
import io.leasegate.registration.Registration;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** What one reading of the registry came to, for people and for machines. */
final class RegistrationsReport {

    private final long revision;
    private final List<KeyReport> keys;
    private final List<Finding> findings;

    /**
     * @param revision the registry revision that was read, 0 where etcd is no source
     * @param keys all keys that were read
     * @param findings what is wrong or odd
     */
    RegistrationsReport(long revision, List<KeyReport> keys, List<Finding> findings) {
        this.revision = revision;
        this.keys = keys.stream().sorted(Comparator.comparing(KeyReport::key)).toList();
        this.findings = findings.stream().sorted(Finding.ORDER).toList();
    }

    /** Tables: the registrations by service, the keys that register nothing, the keys that were refused. */
    void printText(PrintWriter out, Paint paint) {
        List<TextTable.Row> registered = new ArrayList<>();
        List<TextTable.Row> placeholders = new ArrayList<>();
        List<TextTable.Row> refused = new ArrayList<>();
        for (KeyReport key : keys) {
            String rule = shown(key.taken().rule());
            String reason = key.taken().result().reason();
            if (key.taken().result() instanceof NotARegistration) {
                placeholders.add(
                        TextTable.Row.plain(List.of(key.key(), key.taken().format(), reason, rule)));
            } else if (key.taken().result() instanceof Malformed) {
                refused.add(new TextTable.Row(List.of(key.key(), key.taken().format(), reason, rule), paint::bad));
            } else if (key.taken().result() instanceof Foreign) {
                String guess = key.guess().isEmpty() ? "" : "; " + key.guess();
                refused.add(TextTable.Row.plain(List.of(key.key(), "-", reason + guess, rule)));
            }
            for (Registration r : key.taken().registrations()) {
                UnaryOperator<String> how = r.traits().takesCalls() ? UnaryOperator.identity() : paint::odd;
                registered.add(new TextTable.Row(row(key, r), how));
            }
        }
        registered.sort(Comparator.comparing((TextTable.Row row) -> row.cells().get(0)));
        if (!registered.isEmpty()) {
            registered.add(
                    0,
                    heading(
                            paint,
                            "SERVICE",
                            "ADDRESS",
                            "WEIGHT",
                            "VERSION",
                            "FORMAT",
                            "LEASE",
                            "METADATA",
                            "KEY",
                            "TAKEN FOR IT BY"));
            TextTable.print(out, registered);
            registered.remove(0);
            out.println();
        }
        printNoted(out, paint, "Keys that register nothing:", placeholders);
        printNoted(out, paint, "Refused keys:", refused);
        out.println(summary(registered.size(), placeholders.size(), refused.size()));
    }

    /** The findings, and how many there are. */
    void printFindings(PrintWriter out, Paint paint) {
        findings.forEach(f -> out.println(line(f, paint)));
        out.println(counts(paint));
    }

    /** A finding in one line. */
    static String line(Finding f, Paint paint) {
        boolean error = f.severity() == Finding.Severity.ERROR;
        String word = error ? paint.bad("error  ") : paint.odd("warning");
        String subject = List.of(f.service(), f.address(), f.key()).stream()
                .filter(s -> !s.isEmpty())
                .reduce((a, b) -> a + " " + b)
                .orElse("registry");
        return word + " " + f.code() + ": " + paint.bold(TextTable.printable(subject)) + " "
                + TextTable.printable(f.message());
    }

    /** How many errors and warnings there are. */
    String counts(Paint paint) {
        long errors = count(Finding.Severity.ERROR);
        String text = counted(errors, "error") + ", " + counted(count(Finding.Severity.WARNING), "warning");
        return errors > 0 ? paint.bad(text) : findings.isEmpty() ? paint.good(text) : paint.odd(text);
    }

    /** What is wrong or odd, the worst first. */
    List<Finding> findings() {
        return findings;
    }

    long revision() {
        return revision;
    }

    long count(Finding.Severity severity) {
        return findings.stream().filter(f -> f.severity() == severity).count();
    }

    private static TextTable.Row heading(Paint paint, String... titles) {
        return new TextTable.Row(List.of(titles), paint::bold);
    }

    private static void printNoted(PrintWriter out, Paint paint, String title, List<TextTable.Row> rows) {
        if (!rows.isEmpty()) {
            out.println(title);
            rows.add(0, heading(paint, "KEY", "FORMAT", "REASON", "TAKEN FOR IT BY"));
            TextTable.print(out, rows);
            rows.remove(0);
            out.println();
        }
    }

    private String summary(int registrations, int placeholders, int refused) {
        return counted(registrations, "registration") + ", " + counted(refused, "refused key")
                + (placeholders == 0 ? "" : ", " + counted(placeholders, "key") + " without a registration")
                + ", revision " + revision;
    }

    private static String counted(long n, String what) {
        return n + " " + what + (n == 1 ? "" : "s");
    }

    private static List<String> row(KeyReport key, Registration r) {
        return List.of(
                r.service(),
                address(r),
                Long.toString(r.traits().weight()),
                shown(r.traits().version()),
                key.taken().format(),
                lease(key),
                shown(said(r.traits())),
                key.key(),
                key.taken().rule());
    }

    /** What is not in a column of its own: traits in angle brackets, then the metadata. */
    private static String said(Traits t) {
        List<String> words = new ArrayList<>();
        addIf(!t.takesCalls(), t.enabled() ? "<unhealthy>" : "<disabled>", words);
        addIf(t.tls(), "<tls>", words);
        addIf(!t.protocol().isEmpty(), "<protocol " + t.protocol() + ">", words);
        addIf(!t.zone().isEmpty(), "<zone " + t.zone() + ">", words);
        addIf(!t.region().isEmpty(), "<region " + t.region() + ">", words);
        addIf(!t.tags().isEmpty(), "<tags " + String.join(" ", t.tags()) + ">", words);
        List<String> metadata = new ArrayList<>();
        new TreeMap<>(t.metadata()).forEach((name, value) -> metadata.add(name + '=' + value));
        addIf(!metadata.isEmpty(), String.join(", ", metadata), words);
        return String.join(" ", words);
    }

    private static void addIf(boolean condition, String word, List<String> words) {
        if (condition) {
            words.add(word);
        }
    }

    private static String lease(KeyReport key) {
        if (key.leaseId() == 0) {
            return key.lacksLease() ? "none" : "-";
        }
        return key.leaseTtlSeconds() == 0 ? "unknown" : key.leaseTtlSeconds() + "s";
    }

    private static String shown(String text) {
        return text.isEmpty() ? "-" : text;
    }

    private static String address(Registration r) {
        return new EndpointId(r.service(), r.host(), r.port()).address();
    }

    /** One JSON object with {@code revision}, {@code registrations}, {@code ignored}, {@code refused} and {@code findings}. */
    String json() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("revision", revision);
        ArrayNode registrations = root.putArray("registrations");
        ArrayNode ignored = root.putArray("ignored");
        ArrayNode refused = root.putArray("refused");
        ArrayNode found = root.putArray("findings");
        for (KeyReport key : keys) {
            key.taken().registrations().forEach(one -> describe(registrations.addObject(), key, one));
            if (key.taken().registrations().isEmpty()) {
                boolean isPlaceholder = key.taken().result() instanceof NotARegistration;
                ObjectNode node = (isPlaceholder ? ignored : refused).addObject();
                node.put("source", key.source());
                node.put("key", key.key());
                node.put("format", key.taken().format());
                node.put("reason", key.taken().result().reason());
                node.put("rule", key.taken().rule());
                node.put("guess", key.guess());
            }
        }
        findings.forEach(f -> describe(found.addObject(), f));
        return root.toPrettyString();
    }

    static void describe(ObjectNode node, Finding f) {
        node.put("severity", f.severity().name().toLowerCase(Locale.ROOT))
                .put("code", f.code())
                .put("key", f.key())
                .put("service", f.service())
                .put("address", f.address())
                .put("message", f.message());
    }

    private static void describe(ObjectNode node, KeyReport key, Registration r) {
        node.put("service", r.service());
        node.put("address", address(r));
        describe(node, r.traits());
        node.put("source", key.source());
        node.put("format", key.taken().format());
        node.put("rule", key.taken().rule());
        node.put("key", key.key());
        node.put("leaseTtlSeconds", key.leaseTtlSeconds());
        node.put("leased", key.leaseId() != 0);
        ArrayNode notes = node.putArray("notes");
        key.taken().notes().forEach(notes::add);
    }

    static void describe(ObjectNode node, Traits t) {
        node.put("weight", t.weight());
        node.put("version", t.version());
        ObjectNode metadata = node.putObject("metadata");
        for (Map.Entry<String, String> e : new TreeMap<>(t.metadata()).entrySet()) {
            metadata.put(e.getKey(), e.getValue());
        }
        node.put("zone", t.zone());
        node.put("region", t.region());
        ArrayNode tags = node.putArray("tags");
        t.tags().forEach(tags::add);
        node.put("protocol", t.protocol());
        node.put("tls", t.tls());
        node.put("enabled", t.enabled());
        node.put("healthy", t.healthy());
    }
}
