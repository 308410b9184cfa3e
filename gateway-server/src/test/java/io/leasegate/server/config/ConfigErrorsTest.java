package io.leasegate.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule of the file broken once: the message is exact, with key, value, expectation and line. */
class ConfigErrorsTest {

    private static final String ETCD = "leasegate.discovery.etcd.endpoints = [ \"http://127.0.0.1:2379\" ]\n";

    private static final String FORMATS =
            "seed, etcd-naming, kratos, kitex, go-micro, dubbo-interface, dubbo-application,"
                    + " jupiter, liyue201-grpc-lb, wwcd-grpc-lb, shenyu, skydns, hertz, rpcx, seata, apisix, traefik, vulcand,"
                    + " spring-cloud-etcd, goframe, go-zero or go-kit";

    @TempDir
    private Path directory = Path.of("");

    /** One line of configuration that is put on line 2, behind a valid registry, and the message that it gives. */
    static Stream<Arguments> oneLine() {
        return Stream.of(
                // Scalars.
                line(
                        "leasegate.listeners = [ { port = 70000 } ]",
                        "leasegate.listeners[0].port: 70000 (expected 1-65535)"),
                line("leasegate.listeners = [ { port = -1 } ]", "leasegate.listeners[0].port: -1 (expected 1-65535)"),
                line(
                        "leasegate.listeners = [ { port = 80.5 } ]",
                        "leasegate.listeners[0].port: 80.5 (expected 1-65535)"),
                line(
                        "leasegate.listeners = [ { port = http } ]",
                        "leasegate.listeners[0].port: http (expected 1-65535)"),
                line("leasegate.admin.port = 65536", "leasegate.admin.port: 65536 (expected 1-65535)"),
                line("leasegate.admin.port = [ 1 ]", "leasegate.admin.port: [1] (expected one value, not a list)"),
                line(
                        "leasegate.admin.port { a = 1 }",
                        "leasegate.admin.port: {\"a\":1} (expected one value, not a block)"),
                line("leasegate.admin = 9900", "leasegate.admin: 9900 (expected a block: { … })"),
                line("leasegate.io.threads = 0", "leasegate.io.threads: 0 (expected 1-1024, or auto)"),
                line("leasegate.io.threads = many", "leasegate.io.threads: many (expected 1-1024, or auto)"),
                line(
                        "leasegate.access-log.enabled = yes",
                        "leasegate.access-log.enabled: yes (expected true or false)"),
                line(
                        "leasegate.log.level = loud",
                        "leasegate.log.level: loud (expected error, warn, info, debug or trace)"),
                line("leasegate.access-log.format = xml", "leasegate.access-log.format: xml (expected text or json)"),
                line("leasegate.zone = \"a b\"", "leasegate.zone: a b (expected a zone's name, without spaces)"),
                // Durations.
                line(
                        "leasegate.drain.grace = 5",
                        "leasegate.drain.grace: 5 (expected a duration with a unit such as 250ms, 5s or 2m)"),
                line(
                        "leasegate.drain.grace = 5 parsecs",
                        "leasegate.drain.grace: 5 parsecs (expected a duration with a unit such as 250ms, 5s or 2m; "
                                + "units are ns, us, ms, s, m, h, d)"),
                line(
                        "leasegate.drain.grace = -5s",
                        "leasegate.drain.grace: -5s (expected a duration with a unit such as 250ms, 5s or 2m)"),
                line(
                        "leasegate.drain.grace = none",
                        "leasegate.drain.grace: none (expected a duration with a unit such as 250ms, 5s or 2m)"),
                line(
                        "leasegate.drain.grace = 200000d",
                        "leasegate.drain.grace: 200000d (expected a duration with a unit such as 250ms, 5s or 2m, "
                                + "at most 100000d)"),
                line(
                        "leasegate.drain.grace = 99999999999999999999999d",
                        "leasegate.drain.grace: 99999999999999999999999d (expected a duration with a unit such as 250ms, "
                                + "5s or 2m, at most 100000d)"),
                line(
                        "leasegate.drain.grace = 9223372036854775807.5d",
                        "leasegate.drain.grace: 9223372036854775807.5d (expected a duration with a unit such as 250ms, "
                                + "5s or 2m, at most 100000d)"),
                line(
                        "leasegate.services.default.timeouts.total = 5",
                        "leasegate.services.default.timeouts.total: 5 "
                                + "(expected a duration with a unit such as 250ms, 5s or 2m, or none)"),
                line(
                        "leasegate.services.default.timeouts.idle = 0s",
                        "leasegate.services.default.timeouts.idle: 0s "
                                + "(expected a duration with a unit such as 250ms, 5s or 2m, more than zero, or none)"),
                line(
                        "leasegate.services.echo.timeouts.stream-age = never",
                        "leasegate.services.echo.timeouts.stream-age: never "
                                + "(expected a duration with a unit such as 250ms, 5s or 2m, or none)"),
                line(
                        "leasegate.upstream.connect-timeout = 10us",
                        "leasegate.upstream.connect-timeout: 10us (expected a duration from 1ms to 1d)"),
                line(
                        "leasegate.listeners = [ { connections.max = 0 } ]",
                        "leasegate.listeners[0].connections.max: 0 (expected a whole number from 1, or auto, or none)"),
                line(
                        "leasegate.listeners = [ { connections.rate-per-address = auto } ]",
                        "leasegate.listeners[0].connections.rate-per-address: auto (expected a whole number from 1, or none)"),
                line(
                        "leasegate.listeners = [ { rapid-reset.within = 1500ms } ]",
                        "leasegate.listeners[0].rapid-reset.within: 1500ms "
                                + "(expected a duration in whole seconds from 1s to 1d)"),
                line(
                        "leasegate.upstream.keepalive.interval = 10ms",
                        "leasegate.upstream.keepalive.interval: 10ms (expected a duration from 1s to 1d, or none)"),
                line(
                        "leasegate.upstream.idle-timeout = 0s",
                        "leasegate.upstream.idle-timeout: 0s "
                                + "(expected a duration with a unit such as 250ms, 5s or 2m, more than zero, or none)"),
                // Sizes.
                line(
                        "leasegate.upstream.initial-window = 65536",
                        "leasegate.upstream.initial-window: 65536 (expected a size with a unit such as 64KiB or 1MiB)"),
                line(
                        "leasegate.upstream.initial-window = 64KB",
                        "leasegate.upstream.initial-window: 64KB (expected a size with a unit such as 64KiB or 1MiB; "
                                + "units are B, KiB, MiB, GiB)"),
                line(
                        "leasegate.upstream.max-header-list = 1GiB",
                        "leasegate.upstream.max-header-list: 1GiB (expected a size with a unit such as 64KiB or 1MiB, "
                                + "from 1KiB to 16MiB)"),
                // Shares.
                line(
                        "leasegate.services.default.retry.budget = 101%",
                        "leasegate.services.default.retry.budget: 101% (expected a share from 0% to 100%, such as 10%)"),
                line(
                        "leasegate.services.default.retry.budget = 1e1%",
                        "leasegate.services.default.retry.budget: 1e1% (expected a share from 0% to 100%, such as 10%)"),
                line(
                        "leasegate.services.default.outlier.max-ejected = 0.5",
                        "leasegate.services.default.outlier.max-ejected: 0.5 "
                                + "(expected a share from 0% to 100%, such as 10%)"),
                // Names of things.
                line(
                        "leasegate.services.default.retry.statuses = [ UNAVAILBLE ]",
                        "leasegate.services.default.retry.statuses[0]: UNAVAILBLE "
                                + "(expected the name of a gRPC status other than OK; nearest is UNAVAILABLE)"),
                line(
                        "leasegate.services.default.retry.statuses = UNAVAILABLE",
                        "leasegate.services.default.retry.statuses: UNAVAILABLE (expected a list: [ … ])"),
                line(
                        "leasegate.services.default.balance.policy = fastest",
                        "leasegate.services.default.balance.policy: fastest "
                                + "(expected round-robin, random, least-request, peak-ewma, ring-hash or maglev)"),
                line(
                        "leasegate.services.echo.balance.policy = maglev",
                        "leasegate.services.echo.balance.hash-on: missing "
                                + "(the policy hashes requests: write { header = \"x-user\" }, authority or source)"),
                line(
                        "leasegate.services.echo.balance.hash-on = cookie",
                        "leasegate.services.echo.balance.hash-on: cookie (expected { header = NAME }, authority or source)"),
                line(
                        "leasegate.services.echo.eviction.in-flight = cut",
                        "leasegate.services.echo.eviction.in-flight: cut (expected finish, cut-after or cut-now)"),
                line(
                        "leasegate.services.echo.limits.streams = 0",
                        "leasegate.services.echo.limits.streams: 0 (expected a whole number from 1, or none)"),
                line(
                        "leasegate.services.echo.hedge.attempts = 11",
                        "leasegate.services.echo.hedge.attempts: 11 (expected 1-10)"),
                line(
                        "leasegate.services.default { retry.attempts = 3, hedge.attempts = 2 }",
                        "leasegate.services.default.hedge.attempts: 2 (expected 1 beside retry.attempts = 3: "
                                + "a call is either retried or hedged, so set one of the two to 1)"),
                line(
                        "leasegate { services.echo.retry.attempts = 3, routes = [ "
                                + "{ match.path = \"/a/b\", service = echo, hedge.attempts = 2 } ] }",
                        "leasegate.routes[0].hedge.attempts: 2 (expected 1 beside retry.attempts = 3: "
                                + "a call is either retried or hedged, so set one of the two to 1)"),
                line(
                        "leasegate.services.echo.retry.backoff { initial = 2s, max = 1s }",
                        "leasegate.services.echo.retry.backoff.max: 1s (expected at least backoff.initial)"),
                line(
                        "leasegate.services.echo.tls.ca = \"ca.pem\"",
                        "leasegate.services.echo.tls.enabled: missing "
                                + "(TLS is configured: write enabled = true for all instances, "
                                + "or false for those alone that register with it)"));
    }

