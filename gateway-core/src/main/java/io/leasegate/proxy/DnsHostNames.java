package io.leasegate.proxy;

import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.resolver.dns.DefaultDnsCache;
import io.netty.resolver.dns.DefaultDnsCnameCache;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsCache;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Host names by DNS and the hosts file. Answers are kept for their time to live, but not for long: Docker's name server gives 600 s,
 * in which a container may have come back under another address several times. Safe from any thread.
 */
final class DnsHostNames implements HostNames {

    private static final int MAX_TTL_SECONDS = 5;

    private final DnsCache addresses = new DefaultDnsCache(0, MAX_TTL_SECONDS, 0);
    private final DefaultDnsCnameCache aliases = new DefaultDnsCnameCache(0, MAX_TTL_SECONDS);
    private final DnsAddressResolverGroup resolvers;

    DnsHostNames(Class<? extends DatagramChannel> channel) {
        this.resolvers = new DnsAddressResolverGroup(new DnsNameResolverBuilder()
                .datagramChannelType(channel)
                .resolveCache(addresses)
                .cnameCache(aliases));
    }

    @Override
    public Future<List<InetSocketAddress>> resolve(EventLoop loop, String host, int port) {
        return resolvers.getResolver(loop).resolveAll(InetSocketAddress.createUnresolved(host, port));
    }

    /** All of it: answers are kept under names with search domains appended, which only the resolver knows. */
    @Override
    public void forget() {
        addresses.clear();
        aliases.clear();
    }

    @Override
    public void close() {
        resolvers.close();
    }
}
