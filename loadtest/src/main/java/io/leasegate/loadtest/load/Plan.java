package io.leasegate.loadtest.load;

/**
 * What a load consists of.
 *
 * @param method what is called
 * @param connections how many there are
 * @param streams calls that each connection has open at a time
 * @param callsPerSecond over all connections, at times that do not depend on the answers; 0 for a closed loop, in which each answer is followed by
 *     the next call
 */
public record Plan(Method method, int connections, int streams, double callsPerSecond) {

    /** In a closed loop. */
    public static Plan closed(Method method, int connections, int streams) {
        return new Plan(method, connections, streams, 0);
    }

    /** At a fixed rate of arrivals. */
    public static Plan open(Method method, int connections, double callsPerSecond) {
        return new Plan(method, connections, 100, callsPerSecond);
    }
}
