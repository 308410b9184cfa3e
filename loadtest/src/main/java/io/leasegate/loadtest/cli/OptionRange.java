package io.leasegate.loadtest.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Bounds of numbers on the command line. Stateless. */
final class OptionRange {

    private OptionRange() {}

    /** @throws ParameterException that says what was expected, for a value that is not within */
    static void check(CommandSpec spec, String option, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s is %s (expected %s to %s)".formatted(option, text(value), text(least), text(most)));
        }
    }

    private static String text(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