    static Stream<Arguments> listenersAndAddresses() {
        return Stream.of(
                line(
                        "leasegate.listeners = []",
                        "leasegate.listeners: [] (expected at least one listener: "
                                + "[ { address = \"127.0.0.1\", port = 8080 } ])"),
                line("leasegate.listeners = 8080", "leasegate.listeners: 8080 (expected a list: [ … ])"),
                line("leasegate.listeners = [ 8080 ]", "leasegate.listeners[0]: 8080 (expected a block: { … })"),
                line(
                        "leasegate.listeners = [ { address = \"127.0.0.1:80\" } ]",
                        "leasegate.listeners[0].address: 127.0.0.1:80 (expected an IP address or host name, without port)"),
                line(
                        "leasegate.listeners = [ { address = \"[::1]\" } ]",
                        "leasegate.listeners[0].address: [::1] "
                                + "(expected an IP address or host name, IPv6 without brackets)"),
                line(
                        "leasegate.admin.address = \"300.0.0.1\"",
                        "leasegate.admin.address: 300.0.0.1 (expected an IP address or host name, without port)"),
                line(
                        "leasegate.admin.address = \"\"",
                        "leasegate.admin.address: \"\" (expected an IP address or host name, without port)"),
                line(
                        "leasegate.listeners = [ { name = a, port = 1 }, { name = a, port = 2 } ]",
                        "leasegate.listeners[1].name: a (already the name of leasegate.listeners[0]; choose another one)"),
                line(
                        "leasegate.listeners = [ { name = listener-1, port = 1 }, { port = 2 } ]",
                        "leasegate.listeners[1]: its name would be listener-1, which leasegate.listeners[0] has "
                                + "(expected a name of its own)"),
                line(
                        "leasegate.listeners = [ { port = 81 }, { port = 81 } ]",
                        "leasegate.listeners[1]: 127.0.0.1 port 81 is already taken by leasegate.listeners[0] "
                                + "(choose another port)"),
                line(
                        "leasegate.listeners = [ { port = 9900 } ]",
                        "leasegate.listeners[0]: 127.0.0.1 port 9900 is already taken by leasegate.admin "
                                + "(choose another port)"),
                line(
                        "leasegate.admin.port = 8080",
                        "leasegate.admin: 127.0.0.1 port 8080 is already taken by leasegate.listeners[0] "
                                + "(choose another port)"),
                line(
                        "leasegate.access-log.output = \"nowhere/access.log\"",
                        "leasegate.access-log.output: nowhere/access.log "
                                + "(no such directory: DIRECTORY/nowhere; create it, or write stdout)"),
                line(
                        "leasegate.access-log.output = \".\"",
                        "leasegate.access-log.output: . "
                                + "(cannot be written: choose a file that this user may write, or write stdout)"));
    }

