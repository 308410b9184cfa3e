package io.leasegate.loadtest.peer;

import java.util.List;
import java.util.Map;

/**
 * How a proxy is started. Immutable.
 *
 * @param files what to write into its folder first, by name
 * @param command the program and its arguments
 * @param environment variables beyond those of this process
 */
public record Launch(Map<String, String> files, List<String> command, Map<String, String> environment) {

    public Launch {
        files = Map.copyOf(files);
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
