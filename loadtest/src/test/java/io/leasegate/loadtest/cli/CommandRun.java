package io.leasegate.loadtest.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A command of the load test that has ended, with the gateway of this build.
 *
 * @param output what it printed
 * @param errors what it said on standard error
 */
record CommandRun(int exitCode, String output, String errors) {

    static CommandRun of(String command, String... arguments) {
        System.setProperty(
                "leasegate.home", Path.of("..").toAbsolutePath().normalize().toString());
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] all = Stream.concat(Stream.of(command), Stream.of(arguments)).toArray(String[]::new);
        int code = LoadtestMain.run(new PrintWriter(out, true), new PrintWriter(err, true), all);
        return new CommandRun(code, out.toString(), err.toString());
    }
}
