package io.leasegate.loadtest.soak;

/**
 * One trouble at its time. Immutable.
 *
 * @param atMillis from the beginning of the cycle
 * @param trouble what happens
 * @param number of the instance or connection, from 0
 * @param forMillis how long it lasts, or how long the process is away; 0 for no time
 */
public record Event(int atMillis, Trouble trouble, int number, int forMillis) {

    @Override
    public String toString() {
        return "%6.2f s  %s%s"
                .formatted(atMillis / 1e3, trouble.titleOf(number), forMillis == 0 ? "" : " (" + forMillis + " ms)");
    }
}
