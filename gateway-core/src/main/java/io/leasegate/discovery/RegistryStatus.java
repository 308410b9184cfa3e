package io.leasegate.discovery;

/**
 * How a registry stands at one moment. Immutable.
 *
 * @param name the registry's name
 * @param synced whether everything was read at least once
 * @param connected whether changes are followed by now; without a connection the last state stays in force
 * @param error what keeps it from following and what can be done about it; while it is connected, what else is wrong, empty for nothing
 * @param revision the registry's revision that was applied last, 0 where there are none
 * @param sinceEpochMillis since when it is connected, or is not
 * @param confirmedAgeMillis how long ago the registry last confirmed that nothing newer is known; -1 when it never did
 * @param keys how many keys register instances; services that a file lists, names that stand for some
 * @param refusedKeys how many keys register nothing, up to the number that is remembered
 * @param lists how often everything was read
 * @param disconnects how often the connection was lost or could not be made, or reading came to nothing
 * @param held how many instances are kept although the registry has them no more
 * @param restoredEpochMillis when the table was saved that stands in for the registry, 0 when none does
 */
public record RegistryStatus(
        String name,
        boolean synced,
        boolean connected,
        String error,
        long revision,
        long sinceEpochMillis,
        long confirmedAgeMillis,
        int keys,
        int refusedKeys,
        long lists,
        long disconnects,
        int held,
        long restoredEpochMillis) {}
