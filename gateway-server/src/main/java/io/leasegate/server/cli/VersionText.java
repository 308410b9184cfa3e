package io.leasegate.server.cli;

import java.io.IOException;
import picocli.CommandLine.IVersionProvider;

/** The text of {@code --version}: the build's version, and the Java that runs it. */
final class VersionText implements IVersionProvider {

    @Override
    public String[] getVersion() throws IOException {
        return new String[] {
            "leasegate " + Version.number(), "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name")
        };
    }
}