    static Stream<Arguments> discovery() {
        return Stream.of(
                etcd(
                        "[ \"127.0.0.1:2379\" ]",
                        "endpoints[0]: 127.0.0.1:2379 "
                                + "(expected a URL such as http://127.0.0.1:2379; write http:// or https:// before it)"),
                etcd(
                        "[ \"ftp://h:1\" ]",
                        "endpoints[0]: ftp://h:1 "
                                + "(expected a URL with http:// or https://, such as http://127.0.0.1:2379)"),
                etcd(
                        "[ \"http://h\" ]",
                        "endpoints[0]: http://h "
                                + "(expected a URL with host and port, such as http://127.0.0.1:2379)"),
                etcd(
                        "[ \"http://h:70000\" ]",
                        "endpoints[0]: http://h:70000 "
                                + "(expected a URL with host and port, such as http://127.0.0.1:2379)"),
                etcd(
                        "[ \"http://h:1/services\" ]",
                        "endpoints[0]: http://h:1/services "
                                + "(expected a URL of host and port alone; parts of the key space are named in prefixes)"),
                etcd(
                        "[ \"http://u:p@h:1\" ]",
                        "endpoints[0]: http://u:p@h:1 "
                                + "(expected a URL without user; write username and password beside endpoints)"),
                etcd(
                        "[ \"http://a b:1\" ]",
                        "endpoints[0]: http://a b:1 (expected a URL such as http://127.0.0.1:2379; write several as a list of strings)"),
                etcd("[]", "endpoints: [] (expected at least one URL: [ \"http://127.0.0.1:2379\" ])"),
                etcd(
                        "\"http://a:1,b:2\"",
                        "endpoints: http://a:1,b:2 "
                                + "(expected a URL such as http://127.0.0.1:2379; write http:// or https:// before it)"),
                etcd(
                        "\"http://a:1,https://b:2\"",
                        "endpoints: http://a:1,https://b:2 "
                                + "(all endpoints must begin with http://, or all with https://)"),
                line(
                        "leasegate.discovery.etcd.formats = seed",
                        "leasegate.discovery.etcd.formats: seed " + "(expected auto, or a list of " + FORMATS + ")"),
                line(
                        "leasegate.discovery.etcd.formats = [ kratoss ]",
                        "leasegate.discovery.etcd.formats[0]: kratoss (expected auto, " + FORMATS
                                + "; nearest is kratos)"),
                line(
                        "leasegate.discovery.etcd.formats = []",
                        "leasegate.discovery.etcd.formats: [] (expected auto, or a list of " + FORMATS + ")"),
                line(
                        "leasegate.discovery.etcd.prefixes = [ { prefix = \"a/\", format = go-kitt } ]",
                        "leasegate.discovery.etcd.prefixes[0].format: go-kitt (expected auto, " + FORMATS
                                + "; nearest is go-kit)"),
                line(
                        "leasegate.discovery.etcd.prefixes = [ { format = seed } ]",
                        "leasegate.discovery.etcd.prefixes[0].prefix: missing (expected a value)"),
                line(
                        "leasegate.discovery.etcd.prefixes = [ { prefix = \"a/\", service = \"a b\" } ]",
                        "leasegate.discovery.etcd.prefixes[0].service: a b (expected a service name, without spaces)"),
                line(
                        "leasegate.discovery.etcd.prefixes = [ { prefix = \"a/\", formats = seed } ]",
                        "leasegate.discovery.etcd.prefixes[0].formats: unknown key "
                                + "(did you mean leasegate.discovery.etcd.prefixes[0].format?)"),
                line(
                        "leasegate.discovery.etcd.prefixes = [ \"a/\", { prefix = \"a/\", service = b } ]",
                        "leasegate.discovery.etcd.prefixes[1]: {\"prefix\":\"a/\",\"service\":\"b\"} "
                                + "(the prefix is there twice, and not with the same format and service)"),
                line(
                        "leasegate.discovery.etcd.prefixes = \"/\"",
                        "leasegate.discovery.etcd.prefixes: / (expected a list: [ … ])"),
                line(
                        "leasegate.discovery.etcd.prefixes = []",
                        "leasegate.discovery.etcd.prefixes: [] "
                                + "(expected at least one prefix: [ \"/\" ], or [ \"\" ] for all keys)"),
                line(
                        "leasegate.discovery.etcd.tls {}",
                        "leasegate.discovery.etcd.tls: is set, but an endpoint begins "
                                + "with http://, which is clear text (expected https://, or no tls)"),
                staticService(
                        "a b = []",
                        "\"a b\": not a name that can stand here (expected a service name, without spaces)"),
                staticService("a = \"h:1\"", "a: h:1 (expected a list: [ … ])"),
                staticService("a = [ \"h:1\" ]", "a[0]: h:1 (expected a block: { … })"),
                staticService(
                        "a = [ {} ]",
                        "a[0].address: missing "
                                + "(expected host:port such as 127.0.0.1:50051, an IPv6 address in brackets)"),
                staticService(
                        "a = [ { address = \"::1:50\" } ]",
                        "a[0].address: ::1:50 "
                                + "(expected host:port such as 127.0.0.1:50051, an IPv6 address in brackets)"),
                staticService(
                        "a = [ { address = \":50\" } ]",
                        "a[0].address: :50 "
                                + "(expected host:port such as 127.0.0.1:50051, an IPv6 address in brackets)"),
                staticService(
                        "a = [ { address = \"h:0\" } ]",
                        "a[0].address: h:0 " + "(expected a port of 1-65535 after the last colon)"),
                staticService(
                        "a = [ { address = \"h:1\" }, { address = \"h:1\" } ]",
                        "a[1].address: h:1 " + "(is there twice in this service)"),
                staticService(
                        "a = [ { address = \"h:1\", weight = -1 } ]",
                        "a[0].weight: -1 (expected a whole number from 0)"),
                staticService(
                        "a = [ { address = \"h:1\", metadata { x = [] } } ]",
                        "a[0].metadata.x: [] " + "(expected one value, not a list)"));
    }

