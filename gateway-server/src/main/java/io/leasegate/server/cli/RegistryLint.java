package io.leasegate.server.cli;

import io.leasegate.endpoint.EndpointId;
import io.leasegate.registration.ParseResult.Foreign;
import io.leasegate.registration.ParseResult.Malformed;
import io.leasegate.registration.Registration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Finds what is wrong or odd in what was read from a registry, without asking anyone. Stateless. */
final class RegistryLint {

    /** Dubbo registers each interface of a process by itself: there one address under many services is how it should be. */
    private static final String ONE_ADDRESS_FOR_MANY = "dubbo-interface";

    private RegistryLint() {}

    /** One key's word on one address. */
    private record Claim(String service, String address, String key, String format) {}

    /** What is found, in no order. */
    static List<Finding> check(List<KeyReport> keys, String elsewhere) {
        List<Finding> findings = new ArrayList<>();
        for (KeyReport key : keys) {
            checkKey(key, findings);
        }
        checkAddresses(keys, findings);
        checkServices(keys, findings);
        if (!elsewhere.isEmpty()) {
            findings.add(Finding.warning("keys-elsewhere", "", "", "", elsewhere));
        }
        return findings;
    }

    private static void checkKey(KeyReport key, List<Finding> findings) {
        String format = key.taken().format();
        if (key.taken().result() instanceof Malformed m) {
            findings.add(Finding.error("malformed", key.key(), "", "", "refused as " + format + ": " + m.reason()));
        } else if (key.taken().result() instanceof Foreign f) {
            String guess = key.guess().isEmpty() ? "" : "; " + key.guess();
            findings.add(Finding.warning("unknown-format", key.key(), "", "", f.reason() + guess));
        }
        List<Registration> registrations = key.taken().registrations();
        if (registrations.isEmpty()) {
            return;
        }
        String service = registrations.get(0).service();
        for (String note : key.taken().notes()) {
            findings.add(Finding.warning("odd-value", key.key(), service, "", note));
        }
        if (key.lacksLease()) {
            findings.add(Finding.warning(
                    "no-lease",
                    key.key(),
                    service,
                    "",
                    "has no lease: it stays when its instance dies, until someone deletes it"));
        }
        for (Registration r : registrations) {
            if (!r.traits().takesCalls()) {
                findings.add(Finding.warning(
                        "out-of-rotation",
                        key.key(),
                        service,
                        address(r),
                        r.traits().objection()));
            }
        }
    }

    private static void checkAddresses(List<KeyReport> keys, List<Finding> findings) {
        Map<String, List<Claim>> byAddress = new TreeMap<>();
        for (KeyReport key : keys) {
            for (Registration r : key.taken().registrations()) {
                byAddress
                        .computeIfAbsent(address(r), a -> new ArrayList<>())
                        .add(new Claim(
                                r.service(), address(r), key.key(), key.taken().format()));
            }
        }
        byAddress.forEach((address, claims) -> {
            Map<String, List<Claim>> byService =
                    claims.stream().collect(Collectors.groupingBy(Claim::service, TreeMap::new, Collectors.toList()));
            byService.forEach((service, same) -> {
                if (same.size() > 1) {
                    findings.add(Finding.warning(
                            "duplicate-address",
                            same.get(0).key(),
                            service,
                            address,
                            "is registered by " + same.size() + " keys, which make one instance: "
                                    + shown(same.stream().map(Claim::key).toList())));
                }
            });
            if (byService.size() > 1
                    && !claims.stream().allMatch(c -> c.format().equals(ONE_ADDRESS_FOR_MANY))) {
                findings.add(Finding.warning(
                        "shared-address",
                        claims.get(0).key(),
                        "",
                        address,
                        "is registered for several services: " + shown(List.copyOf(byService.keySet()))));
            }
        });
    }

    private static void checkServices(List<KeyReport> keys, List<Finding> findings) {
        Map<String, Map<String, Integer>> versions = new TreeMap<>();
        Map<String, TreeSet<String>> formats = new TreeMap<>();
        Map<String, Boolean> usable = new TreeMap<>();
        for (KeyReport key : keys) {
            for (Registration r : key.taken().registrations()) {
                versions.computeIfAbsent(r.service(), s -> new TreeMap<>())
                        .merge(r.traits().version(), 1, Integer::sum);
                formats.computeIfAbsent(r.service(), s -> new TreeSet<>())
                        .add(key.taken().format());
                usable.merge(r.service(), r.traits().takesCalls() && r.traits().weight() > 0, Boolean::logicalOr);
            }
        }
        versions.forEach((service, counts) -> {
            if (counts.size() > 1) {
                String shown = shown(counts.entrySet().stream()
                        .map(e -> (e.getKey().isEmpty() ? "none" : e.getKey()) + " (" + e.getValue() + ")")
                        .toList());
                findings.add(Finding.warning(
                        "mixed-versions", "", service, "", "has instances of several versions: " + shown));
            }
        });
        formats.forEach((service, names) -> {
            if (names.size() > 1) {
                findings.add(Finding.warning(
                        "mixed-formats",
                        "",
                        service,
                        "",
                        "is registered in several formats: " + shown(List.copyOf(names))));
            }
        });
        usable.forEach((service, any) -> {
            if (!any) {
                findings.add(Finding.error(
                        "no-usable-instance",
                        "",
                        service,
                        "",
                        "has no instance that is in rotation with a weight above 0"));
            }
        });
    }

    private static String shown(List<String> names) {
        int most = 5;
        String some = String.join(", ", names.subList(0, Math.min(most, names.size())));
        return names.size() > most ? some + " and " + (names.size() - most) + " more" : some;
    }

    private static String address(Registration r) {
        return new EndpointId(r.service(), r.host(), r.port()).address();
    }
}
