package io.leasegate.server.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration file that cannot be used. */
public final class ConfigurationException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    ConfigurationException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining(System.lineSeparator())));
        this.problems = List.copyOf(problems);
    }

    /** Everything that is wrong, in the order of the file's lines; at least one. */
    public List<Problem> problems() {
        return problems;
    }
}