    static Stream<Arguments> names() {
        String services = "leasegate.discovery.dns.services";
        return Stream.of(
                line(services + " = []", services + ": [] (expected a block: { NAME = … })"),
                line(services + " { a = \"h:1\" }", services + ".a: h:1 (expected a list: [ … ])"),
                line(
                        services + " { a = [ host ] }",
                        services
                                + ".a[0]: host (expected a host name and port such as echo.internal:50051, or a name of SRV"
                                + " records such as _grpc._tcp.echo.internal)"),
                line(
                        services + " { a = [ \"10.0.0.1:1\" ] }",
                        services + ".a[0]: 10.0.0.1:1 (expected a name; an IP address is listed in"
                                + " leasegate.discovery.static.services, or a name of SRV records such as"
                                + " _grpc._tcp.echo.internal)"),
                line(
                        services + " { a = [ { address = \"[::1]:1\" } ] }",
                        services + ".a[0].address: [::1]:1 (expected a name; an IP address is listed in"
                                + " leasegate.discovery.static.services)"),
                line(
                        services + " { a = [ {} ] }",
                        services
                                + ".a[0].address: missing (expected a host name and port such as echo.internal:50051, or"
                                + " srv in its place)"),
                line(
                        services + " { a = [ { address = \"h:1\", srv = s } ] }",
                        services + ".a[0].srv: is there beside address (expected one of them)"),
                line(
                        services + " { a = [ { srv = \"s:1\" } ] }",
                        services
                                + ".a[0].srv: s:1 (expected a DNS name such as _grpc._tcp.echo.internal, without a port)"),
                line(
                        services + " { a = [ { srv = s, weight = 2 } ] }",
                        services + ".a[0].weight: 2 (goes with address, not with srv: SRV records have weights of their"
                                + " own)"),
                line(
                        services + " { a = [ { address = \"h:1\", family = v4 } ] }",
                        services + ".a[0].family: v4 (expected any, ipv4 or ipv6)"),
                line(
                        services + " { a = [ \"h:1\", { address = \"h:1\" } ] }",
                        services + ".a[1]: {\"address\":\"h:1\"} (is there twice in this service)"),
                line(
                        "leasegate.dns.name-servers = google",
                        "leasegate.dns.name-servers: google (expected system, or a list of IP addresses)"),
                line(
                        "leasegate.dns.name-servers = []",
                        "leasegate.dns.name-servers: [] (expected at least one IP address, or system)"),
                line(
                        "leasegate.dns.name-servers = [ \"dns.google\" ]",
                        "leasegate.dns.name-servers[0]: dns.google (expected an IP address, and a port where it is not 53, such"
                                + " as 10.0.0.2 or [fd00::2]:5353)"),
                line(
                        "leasegate.dns { min-interval = 10s, max-interval = 2s }",
                        "leasegate.dns.max-interval: 2s (expected min-interval or more, which is 10000ms)"));
    }

