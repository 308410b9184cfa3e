package io.leasegate.server.cli;

import io.leasegate.endpoint.EndpointId;
import io.leasegate.registration.Registration;
import io.leasegate.server.cli.AddressProbe.Outcome;
import io.leasegate.server.cli.AddressProbe.Result;
import io.leasegate.server.cli.AddressProbe.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is wrong at the addresses of registrations. Each is looked at once, however many keys have it; one that was in order is not looked
 * at again until {@link #forget}. Used by one thread at a time, which it blocks.
 */
final class ProbedAddresses {

    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration PROBES_LIMIT = Duration.ofSeconds(60);

    private final Set<Target> inOrder = new HashSet<>();

    /** From now on every address is looked at again. */
    void forget() {
        inOrder.clear();
    }

    /** What is wrong at the addresses of these keys. */
    List<Finding> findings(List<KeyReport> keys) throws InterruptedException {
        Set<Target> targets = new LinkedHashSet<>();
        for (KeyReport key : keys) {
            key.taken().registrations().forEach(r -> targets.add(target(r)));
        }
        inOrder.retainAll(targets);
        targets.removeAll(inOrder);
        Map<Target, Result> results = new AddressProbe(PROBE_TIMEOUT).probe(targets, PROBES_LIMIT);
        results.forEach((target, result) -> {
            if (result.outcome() == Outcome.HTTP2) {
                inOrder.add(target);
            }
        });
        List<Finding> findings = new ArrayList<>();
        for (KeyReport key : keys) {
            for (Registration r : key.taken().registrations()) {
                Result result = results.get(target(r));
                if (result != null && result.outcome() != Outcome.HTTP2) {
                    findings.add(finding(key, r, result));
                }
            }
        }
        return findings;
    }

    private static Target target(Registration r) {
        return new Target(r.host(), r.port(), r.traits().tls());
    }

    private static Finding finding(KeyReport key, Registration r, Result result) {
        String address = new EndpointId(r.service(), r.host(), r.port()).address();
        String message = result.outcome().message() + (result.detail().isEmpty() ? "" : ": " + result.detail());
        // An instance that is known to be out of rotation may well be down.
        return result.outcome() == Outcome.NOT_PROBED || !r.traits().takesCalls()
                ? Finding.warning(result.outcome().code(), key.key(), r.service(), address, message)
                : Finding.error(result.outcome().code(), key.key(), r.service(), address, message);
    }
}
