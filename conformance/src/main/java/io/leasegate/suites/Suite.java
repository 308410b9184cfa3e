package io.leasegate.suites;

import java.io.IOException;

/** A set of cases that others wrote, or described. Run by one thread, one suite after the other. */
interface Suite {

    /** What it is called on the command line. */
    String name();

    /** What is run against what, in a few words. */
    String description();

    /** How many cases there are: a run of fewer is a failure, however well they went. */
    int cases();

    /** What must be installed for it. */
    default void prepare(Tools tools) throws MissingToolException, IOException, InterruptedException {}

    /**
     * Runs every case.
     *
     * @throws IOException when something that the suite needs cannot be started, which its message explains
     */
    Score run(Bench bench) throws IOException, InterruptedException;
}
