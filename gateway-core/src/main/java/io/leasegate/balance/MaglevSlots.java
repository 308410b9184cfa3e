package io.leasegate.balance;

import io.leasegate.balance.HashLoadBalancer.Member;
import java.util.Arrays;
import java.util.List;

/**
 * Maglev's table (Eisenbud and others: Maglev: A fast and reliable software network load balancer, 2016, section 3.4): each endpoint has its own order of
 * all slots, and they take turns to take the next one that is free. Shares are even to a slot; a change of the endpoints also moves a few slots
 * between those that stay. Weights as Envoy has them: the heaviest has a turn in each round, one with half its weight in each second.
 */
final class MaglevSlots implements HashSlots {

    /** A prime, the smaller one of the paper and Envoy's default. It stays whatever the number of endpoints, since another one moves all keys. */
    static final int SIZE = 65_537;

    private final int[] owners;

    private MaglevSlots(int[] owners) {
        this.owners = owners;
    }

    /** @param members at least one, with weights above 0 */
    static MaglevSlots of(List<Member> members) {
        int n = members.size();
        double heaviest = 0;
        int[] next = new int[n];
        int[] skip = new int[n];
        double[] weights = new double[n];
        for (int i = 0; i < n; i++) {
            String address = members.get(i).address();
            next[i] = (int) Long.remainderUnsigned(XxHash64.hash(address, 0), SIZE);
            skip[i] = (int) Long.remainderUnsigned(XxHash64.hash(address, 1), SIZE - 1) + 1;
            weights[i] = members.get(i).weight();
            heaviest = Math.max(heaviest, weights[i]);
        }
        int[] owners = new int[SIZE];
        Arrays.fill(owners, -1);
        double[] turns = new double[n];
        int taken = 0;
        for (int round = 1; taken < SIZE; round++) {
            for (int i = 0; i < n && taken < SIZE; i++) {
                if (round * (weights[i] / heaviest) >= turns[i]) {
                    turns[i]++;
                    int slot = next[i];
                    while (owners[slot] >= 0) {
                        slot = (slot + skip[i]) % SIZE;
                    }
                    owners[slot] = i;
                    next[i] = (slot + skip[i]) % SIZE;
                    taken++;
                }
            }
        }
        return new MaglevSlots(owners);
    }

    @Override
    public int size() {
        return SIZE;
    }

    @Override
    public int slotOf(long hash) {
        return (int) Long.remainderUnsigned(hash, SIZE);
    }

    @Override
    public int owner(int slot) {
        return owners[slot];
    }

    @Override
    public double share(int slot) {
        return 1.0 / SIZE;
    }
}