    static Stream<Arguments> routes() {
        return Stream.of(
                route(
                        "service = a",
                        ".match: missing "
                                + "(expected a block with at least one condition, such as { path-prefix = \"/\" })"),
                route(
                        "match {}, service = a",
                        ".match: no condition "
                                + "(expected at least one of path-prefix, path, grpc-service, authority, headers, identity, listener and source)"),
                route(
                        "match { path = \"/a\", path-prefix = \"/\" }, service = a",
                        ".match: path and path-prefix are both set "
                                + "(expected one of path, path-prefix and grpc-service)"),
                route(
                        "match { path-prefix = a }, service = a",
                        ".match.path-prefix: a "
                                + "(expected a path that begins with a slash, such as /package.Service/)"),
                route(
                        "match { grpc-method = M, authority = h }, service = a",
                        ".match.grpc-service: missing "
                                + "(grpc-method is set: name the service that it is a method of)"),
                route(
                        "match { grpc-service = \"/a.B\" }, service = a",
                        ".match.grpc-service: /a.B "
                                + "(expected a full gRPC service name such as package.Service, without slashes)"),
                route(
                        "match { authority = \"http://h\" }, service = a",
                        ".match.authority: http://h "
                                + "(expected a host as clients name it, with or without port, such as api.example.com)"),
                route(
                        "match { headers { x { regex = \"(\" } } }, service = a",
                        ".match.headers.x.regex: ( "
                                + "(expected a regular expression in RE2 syntax: missing closing ))"),
                route(
                        "match { headers { x {} } }, service = a",
                        ".match.headers.x: no condition " + "(expected one of prefix, regex and present)"),
                route(
                        "match { headers { x { prefix = a, present = true } } }, service = a",
                        ".match.headers.x: " + "several conditions (expected one of prefix, regex and present)"),
                route(
                        "match { headers { \":path\" = a } }, service = a",
                        ".match.headers.\":path\": "
                                + "not a name that can stand here (expected the name of a header; "
                                + "match :path by authority, path or path-prefix)"),
                route(
                        "match { headers { \"x y\" = a } }, service = a",
                        ".match.headers.\"x y\": "
                                + "not a name that can stand here (expected the name of a header such as x-user)"),
                route(
                        "match { headers { X-A = a, x-a = b } }, service = a",
                        ".match.headers.x-a: "
                                + "not a name that can stand here (expected a header once: "
                                + "leasegate.routes[0].match.headers.X-A is the same one)"),
                route(
                        "match { path = \"/a\" }",
                        ".service: missing " + "(expected the name of the service that the calls go to, or split)"),
                route(
                        "match { path = \"/a\" }, service = \"a b\"",
                        ".service: a b (expected a service name, without spaces)"),
                route(
                        "match { path = \"/a\" }, service = a, split = [ { service = b } ]",
                        ": service and split are both set " + "(expected one of them)"),
                route(
                        "match { path = \"/a\" }, version = 1, split = [ { service = b } ]",
                        ": version beside split " + "(expected it in the elements of split)"),
                route(
                        "match { path = \"/a\" }, tags = [ x ], split = [ { service = b } ]",
                        ": tags beside split " + "(expected it in the elements of split)"),
                route(
                        "match { path = \"/a\" }, service = a, version = \"^one\"",
                        ".version: ^one (expected a version, or a range of them such as ^1.2, \">=1.2 <2\" or 1.x)"),
                route(
                        "match { listener = edge }, service = a",
                        ".match.listener: edge (expected the name of a listener; there are listener-0)"),
                route(
                        "match { source = [ 10.0.0.0/33 ] }, service = a",
                        ".match.source[0]: 10.0.0.0/33 (expected 0-32)"),
                route(
                        "match { source = [ localhost ] }, service = a",
                        ".match.source[0]: localhost (expected an IP address or a range of them, such as 10.0.0.0/8 or fd00::/8)"),
                route(
                        "match { path = \"/a\" }, split = []",
                        ".split: [] (expected at least one element with a weight above 0: "
                                + "[ { service = NAME, weight = 90 }, … ])"),
                route(
                        "match { path = \"/a\" }, split = [ { service = a }, { service = a } ]",
                        ".split[1]: {\"service\":\"a\"} "
                                + "(the same service and version twice; add up the weights in one element)"),
                route(
                        "match { path = \"/a\" }, service = a, mirror {}",
                        ".mirror.service: missing " + "(expected a service name, without spaces)"),
                route(
                        "match { path = \"/a\" }, service = a, mirror { service = b, percent = 10 }",
                        ".mirror.percent: 10 " + "(expected a share from 0% to 100%, such as 10%)"),
                route(
                        "match { path = \"/a\" }, service = a, fault {}",
                        ".fault: neither delay nor abort " + "(expected at least one of them)"),
                route(
                        "match { path = \"/a\" }, service = a, fault.delay {}",
                        ".fault.delay.duration: missing "
                                + "(expected a duration with a unit such as 250ms, 5s or 2m)"),
                route(
                        "match { path = \"/a\" }, service = a, fault.abort { status = UNAVAILBLE }",
                        ".fault.abort.status: UNAVAILBLE "
                                + "(expected the name of a gRPC status other than OK; nearest is UNAVAILABLE)"),
                route(
                        "match { path = \"/a\" }, service = a, headers.request.set { te = x }",
                        ".headers.request.set.te: "
                                + "not a name that can stand here (expected a header that a route may change; "
                                + "HTTP/2 itself uses this one)"),
                route(
                        "match { path = \"/a\" }, service = a, headers.response.remove = [ Connection ]",
                        ".headers.response.remove[0]: Connection (expected a header that a route may change; "
                                + "HTTP/2 itself uses this one)"),
                route(
                        "match { path = \"/a\" }, service = a, headers.request.add { x = \"a\\nb\" }",
                        ".headers.request.add.x: "
                                + "\"a\\nb\" (expected a header value, without line breaks and control characters)"),
                route(
                        "match { path = \"/a\" }, service = a, retry.attempts = 0",
                        ".retry.attempts: 0 (expected 1-10)"));
    }

