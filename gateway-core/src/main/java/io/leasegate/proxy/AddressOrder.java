package io.leasegate.proxy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** In which order the addresses of a host are tried. Stateless. */
final class AddressOrder {

    private AddressOrder() {}

    /**
     * The families take turns, IPv6 first (RFC 8305 section 4), each in the order of the resolver. What worked last goes before
     * everything, as the same section allows: else a host with a family that leads nowhere would pay for it at each connect.
     */
    static List<InetSocketAddress> of(List<InetSocketAddress> addresses, @Nullable InetAddress lastGood) {
        ArrayDeque<InetSocketAddress> six = new ArrayDeque<>();
        ArrayDeque<InetSocketAddress> four = new ArrayDeque<>();
        List<InetSocketAddress> ordered = new ArrayList<>(addresses.size());
        for (InetSocketAddress a : addresses) {
            if (ordered.isEmpty() && a.getAddress().equals(lastGood)) {
                ordered.add(a);
            } else {
                (a.getAddress() instanceof Inet6Address ? six : four).add(a);
            }
        }
        boolean sixIsNext = ordered.isEmpty() || !(lastGood instanceof Inet6Address);
        while (!six.isEmpty() || !four.isEmpty()) {
            ArrayDeque<InetSocketAddress> family = four.isEmpty() || (sixIsNext && !six.isEmpty()) ? six : four;
            ordered.add(family.remove());
            sixIsNext = family == four;
        }
        return ordered;
    }
}
