package io.leasegate.loadtest.peer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All peers there are. */
public final class Peers {

    private Peers() {}

    /**
     * In the order of the reports: Leasegate, the proxies that know HTTP/2, and the two floors.
     *
     * @param home the folder with Leasegate's launcher
     * @param more further lines of Leasegate's configuration
     */
    public static List<Peer> all(Path home, String more) {
        return List.of(
                new Leasegate(Leasegate.NAME, home, more),
                new Nghttpx(),
                new Haproxy(),
                new Envoy(),
                new Nginx(),
                new Traefik(),
                new Caddy(),
                new HaproxyTcp(),
                new Direct());
    }

    /**
     * Those with the names, in their order; {@code NAME=FOLDER} is the Leasegate in a folder, under a name of its own.
     *
     * @throws IllegalArgumentException for a name that is none, saying which there are
     */
    public static List<Peer> named(List<String> names, Path home, String more) {
        List<Peer> chosen = new ArrayList<>();
        for (String name : names) {
            int equals = name.indexOf('=');
            if (equals > 0) {
                Path other = Path.of(name.substring(equals + 1)).toAbsolutePath();
                chosen.add(new Leasegate(name.substring(0, equals), other, more));
                continue;
            }
            List<Peer> all = all(home, more);
            chosen.add(all.stream()
                    .filter(peer -> peer.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no peer '" + name + "' (expected one of "
                            + String.join(", ", all.stream().map(Peer::name).toList())
                            + ", or NAME=FOLDER for the Leasegate in a folder)")));
        }
        return chosen;
    }
}
