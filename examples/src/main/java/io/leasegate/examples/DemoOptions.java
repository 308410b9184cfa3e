package io.leasegate.examples;

import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The command line of a demo service.
 *
 * @param service the name under which it is registered
 * @param name the name of this instance, which is in its answers
 * @param host the address that is registered, and so where the gateway looks for it
 * @param port where it listens; 0 picks a free port
 * @param etcd the members of the etcd cluster; empty means that it does not register
 * @param gateway {@code host:port} through which it calls other services
 * @param version the registered version
 * @param weight the registered weight
 * @param ttl how long the registration outlives a process that dies
 * @param callLog where to note the calls that have an {@code x-call-id}; null for nowhere
 */
record DemoOptions(
        String service,
        String name,
        String host,
        int port,
        List<String> etcd,
        String gateway,
        String version,
        long weight,
        Duration ttl,
        @Nullable Path callLog) {

    private static final Set<String> KNOWN =
            Set.of("--name", "--host", "--port", "--etcd", "--gateway", "--version", "--weight", "--ttl", "--call-log");

    private static final String USAGE = """
            Usage: ./leasegate demo %s [OPTION VALUE]...

              --port N            where to listen (default 0: a free port)
              --host ADDRESS      the address to register (default 127.0.0.1; auto: this machine's own)
              --etcd URL[,URL]    the etcd to register in (default: no registration)
              --gateway HOST:PORT through which to call other services (default 127.0.0.1:8080)
              --name NAME         the instance's name in its answers (default: the service and the process id or host)
              --version VERSION   the version to register (default 1.0.0)
              --weight N          the weight to register (default 1)
              --ttl SECONDS       how long the registration outlives the process if it dies (default 5)
              --call-log FILE     append the x-call-id of each call that has one (default: nowhere)
            """;

    /** Reads the arguments; ends the process with the usage on {@code --help} (exit code 0) and on a mistake (exit code 2). */
    static DemoOptions parseOrExit(String service, String[] args) {
        if (Set.of(args).contains("--help") || Set.of(args).contains("-h")) {
            System.out.print(USAGE.formatted(service));
            System.exit(0);
        }
        try {
            return parse(service, args);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.print(USAGE.formatted(service));
            System.exit(2);
            throw e;
        }
    }

    /** @throws IllegalArgumentException with a message that names the argument that is wrong */
    static DemoOptions parse(String service, String... args) {
        Map<String, String> given = pairs(args);
        String etcd = given.getOrDefault("--etcd", "");
        String callLog = given.get("--call-log");
        return new DemoOptions(
                service,
                given.getOrDefault("--name", usualName(service)),
                host(given.get("--host")),
                (int) number(given, "--port", 0, 0, 65535),
                etcd.isEmpty() ? List.of() : List.of(etcd.split(",")),
                given.getOrDefault("--gateway", "127.0.0.1:8080"),
                given.getOrDefault("--version", "1.0.0"),
                number(given, "--weight", 1, 0, Integer.MAX_VALUE),
                Duration.ofSeconds(number(given, "--ttl", 5, 2, 86_400)),
                callLog == null ? null : Path.of(callLog));
    }

    /** In a container, where every process has the number 1, it is the host that has a name of its own. */
    private static String usualName(String service) {
        long pid = ProcessHandle.current().pid();
        if (pid != 1) {
            return service + "-" + pid;
        }
        try {
            return service + "-" + InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return service;
        }
    }

    private static Map<String, String> pairs(String[] args) {
        Map<String, String> pairs = new HashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            if (!KNOWN.contains(args[i])) {
                throw new IllegalArgumentException(args[i] + ": unknown option");
            }
            if (i + 1 == args.length) {
                throw new IllegalArgumentException(args[i] + ": its value is missing");
            }
            pairs.put(args[i], args[i + 1]);
        }
        return pairs;
    }

    private static long number(Map<String, String> given, String option, long otherwise, long least, long most) {
        String text = given.get(option);
        if (text == null) {
            return otherwise;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below, together with what is out of range
        }
        throw new IllegalArgumentException(option + ": " + text + " (expected " + least + " to " + most + ")");
    }

    private static String host(@Nullable String given) {
        if (given == null) {
            return "127.0.0.1";
        }
        return given.equals("auto") ? ownAddress() : given;
    }

    /** The first IPv4 address that others can reach, as in a container; the loopback address where there is none. */
    private static String ownAddress() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(a -> a instanceof Inet4Address && !a.isLoopbackAddress() && !a.isLinkLocalAddress())
                    .map(InetAddress::getHostAddress)
                    .findFirst()
                    .orElse("127.0.0.1");
        } catch (SocketException e) {
            throw new UncheckedIOException("--host auto: this machine's addresses cannot be read", e);
        }
    }
}
