package io.leasegate.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.discovery.DiscoveryListener;
import io.leasegate.discovery.DiscoverySettings;
import io.leasegate.discovery.Refusal;
import io.leasegate.discovery.RegistrySink;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Instance;
import io.leasegate.endpoint.Traits;
import java.io.PrintWriter;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Follows the registry and the other sources and prints each change as it comes. What is there at first comes as additions. The control thread prints; the
 * caller waits.
 */
final class RegistrationsWatch implements RegistrySink, DiscoveryListener {

    private final PrintWriter out;
    private final Paint paint;
    private final boolean json;
    private final Map<String, List<Instance>> known = new HashMap<>();

    RegistrationsWatch(PrintWriter out, Paint paint, boolean json) {
        this.out = out;
        this.paint = paint;
        this.json = json;
    }

    /** Follows until the thread is interrupted or the output is closed. */
    void follow(DiscoverySettings settings) {
        FollowedSources sources = new FollowedSources(settings, this);
        try {
            // A reader that went away, as head does, ends it.
            while (!out.checkError()) {
                TimeUnit.SECONDS.sleep(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sources.close();
        }
    }

    @Override
    public void change(String key, List<Instance> instances) {
        Map<EndpointId, Instance> was = byId(known.getOrDefault(key, List.of()));
        Map<EndpointId, Instance> is = byId(instances);
        was.forEach((id, instance) -> {
            if (!is.containsKey(id)) {
                print("removed", instance);
            }
        });
        is.forEach((id, instance) -> {
            Instance before = was.get(id);
            if (before == null) {
                print("added", instance);
            } else if (!before.traits().equals(instance.traits())) {
                print("changed", instance);
            }
        });
        if (instances.isEmpty()) {
            known.remove(key);
        } else {
            known.put(key, instances);
        }
    }

    private static Map<EndpointId, Instance> byId(List<Instance> instances) {
        return instances.stream().collect(Collectors.toMap(Instance::id, i -> i, (a, b) -> b));
    }

    @Override
    public void commit(long revision, boolean removal, long receivedNanos) {
        out.flush();
    }

    @Override
    public void onRefused(Refusal refusal) {
        String kind = refusal.kind().name().toLowerCase(Locale.ROOT);
        print(
                kind,
                refusal.key(),
                refusal.format(),
                refusal.reason() + (refusal.previousKept() ? "; what it said before stays" : ""));
    }

    @Override
    public void onListed(String registry) {
        print("listed", "", "", known.size() + " keys register instances");
    }

    @Override
    public void onDisconnected(String registry, String reason) {
        print("disconnected", "", "", reason);
    }

    private void print(String event, Instance i) {
        Traits t = i.traits();
        if (json) {
            ObjectNode node = event(event);
            node.put("service", i.id().service());
            node.put("address", i.id().address());
            RegistrationsReport.describe(node, t);
            node.put("format", i.format());
            node.put("key", i.key());
            node.put("modRevision", i.modRevision());
            out.println(node);
            return;
        }
        String sign =
                event.equals("added") ? paint.good("+") : event.equals("removed") ? paint.bad("-") : paint.odd("~");
        out.println(time() + " " + sign + " " + paint.bold(TextTable.printable(i.id().service())) + " "
                + TextTable.printable(i.id().address()) + " weight " + t.weight()
                + (t.version().isEmpty() ? "" : " version " + TextTable.printable(t.version()))
                + (t.tls() ? " tls" : "")
                + (t.takesCalls() ? "" : " " + paint.odd(t.objection()))
                + paint.faint(" " + i.format() + " " + TextTable.printable(i.key()) + " @" + i.modRevision()));
    }

    private void print(String event, String key, String format, String message) {
        if (json) {
            out.println(event(event).put("key", key).put("format", format).put("message", message));
            return;
        }
        String subject =
                key.isEmpty() ? "" : " " + TextTable.printable(key) + (format.isEmpty() ? "" : " (" + format + ")");
        String word = event.equals("malformed") || event.equals("disconnected") ? paint.bad(event) : paint.faint(event);
        out.println(time() + " ! " + word + subject + ": " + TextTable.printable(message));
    }

    private static ObjectNode event(String event) {
        return JsonNodeFactory.instance.objectNode().put("event", event);
    }

    /** The time of day, for people. */
    static String time() {
        return LocalTime.now(ZoneId.systemDefault())
                .truncatedTo(ChronoUnit.MILLIS)
                .toString();
    }
}
