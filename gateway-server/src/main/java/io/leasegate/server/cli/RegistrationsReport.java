package io.leasegate.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.registration.ParseResult.Foreign;
import io.leasegate.registration.ParseResult.Malformed;
import io.leasegate.registration.ParseResult.NotARegistration;
import io.leasegate.registration.ParseResult.Registered;
import io.leasegate.registration.Registration;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What one reading of the registry came to, for people and for machines. */
final class RegistrationsReport {

    private final long revision;
    private final List<KeyReport> keys;

    /**
     * @param revision the registry revision that was read
     * @param keys all keys that were read
     */
    RegistrationsReport(long revision, List<KeyReport> keys) {
        this.revision = revision;
        this.keys = keys.stream().sorted(Comparator.comparing(KeyReport::key)).toList();
    }

    /** Tables: the registrations by service, the keys that register nothing, the keys that were refused. */
    void printText(PrintWriter out) {
        List<List<String>> registered = new ArrayList<>();
        registered.add(List.of(
                "SERVICE", "ADDRESS", "WEIGHT", "VERSION", "FORMAT", "LEASE", "METADATA", "KEY", "TAKEN FOR IT BY"));
        List<List<String>> placeholders = new ArrayList<>();
        List<List<String>> refused = new ArrayList<>();
        for (KeyReport key : keys) {
            if (key.taken().result() instanceof Registered r) {
                r.registrations().forEach(one -> registered.add(row(key, one)));
            } else if (key.taken().result() instanceof NotARegistration n) {
                placeholders.add(List.of(key.key(), key.taken().format(), n.reason()));
            } else {
                refused.add(List.of(key.key(), shown(key.taken().format()), reason(key)));
            }
        }
        registered.subList(1, registered.size()).sort(Comparator.comparing((List<String> row) -> row.get(0)));
        if (registered.size() > 1) {
            TextTable.print(out, registered);
            out.println();
        }
        printNoted(out, "Keys that register nothing:", placeholders);
        printNoted(out, "Refused keys:", refused);
        out.println(summary(registered.size() - 1, placeholders.size(), refused.size()));
    }

    private static void printNoted(PrintWriter out, String title, List<List<String>> rows) {
        if (!rows.isEmpty()) {
            out.println(title);
            rows.add(0, List.of("KEY", "FORMAT", "REASON"));
            TextTable.print(out, rows);
            rows.remove(0);
            out.println();
        }
    }

    private String summary(int registrations, int placeholders, int refused) {
        return count(registrations, "registration") + ", " + count(refused, "refused key")
                + (placeholders == 0 ? "" : ", " + count(placeholders, "key") + " without a registration")
                + ", revision " + revision;
    }

    private static String count(int n, String what) {
        return n + " " + what + (n == 1 ? "" : "s");
    }

    private static List<String> row(KeyReport key, Registration r) {
        StringBuilder metadata = new StringBuilder();
        new TreeMap<>(r.metadata())
                .forEach((name, value) -> metadata.append(metadata.isEmpty() ? "" : ", ")
                        .append(name)
                        .append('=')
                        .append(value));
        return List.of(
                r.service(),
                address(r),
                Long.toString(r.weight()),
                shown(r.version()),
                key.taken().format(),
                lease(key),
                shown(metadata.toString()),
                key.key(),
                key.taken().rule());
    }

    private static String lease(KeyReport key) {
        if (key.leaseId() == 0) {
            return "none";
        }
        return key.leaseTtlSeconds() == 0 ? "unknown" : key.leaseTtlSeconds() + "s";
    }

    private static String shown(String text) {
        return text.isEmpty() ? "-" : text;
    }

    private static String address(Registration r) {
        return new EndpointId(r.service(), r.host(), r.port()).address();
    }

    private static String reason(KeyReport key) {
        if (key.taken().result() instanceof Malformed m) {
            return m.reason();
        }
        return key.taken().result() instanceof Foreign f ? f.reason() : "";
    }

    /** One JSON object with {@code revision}, {@code registrations}, {@code ignored} and {@code refused}. */
    String json() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("revision", revision);
        ArrayNode registrations = root.putArray("registrations");
        ArrayNode ignored = root.putArray("ignored");
        ArrayNode refused = root.putArray("refused");
        for (KeyReport key : keys) {
            if (key.taken().result() instanceof Registered r) {
                r.registrations().forEach(one -> describe(registrations.addObject(), key, one));
            } else {
                boolean isPlaceholder = key.taken().result() instanceof NotARegistration;
                ObjectNode node = (isPlaceholder ? ignored : refused).addObject();
                node.put("key", key.key());
                node.put("format", key.taken().format());
                node.put("reason", key.taken().result() instanceof NotARegistration n ? n.reason() : reason(key));
            }
        }
        return root.toPrettyString();
    }

    private static void describe(ObjectNode node, KeyReport key, Registration r) {
        node.put("service", r.service());
        node.put("address", address(r));
        node.put("weight", r.weight());
        node.put("version", r.version());
        ObjectNode metadata = node.putObject("metadata");
        for (Map.Entry<String, String> e : new TreeMap<>(r.metadata()).entrySet()) {
            metadata.put(e.getKey(), e.getValue());
        }
        node.put("tls", r.tls());
        node.put("format", key.taken().format());
        node.put("rule", key.taken().rule());
        node.put("key", key.key());
        node.put("leaseTtlSeconds", key.leaseTtlSeconds());
        node.put("leased", key.leaseId() != 0);
    }
}