    static Stream<Arguments> unknownKeys() {
        return Stream.of(
                line("leasegate.lisners = []", "leasegate.lisners: unknown key (did you mean leasegate.listeners?)"),
                line(
                        "leasegate.listeners = [ { prot = 1 } ]",
                        "leasegate.listeners[0].prot: unknown key " + "(did you mean leasegate.listeners[0].port?)"),
                line(
                        "leasegate.discovery.etcd.endpoint = []",
                        "leasegate.discovery.etcd.endpoint: unknown key "
                                + "(did you mean leasegate.discovery.etcd.endpoints?)"),
                line(
                        "leasegate.services.default.timeouts.totl = 1s",
                        "leasegate.services.default.timeouts.totl: unknown key "
                                + "(did you mean leasegate.services.default.timeouts.total?)"),
                line(
                        "leasegate.services.echo.balance.zoneAware = true",
                        "leasegate.services.echo.balance.zoneAware: unknown key "
                                + "(did you mean leasegate.services.echo.balance.zone-aware?)"),
                line(
                        "leasegate.services.echo.retry.back_off.max = 1s",
                        "leasegate.services.echo.retry.back_off: unknown key "
                                + "(did you mean leasegate.services.echo.retry.backoff?)"),
                line(
                        "leasegate.services.echo.tls { enabled = false, certificat = a }",
                        "leasegate.services.echo.tls.certificat: unknown key "
                                + "(did you mean leasegate.services.echo.tls.certificate?)"),
                line(
                        "leasegate.endpoints = []",
                        "leasegate.endpoints: unknown key " + "(did you mean leasegate.discovery.etcd.endpoints?)"),
                line(
                        "leasegate.services.shop.Orders { }",
                        "leasegate.services.shop.Orders: unknown key "
                                + "(nearest is leasegate.services.shop.retry; known here: balance, health, reflection, outlier, limits, tls, "
                                + "retry, hedge, timeouts, eviction; a name with dots is written in quotes: \"lab.Echo\")"),
                line(
                        "leasegate.admin.tcp-backlog = 5",
                        "leasegate.admin.tcp-backlog: unknown key "
                                + "(nearest is leasegate.admin.port; known here: address, port, explain-calls)"),
                line("leasegat { }", "leasegat: unknown key (did you mean leasegate?)"),
                line("listeners = []", "listeners: unknown key (did you mean leasegate.listeners?)"),
                line(
                        "lisners = []",
                        "lisners: unknown key (did you mean leasegate.listeners? All keys stand below leasegate)"),
                line(
                        "leasegate.routes = [ { match { pathprefix = \"/\" , path = \"/a\" }, service = a } ]",
                        "leasegate.routes[0].match.pathprefix: unknown key (did you mean leasegate.routes[0].match.path-prefix?)"));
    }

    @ParameterizedTest
    @MethodSource({"oneLine", "listenersAndAddresses", "discovery", "names", "routes", "unknownKeys"})
    void oneErrorOnLineTwo(String line, String message) throws IOException {
        Path file = write("gate.conf", ETCD + line + "\n");

        assertThat(errors(file))
                .containsExactly(message.replace("DIRECTORY", directory.toString()) + ", " + file + ": line 2");
    }

    @Test
    void allErrorsAtOnceInTheOrderOfTheLines() throws IOException {
        Path file = write("bad.conf", """
                leasegate {
                  listeners = [
                    { address = "127.0.0.1", port = 70000 } ]
                  lisners = []
                  discovery.etcd.endpoint = []
                  drain.grace = 5
                  admin { port = x, prt = 1 }
                }
                """);

        assertThat(errors(file))
                .containsExactly(
                        "leasegate.listeners[0].port: 70000 (expected 1-65535), " + file + ": line 3",
                        "leasegate.lisners: unknown key (did you mean leasegate.listeners?), " + file + ": line 4",
                        "leasegate.discovery.etcd.endpoint: unknown key (did you mean leasegate.discovery.etcd.endpoints?), "
                                + file + ": line 5",
                        "leasegate.discovery.etcd.endpoints: missing (expected a list of URLs such as [ \"http://127.0.0.1:2379\" ]), "
                                + file + ": line 5",
                        "leasegate.drain.grace: 5 (expected a duration with a unit such as 250ms, 5s or 2m), " + file
                                + ": line 6",
                        "leasegate.admin.port: x (expected 1-65535), " + file + ": line 7",
                        "leasegate.admin.prt: unknown key (did you mean leasegate.admin.port?), " + file + ": line 7");
    }

