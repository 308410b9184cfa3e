package io.leasegate.balance;

/** Slots in a circle, each with an owner among some endpoints, by which hashes find one. Immutable. */
interface HashSlots {

    int size();

    /** The slot of a hash. */
    int slotOf(long hash);

    /** The index of the endpoint that owns a slot. */
    int owner(int slot);

    /** The part of all hashes, 0 to 1, that a slot has. */
    double share(int slot);
}
