package io.leasegate.discovery;

import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeResponse;
import io.leasegate.registration.Interpretation;
import io.leasegate.registration.RegistrationFormats;
import io.leasegate.registration.RegistryEntry;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A look at a bounded number of keys outside the configured prefixes: many registrars write keys without a leading slash, and whoever
 * follows the default prefix would see nothing of them and not know why. Control loop only; one object per look.
 */
final class KeysElsewhere {

    private static final Logger LOG = LoggerFactory.getLogger(KeysElsewhere.class);

    private static final int MAX_KEYS_PER_GAP = 500;

    private final EtcdConnection connection;
    private final List<KeyRange> gaps;
    private final RegistrationFormats formats = RegistrationFormats.auto();
    private final Consumer<Found> then;
    private final SortedMap<String, Integer> registering = new TreeMap<>();
    private long keys;
    private String example = "";
    private String registeringExample = "";

    private KeysElsewhere(EtcdConnection connection, List<KeyRange> gaps, Consumer<Found> then) {
        this.connection = connection;
        this.gaps = gaps;
        this.then = then;
    }

    /**
     * What was found.
     *
     * @param keys how many keys there are, 0 also when they may not be read
     * @param example one of them, preferably one that would register instances; empty when there is none
     * @param registering how many of those looked at would register instances, by format
     */
    record Found(long keys, String example, SortedMap<String, Integer> registering) {

        /** For an operator; empty when there is nothing to be said. */
        String message() {
            return registering.isEmpty()
                    ? ""
                    : "keys outside the prefixes would register instances, such as '" + example + "' (by format: "
                            + registering
                            + "): if they are meant, name their prefixes in leasegate.discovery.etcd.prefixes;"
                            + " \"\" is the whole key space";
        }
    }

    /** Looks, and tells what was found; what may not be read is passed over. */
    static void look(EtcdConnection connection, List<KeyRange> ranges, Consumer<Found> then) {
        new KeysElsewhere(connection, KeyRange.gaps(ranges), then).next(0);
    }

    private void next(int index) {
        if (index == gaps.size()) {
            then.accept(new Found(keys, registeringExample.isEmpty() ? example : registeringExample, registering));
            return;
        }
        KeyRange gap = gaps.get(index);
        connection.range(gap.from(), gap.end(), 0, MAX_KEYS_PER_GAP, new EtcdConnection.Reply<>() {
            @Override
            public void onSuccess(RangeResponse page) {
                keys += page.getCount();
                page.getKvsList().forEach(KeysElsewhere.this::note);
                next(index + 1);
            }

            @Override
            public void onFailure(EtcdFailure failure) {
                LOG.debug("no look beyond the prefixes: {}", failure.message());
                next(index + 1);
            }
        });
    }

    private void note(KeyValue kv) {
        String key = KeyText.of(kv.getKey());
        Interpretation i =
                formats.interpret(new RegistryEntry(key, kv.getValue().toByteArray()));
        example = example.isEmpty() ? key : example;
        if (!i.registrations().isEmpty()) {
            registeringExample = registeringExample.isEmpty() ? key : registeringExample;
            registering.merge(i.format(), 1, Integer::sum);
        }
    }
}
