package io.leasegate.loadtest.peer;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A proxy to be measured. Stateless, any thread. */
public interface Peer {

    /** As it is given on the command line. */
    String name();

    /** As it is called in reports. */
    String title();

    /** The program that runs it, or null if it is not installed. */
    @Nullable
    Path program();

    /** What makes the program print its version, or nothing when it has none to tell. */
    List<String> versionCommand(Path program);

    /** How it is started for a setup; null for no process at all. */
    @Nullable
    Launch launch(Path program, Setup setup);

    /** The command that only checks the configuration of the launch, or nothing when the program has none. */
    default List<String> checkCommand(Path program, Setup setup) {
        return List.of();
    }

    /** Whether it is a Leasegate: what only makes sense for that one is measured with it alone. */
    default boolean isLeasegate() {
        return false;
    }

    /** Whether there is a proxy at all. */
    default boolean isProcess() {
        return true;
    }

    /** Whether it sees calls; a relay of bytes does not, and can neither spread calls nor end TLS. */
    default boolean speaksHttp2() {
        return true;
    }
}