    @Test
    void anErrorInTheDefaultsOfServicesShowsOnce() throws IOException {
        Path file = write("gate.conf", ETCD + """
                leasegate.services {
                  default { retry { attempts = 0, atempts = 1 } }
                  a { retry { budget = 1% } }
                  b { retry { budget = 1% } }
                }
                leasegate.routes = [ { match { path = "/x" }, service = a, retry { buffer = 1KiB } } ]
                """);

        assertThat(errors(file))
                .containsExactly(
                        "leasegate.services.default.retry.atempts: unknown key (did you mean leasegate.services.default.retry.attempts?), "
                                + file + ": line 3",
                        "leasegate.services.default.retry.attempts: 0 (expected 1-10), " + file + ": line 3");
    }

    @Test
    void theFileOfInstancesIsReadToo() throws Exception {
        Path file = write("gate.conf", "leasegate.discovery.file.path = instances.conf\n");
        assertThat(ConfigLoader.load(file).warnings())
                .as("it may come later")
                .singleElement()
                .asString()
                .isEqualTo("leasegate.discovery.file.path: there is no file " + directory.resolve("instances.conf")
                        + " yet; the gateway takes no calls until it is there, " + file + ": line 1");

        Path instances = write("instances.conf", "services {\n echo = [ { address = nowhere } ]\n}\nfoo = 1\n");
        assertThat(errors(file))
                .containsExactly(
                        "services.echo[0].address: nowhere (expected host:port such as 127.0.0.1:50051, an IPv6 address in brackets), "
                                + instances
                                + ": line 2",
                        "foo: unknown key (expected services { NAME = [ { address = \"HOST:PORT\" } ] }), " + instances
                                + ": line 4");

        write("instances.conf", "services {}");
        assertThat(ConfigLoader.load(file).warnings()).isEmpty();

        assertThat(errors(write("gate.conf", "leasegate.discovery.file { path = no/where.conf, interval = 0s }")))
                .containsExactly(
                        "leasegate.discovery.file.interval: 0s (expected a duration with a unit such as 250ms, 5s or 2m,"
                                + " more than zero), " + file + ": line 1",
                        "leasegate.discovery.file.path: no/where.conf (no such directory: " + directory.resolve("no")
                                + "; create it, or correct the path, which is taken from the configuration file's"
                                + " directory), " + file + ": line 1");
        assertThat(errors(write("gate.conf", "leasegate.discovery.file {}")))
                .containsExactly("leasegate.discovery.file.path: missing (expected the file that lists the instances), "
                        + file + ": line 1");
    }

    @Test
    void aFileWithoutAnyWayToFindInstances() throws IOException {
        Path file = write("gate.conf", "leasegate {\n  admin.port = 0\n}\n");

        assertThat(errors(file))
                .containsExactly("leasegate.discovery: nothing says where the instances are "
                        + "(add discovery.etcd.endpoints = [ \"http://127.0.0.1:2379\" ], discovery.file.path,"
                        + " discovery.dns.services or discovery.static.services), "
                        + file + ": line 1");
        assertThat(errors(write("empty.conf", "")))
                .singleElement()
                .asString()
                .contains("leasegate.discovery: nothing says");
    }

    @Test
    void etcdNeedsUserAndPassword() throws IOException {
        Path file = write("gate.conf", ETCD + "leasegate.discovery.etcd.username = gate\n");
        assertThat(errors(file))
                .singleElement()
                .asString()
                .startsWith("leasegate.discovery.etcd.password: missing (username is set: etcd needs both), " + file);

        file = write("gate.conf", ETCD + "leasegate.discovery.etcd.password = \"s3cret\"\n");
        assertThat(errors(file))
                .singleElement()
                .asString()
                .startsWith("leasegate.discovery.etcd.username: missing (password is set: etcd needs both), " + file)
                .doesNotContain("s3cret");
    }

    @Test
    void whatIsNotHoconIsToldWithItsLine() throws IOException {
        Path file = write("gate.conf", "leasegate {\n  admin.port = 1\n  log { level = info\n");
        assertThat(errors(file))
                .singleElement()
                .asString()
                .startsWith("not valid HOCON: ")
                .contains("end of file")
                .endsWith(", " + file + ": line 4");

        file = write("gate.conf", "leasegate {\n  zone = \"here\n}\n");
        assertThat(errors(file))
                .containsExactly(
                        "not valid HOCON: a text is not closed: its second quotation mark is missing on this line, "
                                + file + ": line 2");

        file = directory.resolve("gate.conf");
        Files.write(file, "leasegate { zone = here }".getBytes(StandardCharsets.UTF_16));
        assertThat(errors(file)).containsExactly(file + ": is not UTF-8 text (save it as UTF-8)");

        file = write("gate.conf", "leasegate {\n  a = [ }\n}\n");
        assertThat(errors(file))
                .singleElement()
                .asString()
                .startsWith("not valid HOCON: ")
                .endsWith(", " + file + ": line 2");
    }

    @Test
    void filesThatCannotBeRead() {
        Path missing = directory.resolve("none.conf");
        assertThat(errors(missing))
                .containsExactly(missing + ": no such file (write one, or start from a sample in conf/)");
        assertThat(errors(directory)).containsExactly(directory + ": is a directory (expected a configuration file)");
    }

