package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import org.jspecify.annotations.Nullable;

/** Finds the endpoint of a call by its hash: the owner of its slot, or of the next one whose owner suits. */
final class HashPicker implements Picker {

    /** After so many slots whose owner does not suit, whatever suits is looked for. */
    private static final int MOST_SLOTS = 256;

    private static final int NONE = -1;

    /** Slots, and which candidate has which. Immutable. */
    static final class View {

        final HashSlots slots;
        private final int[] indexes;

        /** @param indexes of the candidates by the owners of slots, -1 for an owner that is none */
        View(HashSlots slots, int[] indexes) {
            this.slots = slots;
            this.indexes = indexes;
        }

        int candidate(int slot) {
            return indexes[slots.owner(slot)];
        }
    }

    private final BalancePolicy policy;
    private final HashKey key;
    private final Candidates candidates;
    private volatile View view;

    HashPicker(BalancePolicy policy, HashKey key, Candidates candidates, View view) {
        this.policy = policy;
        this.key = key;
        this.candidates = candidates;
        this.view = view;
    }

    Candidates candidates() {
        return candidates;
    }

    /** Goes by these slots from now on. From any thread. */
    void renew(View newView) {
        view = newView;
    }

    @Override
    public @Nullable Endpoint pick(PickRequest request) {
        View v = view;
        int found = find(v, v.slots.slotOf(key.hash(request)), request);
        return found == NONE ? candidates.any(request) : candidates.get(found);
    }

    /** The index of the candidate for a slot, -1 where none is near. */
    private int find(View v, int slotOfHash, PickRequest request) {
        int size = v.slots.size();
        int slot = slotOfHash;
        for (int i = 0; i < MOST_SLOTS; i++) {
            int candidate = v.candidate(slot);
            if (candidate >= 0 && candidates.suits(candidate, request)) {
                return candidate;
            }
            slot = slot + 1 == size ? 0 : slot + 1;
        }
        return NONE;
    }

    @Override
    public PickExplanation explain(PickRequest request) {
        View v = view;
        CharSequence part = key.of(request);
        boolean keyed = part != null && !part.isEmpty();
        double[] owned = new double[candidates.size()];
        double[] shares = new double[candidates.size()];
        int size = v.slots.size();
        // Backwards, and twice around, so that each slot knows who has the next one that somebody suited owns.
        int next = NONE;
        for (int i = 2 * size - 1; i >= 0; i--) {
            int slot = i % size;
            int candidate = v.candidate(slot);
            if (candidate >= 0 && candidates.suits(candidate, request)) {
                next = candidate;
            }
            if (i < size) {
                double share = v.slots.share(slot);
                if (candidate >= 0) {
                    owned[candidate] += share;
                }
                if (next != NONE && !keyed) {
                    shares[next] += share;
                }
            }
        }
        String which = "the owner of the hash of " + key.describe();
        if (keyed) {
            long hash = key.hash(request);
            int slot = v.slots.slotOf(hash);
            int found = find(v, slot, request);
            if (found == NONE) {
                shares = candidates.sharesOfAny();
            } else {
                shares[found] = 1;
            }
            which += " = '" + part + "', which is 0x" + Long.toHexString(hash) + ", slot " + slot + " of " + size
                    + (found != NONE && v.candidate(slot) != found ? "; it is out, so the owner of the next slot" : "");
        } else {
            which += ", which the call does not have: one at random";
        }
        PickExplanation.Rule rule = new PickExplanation.Rule(policy, which, "part of all hashes");
        return PickExplanation.of(candidates, request, rule, owned, shares);
    }
}
