package io.leasegate.dns;

import io.netty.channel.AddressedEnvelope;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import io.netty.resolver.dns.DnsServerAddressStream;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks the name servers, one after the other until one has an answer, by UDP and, where that cuts the answer off, by TCP. The one that
 * answered last is asked first the next time, so that one that is down costs its time-out once. On one event loop.
 */
final class NameServers implements AutoCloseable {

    /** As many as resolvers of C libraries heed. */
    private static final int MAX_SERVERS = 3;

    /** Who hears what becomes of a question, once. */
    interface Reply {

        /** There is an answer, be it that there is no such name. The response is released after the call. */
        void onResponse(DnsResponse response);

        /**
         * No name server has an answer.
         *
         * @param reasons of each of them
         * @param silence whether none of them said anything at all
         */
        void onFailed(String reasons, boolean silence);
    }

    private final DnsNameResolver resolver;
    private final DnsSettings settings;
    private @Nullable InetSocketAddress answeredLast;

    NameServers(EventLoop loop, DnsSettings settings) {
        this.settings = settings;
        this.resolver = new DnsNameResolverBuilder(loop)
                .datagramChannelType(NioDatagramChannel.class)
                .socketChannelType(NioSocketChannel.class)
                // A port of its own for each question is harder to guess (RFC 5452 section 9.2), and outlives no broken
                // socket.
                .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
                .queryTimeoutMillis(settings.timeoutMillis())
                .build();
    }

    void ask(String name, DnsRecordType type, Reply reply) {
        DefaultDnsQuestion question;
        try {
            question = new DefaultDnsQuestion(name, type);
        } catch (IllegalArgumentException e) {
            reply.onFailed("\"" + name + "\" is no name that can be looked up: " + e.getMessage(), false);
            return;
        }
        new Round(question, servers(name), reply).askNext();
    }

    private Set<InetSocketAddress> servers(String name) {
        Set<InetSocketAddress> all = new LinkedHashSet<>(settings.nameServers());
        if (all.isEmpty()) {
            DnsServerAddressStream stream =
                    DnsServerAddressStreamProviders.platformDefault().nameServerAddressStream(name);
            for (int i = 0; i < Math.min(stream.size(), MAX_SERVERS); i++) {
                all.add(stream.next());
            }
        }
        InetSocketAddress first = answeredLast;
        if (first != null && all.remove(first)) {
            Set<InetSocketAddress> ordered = new LinkedHashSet<>();
            ordered.add(first);
            ordered.addAll(all);
            return ordered;
        }
        return all;
    }

    @Override
    public void close() {
        resolver.close();
    }

    /** One question's way through the servers. A server that did not answer in time gets a second chance: packets are lost. */
    private final class Round {

        private final DefaultDnsQuestion question;
        private final ArrayDeque<InetSocketAddress> next;
        private final Set<InetSocketAddress> silent = new LinkedHashSet<>();
        private final List<String> failures = new ArrayList<>();
        private final Reply reply;
        private boolean heard;

        Round(DefaultDnsQuestion question, Set<InetSocketAddress> servers, Reply reply) {
            this.question = question;
            this.next = new ArrayDeque<>(servers);
            this.reply = reply;
        }

        void askNext() {
            InetSocketAddress server = next.poll();
            if (server == null) {
                reply.onFailed(
                        failures.isEmpty() ? "there is no name server to ask" : String.join("; ", failures), !heard);
                return;
            }
            resolver.query(server, question)
                    .addListener((Future<AddressedEnvelope<DnsResponse, InetSocketAddress>> f) -> {
                        if (f.isSuccess()) {
                            AddressedEnvelope<DnsResponse, InetSocketAddress> envelope = f.getNow();
                            try {
                                onResponse(server, envelope.content());
                            } finally {
                                envelope.release();
                            }
                        } else if (f.cause() instanceof DnsNameResolverTimeoutException) {
                            if (silent.add(server)) {
                                next.add(server);
                            } else {
                                failures.add(
                                        shown(server) + " did not answer within " + settings.timeoutMillis() + " ms");
                            }
                            askNext();
                        } else {
                            failures.add(shown(server) + ": " + f.cause().getMessage());
                            askNext();
                        }
                    });
        }

        private void onResponse(InetSocketAddress server, DnsResponse response) {
            heard = true;
            DnsResponseCode code = response.code();
            if (response.isTruncated()) {
                failures.add(shown(server) + " cut its answer off, and gave no whole one by TCP");
            } else if (code.equals(DnsResponseCode.NOERROR) || code.equals(DnsResponseCode.NXDOMAIN)) {
                answeredLast = server;
                reply.onResponse(response);
                return;
            } else {
                failures.add(shown(server) + " answered " + code);
            }
            askNext();
        }

        private static String shown(InetSocketAddress server) {
            return NetUtil.toSocketAddressString(server);
        }
    }
}