    @Test
    void errorsInAnIncludedFileNameThatFileAndItsLine() throws IOException {
        Path included = write("part.conf", "\n\nleasegate.admin.port = 70000\n");
        Path file = write("gate.conf", ETCD + "include \"part.conf\"\nleasegate.io.threads = 0\n");

        assertThat(errors(file))
                .containsExactlyInAnyOrder(
                        "leasegate.io.threads: 0 (expected 1-1024, or auto), " + file + ": line 3",
                        "leasegate.admin.port: 70000 (expected 1-65535), " + included + ": line 3");
    }

    @Test
    void aSyntaxErrorInAnIncludedFileNamesThatFile() throws IOException {
        Path included = write("part.conf", "leasegate {\n  admin { port = ] }\n}\n");
        Path file = write("gate.conf", ETCD + "include \"part.conf\"\n");

        assertThat(errors(file))
                .singleElement()
                .asString()
                .startsWith("not valid HOCON: ")
                .endsWith(", " + included + ": line 2");
    }

    @Test
    void substitutionsWithoutAValueAreAllTold() throws IOException {
        Path file = write("gate.conf", ETCD + """
                leasegate.admin.port = ${LEASEGATE_TEST_NOT_SET_1}
                leasegate.listeners = [ { port = ${LEASEGATE_TEST_NOT_SET_2} } ]
                leasegate.log.level = ${?LEASEGATE_TEST_NOT_SET_3}
                leasegate.drain.grace = 5
                """);

        assertThat(errors(file))
                .containsExactly(
                        "leasegate.admin.port: ${LEASEGATE_TEST_NOT_SET_1} (nothing sets LEASEGATE_TEST_NOT_SET_1: set the environment "
                                + "variable, or write ${?LEASEGATE_TEST_NOT_SET_1} where it may be missing), " + file
                                + ": line 2",
                        "leasegate.listeners[0].port: ${LEASEGATE_TEST_NOT_SET_2} (nothing sets LEASEGATE_TEST_NOT_SET_2: set the "
                                + "environment variable, or write ${?LEASEGATE_TEST_NOT_SET_2} where it may be missing), "
                                + file + ": line 3",
                        "leasegate.drain.grace: 5 (expected a duration with a unit such as 250ms, 5s or 2m), " + file
                                + ": line 5");
    }

    @Test
    void aWrongValueFromTheEnvironmentNamesTheLineThatTakesIt() throws IOException {
        Path file = write("gate.conf", ETCD + """
                leasegate.admin.port = ${PATH}
                leasegate.listeners = [
                  { port = ${?PATH} }
                ]
                leasegate.zone = "zone "${PATH}
                """);

        assertThat(errors(file))
                .hasSize(3)
                .satisfiesExactly(
                        e -> assertThat(e)
                                .startsWith("leasegate.admin.port: ")
                                .endsWith("(expected 1-65535), " + file + ": line 2"),
                        e -> assertThat(e)
                                .startsWith("leasegate.listeners[0].port: ")
                                .endsWith("(expected 1-65535), " + file + ": line 4"),
                        e -> assertThat(e)
                                .startsWith("leasegate.zone: zone ")
                                .endsWith("without spaces), " + file + ": line 6"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "[]", "{}", "{ b = 1 }", "[ 1 ]", "\"x\"", "null"})
    void anyValueInPlaceOfAnyBlockEndsWellOrWithErrors(String odd) throws IOException {
        for (String key : KnownKeys.all()) {
            if (!key.contains("[]")) {
                String line = key.replace("NAME", "a") + " = " + odd;
                Path file = write("gate.conf", ETCD + line + "\n");
                try {
                    ConfigLoader.load(file);
                } catch (ConfigurationException e) {
                    assertThat(e.problems()).as(line).isNotEmpty();
                }
            }
        }
    }

    @Test
    void longAndOddValuesAreShownShortAndOnOneLine() throws IOException {
        Path file = write(
                "gate.conf",
                ETCD + "leasegate.admin.port = \"" + "x".repeat(500) + "\"\nleasegate.io.threads = \"a\\nb\"\n");

        assertThat(errors(file))
                .containsExactly(
                        "leasegate.admin.port: " + "x".repeat(80) + "… (expected 1-65535), " + file + ": line 2",
                        "leasegate.io.threads: \"a\\nb\" (expected 1-1024, or auto), " + file + ": line 3");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static List<String> errors(Path file) {
        ConfigurationException e = catchThrowableOfType(ConfigurationException.class, () -> ConfigLoader.load(file));
        assertThat(e).as("errors of " + file).isNotNull();
        assertThat(e)
                .hasMessage(e.problems().stream()
                        .map(Problem::toString)
                        .collect(Collectors.joining(System.lineSeparator())));
        return e.problems().stream().map(Problem::toString).toList();
    }

    private static Arguments line(String line, String message) {
        return arguments(line, message);
    }

    private static Arguments etcd(String endpoints, String message) {
        return line("leasegate.discovery.etcd.endpoints = " + endpoints, "leasegate.discovery.etcd." + message);
    }

    private static Arguments staticService(String entry, String message) {
        return line(
                "leasegate.discovery.static.services { " + entry + " }",
                "leasegate.discovery.static.services." + message);
    }

    private static Arguments route(String route, String message) {
        return line("leasegate.routes = [ { " + route + " } ]", "leasegate.routes[0]" + message);
    }
}
