package io.leasegate.server.config;

import io.leasegate.routing.AddressRange;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** What addresses, names and paths in the file must be like. */
final class Addresses {

    /**
     * Host and port of an instance.
     *
     * @param host an IPv6 address without brackets
     * @param port 1 to 65535
     */
    record HostPort(String host, int port) {}

    private static final int DNS_PORT = 53;

    private static final Pattern HOST_NAME = Pattern.compile(
            "(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\\.?");

    private static final Pattern NUMBERS = Pattern.compile("[0-9.]+");

    private static final Pattern IPV4 =
            Pattern.compile("((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.|$)){4}(?<!\\.)");

    /** An address to bind. */
    static final Kind<String> HOST = new Kind<>(
            text -> {
                if (text.startsWith("[")) {
                    throw new Unexpected("an IP address or host name, IPv6 without brackets");
                }
                if (!isHost(text)) {
                    throw new Unexpected("an IP address or host name, without port");
                }
                return text;
            },
            "localhost");

    static final Kind<HostPort> HOST_PORT = new Kind<>(Addresses::hostPort, new HostPort("localhost", 1));

    /** A host name, which is no IP address, and a port. */
    static final Kind<HostPort> NAME_AND_PORT = new Kind<>(
            text -> {
                HostPort parsed;
                try {
                    parsed = hostPort(text);
                } catch (Unexpected e) {
                    throw new Unexpected("a host name and port such as echo.internal:50051");
                }
                refuseAddress(parsed.host());
                return parsed;
            },
            new HostPort("localhost", 1));

    /** A name that DNS may know, without a port. */
    static final Kind<String> DNS_NAME = new Kind<>(
            text -> {
                if (!isHost(text)) {
                    throw new Unexpected("a DNS name such as _grpc._tcp.echo.internal, without a port");
                }
                refuseAddress(text);
                return text;
            },
            "localhost");

    /** The IP address of a name server, and its port where that is not 53. */
    static final Kind<InetSocketAddress> NAME_SERVER = new Kind<>(Addresses::nameServer, new InetSocketAddress(53));

    /** An IP address, or a range of them. */
    static final Kind<AddressRange> RANGE = new Kind<>(Addresses::range, new AddressRange(new byte[4], 32, "0.0.0.0"));

    static final Kind<String> SERVICE = word("a service name, without spaces", "[^\\s\\p{Cntrl}]{1,255}");

    static final Kind<String> ZONE = word("a zone's name, without spaces", "[^\\s\\p{Cntrl}]{1,255}");

    static final Kind<String> GRPC_SERVICE =
            word("a full gRPC service name such as package.Service, without slashes", "[^\\s\\p{Cntrl}/]+");

    static final Kind<String> GRPC_METHOD =
            word("a method name such as SayHello, without slashes", "[^\\s\\p{Cntrl}/]+");

    static final Kind<String> URL_PATH =
            word("a path that begins with a slash, such as /package.Service/", "/[^\\s\\p{Cntrl}]*");

    static final Kind<String> AUTHORITY =
            word("a host as clients name it, with or without port, such as api.example.com", "[^\\s\\p{Cntrl}/]+");

    static final Kind<URI> ETCD_URL = new Kind<>(Addresses::etcdUrl, URI.create("http://localhost:2379"));

    private Addresses() {}

    /** Whether the text is an IPv4 address, an IPv6 address without brackets, or a host name. Asks no name server. */
    static boolean isHost(String text) {
        if (text.indexOf(':') >= 0) {
            return isIpv6(text);
        }
        // What looks like an IPv4 address must be one: 127.1 or 300.1.1.1 are no host names that anyone means.
        return NUMBERS.matcher(text).matches()
                ? IPV4.matcher(text).matches()
                : HOST_NAME.matcher(text).matches();
    }

    /** A text with a colon is never looked up, only taken apart. */
    private static boolean isIpv6(String text) {
        try {
            return text.charAt(0) != '[' && InetAddress.getByName(text) != null;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static Kind<String> word(String expected, String regex) {
        Pattern pattern = Pattern.compile(regex);
        return new Kind<>(
                text -> {
                    if (!pattern.matcher(text).matches()) {
                        throw new Unexpected(expected);
                    }
                    return text;
                },
                "-");
    }

    private static boolean isAddress(String host) {
        return IPV4.matcher(host).matches() || (host.indexOf(':') >= 0 && isIpv6(host));
    }

    private static AddressRange range(String text) throws Unexpected {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        byte[] address = isAddress(host) ? NetUtil.createByteArrayFromIpAddressString(host) : null;
        if (address == null) {
            throw new Unexpected("an IP address or a range of them, such as 10.0.0.0/8 or fd00::/8");
        }
        int most = 8 * address.length;
        int bits = slash < 0 ? most : Kind.integer(0, most).parser().parse(text.substring(slash + 1));
        return new AddressRange(address, bits, text);
    }

    private static void refuseAddress(String host) throws Unexpected {
        if (isAddress(host)) {
            throw new Unexpected("a name; an IP address is listed in leasegate.discovery.static.services");
        }
    }

    private static InetSocketAddress nameServer(String text) throws Unexpected {
        String expected = "an IP address, and a port where it is not 53, such as 10.0.0.2 or [fd00::2]:5353";
        HostPort server = new HostPort(text, DNS_PORT);
        if (!isAddress(text)) {
            try {
                server = hostPort(text);
            } catch (Unexpected e) {
                throw new Unexpected(expected);
            }
        }
        if (!isAddress(server.host())) {
            throw new Unexpected(expected);
        }
        // An address in text form is not looked up.
        return new InetSocketAddress(server.host(), server.port());
    }

    private static HostPort hostPort(String text) throws Unexpected {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? text : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        }
        boolean isV6 = host.indexOf(':') >= 0;
        if (colon < 0 || isV6 != bracketed || !isHost(host)) {
            throw new Unexpected("host:port such as 127.0.0.1:50051, an IPv6 address in brackets");
        }
        try {
            return new HostPort(host, Kind.PORT.parser().parse(text.substring(colon + 1)));
        } catch (Unexpected e) {
            throw new Unexpected("a port of " + e.expected() + " after the last colon");
        }
    }

    private static URI etcdUrl(String text) throws Unexpected {
        if (text.indexOf("://") < 0) {
            throw new Unexpected("a URL such as http://127.0.0.1:2379; write http:// or https:// before it");
        }
        if (text.indexOf(',') >= 0) {
            throw new Unexpected("one URL such as http://127.0.0.1:2379; write several as a list of strings");
        }
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            throw new Unexpected("a URL such as http://127.0.0.1:2379; write several as a list of strings");
        }
        if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
            throw new Unexpected("a URL with http:// or https://, such as http://127.0.0.1:2379");
        }
        if (url.getUserInfo() != null) {
            throw new Unexpected("a URL without user; write username and password beside endpoints");
        }
        if (url.getHost() == null || url.getPort() < 1 || url.getPort() > 65535) {
            throw new Unexpected("a URL with host and port, such as http://127.0.0.1:2379");
        }
        String rest = url.getRawPath();
        if (!(rest.isEmpty() || rest.equals("/")) || url.getRawQuery() != null || url.getRawFragment() != null) {
            throw new Unexpected("a URL of host and port alone; parts of the key space are named in prefixes");
        }
        return URI.create(url.getScheme() + "://" + url.getRawAuthority());
    }
}
