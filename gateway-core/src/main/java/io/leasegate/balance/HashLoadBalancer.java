package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sends calls with an equal part to the same endpoint, by a ring or by Maglev's table.
 *
 * <pre>
 *   picker(endpoints) --same members--> the slots of before
 *           |
 *           +--other members--> the slots of before, without those that are gone ...
 *                                   executor: new slots -----> ... until these are there
 * </pre>
 *
 * <p>Slots are made of all endpoints, healthy or not, so that a state that changes moves only the keys of that endpoint, to the owners of the
 * slots behind its own, and back; and costs no new slots. Those take milliseconds, in which neither the control thread nor an event
 * loop should stand still; only the first ones of a service are made at once, since there are none before. Control thread only, but for the making.
 */
final class HashLoadBalancer implements PolicyLoadBalancer {

    private final BalancePolicy policy;
    private final HashKey key;
    private final Function<List<Member>, HashSlots> maker;
    private final Executor executor;

    private volatile @Nullable Membership current;
    private volatile @Nullable HashPicker newest;

    /**
     * A load balancer that has seen no endpoints.
     *
     * @param maker makes slots for one member at least
     * @param executor runs it, one at a time
     */
    HashLoadBalancer(BalancePolicy policy, HashKey key, Function<List<Member>, HashSlots> maker, Executor executor) {
        this.policy = policy;
        this.key = key;
        this.maker = maker;
        this.executor = executor;
    }

    static HashLoadBalancer ring(HashKey key, Executor executor) {
        return new HashLoadBalancer(BalancePolicy.RING_HASH, key, RingSlots::of, executor);
    }

    static HashLoadBalancer maglev(HashKey key, Executor executor) {
        return new HashLoadBalancer(BalancePolicy.MAGLEV, key, MaglevSlots::of, executor);
    }

    @Override
    public Picker picker(Candidates candidates) {
        if (candidates.size() == 0) {
            return Picker.NOTHING;
        }
        List<Member> members = Member.all(candidates.members());
        Membership before = current;
        if (before == null) {
            before = new Membership(members, maker.apply(members));
            current = before;
        }
        HashPicker picker = new HashPicker(policy, key, candidates, before.view(candidates));
        newest = picker;
        if (!before.members.equals(members)) {
            executor.execute(() -> renew(picker, members));
        }
        return picker;
    }

    /** Many changes that follow each other are worth the slots of the last one. */
    private void renew(HashPicker picker, List<Member> members) {
        if (newest == picker) {
            Membership made = new Membership(members, maker.apply(members));
            current = made;
            picker.renew(made.view(picker.candidates()));
        }
    }

    /** What slots are made of: later changes of the endpoint are not its matter. */
    record Member(Endpoint endpoint, long weight) {

        static List<Member> all(List<Endpoint> endpoints) {
            return endpoints.stream()
                    .map(e -> new Member(e, e.instance().weight()))
                    .toList();
        }

        String address() {
            return endpoint.id().address();
        }
    }

    private record Membership(List<Member> members, HashSlots slots) {

        /** The slots as an index into the candidates, -1 where the owner is none of them. */
        HashPicker.View view(Candidates candidates) {
            IdentityHashMap<Endpoint, Integer> byEndpoint = new IdentityHashMap<>();
            for (int i = 0; i < candidates.size(); i++) {
                byEndpoint.put(candidates.get(i), i);
            }
            int[] indexes = new int[members.size()];
            for (int i = 0; i < indexes.length; i++) {
                indexes[i] = byEndpoint.getOrDefault(members.get(i).endpoint, -1);
            }
            return new HashPicker.View(slots, indexes);
        }
    }
}
