package io.leasegate.discovery;

import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.ResponseHeader;
import io.leasegate.registration.Interpretation;
import io.leasegate.registration.ParseResult;
import io.leasegate.registration.RegistrationFormats;
import io.leasegate.registration.RegistryEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Reads everything under the configured prefixes once, for reports. */
public final class EtcdSnapshotReader {

    private final EtcdSettings settings;
    private final ControlLoop loop;
    private final RegistrationFormats formats;
    private final CompletableFuture<RegistrySnapshot> result = new CompletableFuture<>();
    private final List<KeyValue> found = new ArrayList<>();
    private final List<Interpretation> interpretations = new ArrayList<>();
    private final List<String> guesses = new ArrayList<>();
    private final Map<Long, Long> ttls = new HashMap<>();
    private final List<String> failures = new ArrayList<>();
    private final LeaseTtls leases;

    private EtcdSnapshotReader(EtcdSettings settings, ControlLoop loop) {
        this.settings = settings;
        this.loop = loop;
        this.formats = settings.registrationFormats();
        this.leases = new LeaseTtls(loop, 0, (id, seconds, keys) -> ttls.put(id, seconds));
    }

    /**
     * Reads from the first member that answers. Blocks the caller.
     *
     * @param limit how long it may take altogether
     * @throws RegistryUnavailableException when no member could be read within the limit
     */
    public static RegistrySnapshot read(EtcdSettings settings, Duration limit)
            throws RegistryUnavailableException, InterruptedException {
        try (ControlThread control = new ControlThread()) {
            EtcdSnapshotReader reader = new EtcdSnapshotReader(settings, control);
            control.execute(() -> reader.tryMember(0));
            try {
                return reader.result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                throw new RegistryUnavailableException(String.join("; ", reader.failures));
            } catch (TimeoutException e) {
                throw new RegistryUnavailableException("etcd at " + String.join(", ", settings.endpoints())
                        + " could not be read within " + limit.toMillis() + " ms: is it overloaded or stopped?");
            }
        }
    }

    private void tryMember(int attempt) {
        if (attempt == settings.endpoints().size()) {
            result.completeExceptionally(new IllegalStateException("no member could be read"));
            return;
        }
        EtcdConnection connection = EtcdGrpcConnection.toMember(settings, attempt, loop);
        result.whenComplete((snapshot, error) -> loop.execute(connection::close));
        connection.open(new EtcdConnection.Reply<>() {
            @Override
            public void onSuccess(Boolean value) {
                list(connection, attempt);
            }

            @Override
            public void onFailure(EtcdFailure failure) {
                next(connection, attempt, failure);
            }
        });
    }

    private void next(EtcdConnection connection, int attempt, EtcdFailure failure) {
        connection.close();
        failures.add(failure.message());
        tryMember(attempt + 1);
    }

    private void list(EtcdConnection connection, int attempt) {
        List<KeyRange> ranges = settings.ranges();
        new EtcdLister(connection, ranges, settings.pageKeys(), new EtcdLister.Target() {
                    @Override
                    public void onBegin() {
                        found.clear();
                    }

                    @Override
                    public void onPage(List<KeyValue> keys) {
                        found.addAll(keys);
                    }

                    @Override
                    public void onEnd(ResponseHeader header) {
                        interpret(connection);
                        KeysElsewhere.look(
                                connection,
                                ranges,
                                elsewhere -> finishWithLeases(connection, header.getRevision(), elsewhere.message()));
                    }

                    @Override
                    public void onFailure(EtcdFailure failure) {
                        next(connection, attempt, failure);
                    }
                })
                .start();
    }

    private void interpret(EtcdConnection connection) {
        leases.connected(connection);
        for (KeyValue kv : found) {
            String key = KeyText.of(kv.getKey());
            RegistryEntry entry = new RegistryEntry(key, kv.getValue().toByteArray());
            Interpretation i = formats.interpret(entry);
            interpretations.add(i);
            guesses.add(i.result() instanceof ParseResult.Foreign ? RegistrationFormats.guess(entry) : "");
            if (kv.getLease() != 0 && !i.registrations().isEmpty()) {
                leases.use(key, kv.getLease(), 0);
            }
        }
        // Values may be large; what they say is all that is needed of them.
        found.replaceAll(kv -> kv.toBuilder().clearValue().build());
    }

    /** Leases are nice to know: what is not known when the limit is near is left out by the caller's limit alone. */
    private void finishWithLeases(EtcdConnection connection, long revision, String elsewhere) {
        if (leases.open() > 0) {
            loop.schedule(() -> finishWithLeases(connection, revision, elsewhere), 5);
            return;
        }
        List<RegistrySnapshot.Key> keys = new ArrayList<>(found.size());
        for (int n = 0; n < found.size(); n++) {
            KeyValue kv = found.get(n);
            keys.add(new RegistrySnapshot.Key(
                    KeyText.of(kv.getKey()),
                    interpretations.get(n),
                    guesses.get(n),
                    kv.getLease(),
                    ttls.getOrDefault(kv.getLease(), 0L),
                    kv.getModRevision()));
        }
        result.complete(new RegistrySnapshot("etcd", connection.endpoint(), revision, keys, elsewhere));
    }
}
