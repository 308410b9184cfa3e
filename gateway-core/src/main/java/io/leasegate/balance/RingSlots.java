package io.leasegate.balance;

import io.leasegate.balance.HashLoadBalancer.Member;
import java.util.Arrays;
import java.util.List;

/**
 * The ring of Ketama as Envoy and gRPC have it (gRFC A42): each endpoint has points on a circle, as many as its weight says, at the hashes of
 * {@code ADDRESS_0}, {@code ADDRESS_1}, and so on; a hash belongs to the first point behind it. An endpoint that goes takes its own points along and moves
 * no other.
 */
final class RingSlots implements HashSlots {

    /** Ketama's number: shares are then within about 8% of what weights say. */
    private static final int POINTS_OF_MEAN = 160;

    /** Few endpoints get more, as gRPC's and Envoy's default for the smallest ring has it. */
    private static final int LEAST_POINTS = 1024;

    /** Two megabytes; where there are more than 1,638 endpoints, each has fewer points. */
    private static final int MOST_POINTS = 262_144;

    private final long[] points;
    private final int ownerBits;

    private RingSlots(long[] points, int ownerBits) {
        this.points = points;
        this.ownerBits = ownerBits;
    }

    /** @param members at least one, with weights above 0 */
    static RingSlots of(List<Member> members) {
        int n = members.size();
        double sum = 0;
        for (Member m : members) {
            sum += m.weight();
        }
        long wanted = Math.min(Math.max((long) n * POINTS_OF_MEAN, LEAST_POINTS), Math.max(MOST_POINTS, n));
        int[] counts = new int[n];
        int total = 0;
        for (int i = 0; i < n; i++) {
            counts[i] = (int) Math.max(1, Math.round(wanted * (members.get(i).weight() / sum)));
            total += counts[i];
        }
        // The owner takes the place of the lowest bits of the hash: one array to sort and to search.
        int ownerBits = 32 - Integer.numberOfLeadingZeros(n - 1);
        long[] points = new long[total];
        int at = 0;
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < n; i++) {
            name.setLength(0);
            name.append(members.get(i).address()).append('_');
            int end = name.length();
            for (int k = 0; k < counts[i]; k++) {
                name.setLength(end);
                long hash = XxHash64.hash(name.append(k), 0);
                points[at++] = ((hash >>> ownerBits) << ownerBits) | i;
            }
        }
        Arrays.sort(points);
        return new RingSlots(points, ownerBits);
    }

    @Override
    public int size() {
        return points.length;
    }

    @Override
    public int slotOf(long hash) {
        int found = Arrays.binarySearch(points, hash);
        int slot = found >= 0 ? found : -found - 1;
        return slot == points.length ? 0 : slot;
    }

    @Override
    public int owner(int slot) {
        return (int) (points[slot] & ((1L << ownerBits) - 1));
    }

    @Override
    public double share(int slot) {
        if (points.length == 1) {
            return 1;
        }
        long before = points[slot == 0 ? points.length - 1 : slot - 1];
        // From the last point to the first one the circle closes: the difference runs over, and is right as an unsigned
        // number.
        return (((points[slot] - before) >>> 1) * 0x1p-63);
    }
}
