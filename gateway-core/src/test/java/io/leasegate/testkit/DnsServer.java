package io.leasegate.testkit;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * A name server that says what the test wants, by UDP and TCP on one port of 127.0.0.1. A name that nothing was said of does not exist.
 * Names are written without a dot at their end. Safe from any thread.
 */
public final class DnsServer implements AutoCloseable {

    /** A record as it stands in a zone file. */
    private record Entry(String type, int ttlSeconds, String data) {}

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Map<String, List<Entry>> zone = new ConcurrentHashMap<>();
    private final Map<String, DnsResponseCode> failures = new ConcurrentHashMap<>();
    private final Set<String> silent = ConcurrentHashMap.newKeySet();
    private final Set<String> truncated = ConcurrentHashMap.newKeySet();
    private final List<String> questions = new CopyOnWriteArrayList<>();
    private final List<Channel> channels = new ArrayList<>();
    private volatile int negativeTtlSeconds = -1;
    private volatile boolean chasesAliases = true;

    private DnsServer() {}

    public static DnsServer start() {
        DnsServer server = new DnsServer();
        for (int attempt = 0; ; attempt++) {
            Channel tcp = server.bindTcp();
            ChannelFuture udp = server.bindUdp(((InetSocketAddress) tcp.localAddress()).getPort());
            if (udp.isSuccess()) {
                server.channels.add(tcp);
                server.channels.add(udp.channel());
                return server;
            }
            // Somebody has the UDP port of this number.
            tcp.close().syncUninterruptibly();
            if (attempt == 20) {
                throw new IllegalStateException("no port for both UDP and TCP", udp.cause());
            }
        }
    }

    private Channel bindTcp() {
        return new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new TcpDnsQueryDecoder(), new TcpDnsResponseEncoder());
                        channel.pipeline().addLast(new SimpleChannelInboundHandler<DnsQuery>() {
                            @Override
                            protected void channelRead0(ChannelHandlerContext ctx, DnsQuery query) {
                                DnsResponse response = new DefaultDnsResponse(query.id());
                                if (answer("tcp", query, response)) {
                                    ctx.writeAndFlush(response);
                                } else {
                                    response.release();
                                }
                            }
                        });
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    private ChannelFuture bindUdp(int port) {
        return new Bootstrap()
                .group(group)
                .channel(NioDatagramChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new DatagramDnsQueryDecoder(), new DatagramDnsResponseEncoder());
                        channel.pipeline().addLast(new SimpleChannelInboundHandler<DatagramDnsQuery>() {
                            @Override
                            protected void channelRead0(ChannelHandlerContext ctx, DatagramDnsQuery query) {
                                DnsResponse response = new DatagramDnsResponse(
                                        /* sender= */ query.recipient(), /* recipient= */ query.sender(), query.id());
                                if (answer("udp", query, response)) {
                                    ctx.writeAndFlush(response);
                                } else {
                                    response.release();
                                }
                            }
                        });
                    }
                })
                .bind("127.0.0.1", port)
                .awaitUninterruptibly();
    }

    public int port() {
        return ((InetSocketAddress) channels.get(0).localAddress()).getPort();
    }

    public InetSocketAddress socketAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port());
    }

    /** Host and port, as configurations have it. */
    public String address() {
        return "127.0.0.1:" + port();
    }

    /** The name has these IPv4 addresses from now on. */
    public DnsServer a(String name, int ttlSeconds, String... addresses) {
        return set(name, "A", ttlSeconds, addresses);
    }

    /** The name has these IPv6 addresses from now on. */
    public DnsServer aaaa(String name, int ttlSeconds, String... addresses) {
        return set(name, "AAAA", ttlSeconds, addresses);
    }

    /** The name has these servers from now on, each as {@code PRIORITY WEIGHT PORT HOST}. */
    public DnsServer srv(String name, int ttlSeconds, String... servers) {
        return set(name, "SRV", ttlSeconds, servers);
    }

    /** The name stands for another one. */
    public DnsServer cname(String name, int ttlSeconds, String target) {
        return set(name, "CNAME", ttlSeconds, target);
    }

    private DnsServer set(String name, String type, int ttlSeconds, String... data) {
        zone.compute(name, (n, before) -> {
            List<Entry> entries = new ArrayList<>(before == null ? List.of() : before);
            entries.removeIf(e -> e.type.equals(type));
            for (String d : data) {
                entries.add(new Entry(type, ttlSeconds, d));
            }
            return List.copyOf(entries);
        });
        failures.remove(name);
        silent.remove(name);
        return this;
    }

    /** There is no such name any more. */
    public DnsServer remove(String name) {
        zone.remove(name);
        failures.remove(name);
        silent.remove(name);
        return this;
    }

    /** Questions for the name are answered with this code. */
    public DnsServer fail(String name, DnsResponseCode code) {
        failures.put(name, code);
        return this;
    }

    /** Questions for the name, or for one type of its records as {@code NAME TYPE}, are not answered. */
    public DnsServer silence(String what) {
        silent.add(what);
        return this;
    }

    /** Answers by UDP for the name are cut off. */
    public DnsServer truncate(String name) {
        truncated.add(name);
        return this;
    }

    /** What is not there may be taken for so for this long; without it nothing is said of that. */
    public DnsServer negativeTtl(int seconds) {
        negativeTtlSeconds = seconds;
        return this;
    }

    /** Leaves it to who asks to look up where aliases lead. */
    public DnsServer doNotChaseAliases() {
        chasesAliases = false;
        return this;
    }

    /** All that was asked, each as {@code udp NAME TYPE}. */
    public List<String> questions() {
        return List.copyOf(questions);
    }

    /** How often this was asked, by UDP or TCP. */
    public long asked(String name, String type) {
        return questions.stream()
                .filter(q -> q.endsWith(" " + name + " " + type))
                .count();
    }

    private boolean answer(String transport, DnsQuery query, DnsResponse response) {
        DnsQuestion question = query.recordAt(DnsSection.QUESTION);
        String name = question.name().toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
        String type = question.type().name();
        questions.add(transport + " " + name + " " + type);
        if (silent.contains(name) || silent.contains(name + " " + type)) {
            return false;
        }
        response.addRecord(DnsSection.QUESTION, question);
        response.setRecursionAvailable(true);
        DnsResponseCode failure = failures.get(name);
        if (failure != null) {
            response.setCode(failure);
            return true;
        }
        if (truncated.contains(name) && transport.equals("udp")) {
            response.setTruncated(true);
            return true;
        }
        List<Entry> entries = zone.get(name);
        boolean found = false;
        for (int aliases = 0; entries != null && aliases < 8; aliases++) {
            String owner = name;
            List<Entry> fitting =
                    entries.stream().filter(e -> e.type.equals(type)).toList();
            fitting.forEach(e -> response.addRecord(DnsSection.ANSWER, record(owner, e)));
            found |= !fitting.isEmpty();
            Entry alias = entries.stream()
                    .filter(e -> e.type.equals("CNAME"))
                    .findFirst()
                    .orElse(null);
            if (alias == null || !fitting.isEmpty()) {
                break;
            }
            response.addRecord(DnsSection.ANSWER, record(owner, alias));
            if (!chasesAliases) {
                return true;
            }
            name = alias.data;
            entries = zone.get(name);
        }
        if (entries == null) {
            response.setCode(DnsResponseCode.NXDOMAIN);
        }
        if (!found && negativeTtlSeconds >= 0) {
            response.addRecord(
                    DnsSection.AUTHORITY,
                    new DefaultDnsRawRecord("test.", DnsRecordType.SOA, negativeTtlSeconds, Unpooled.EMPTY_BUFFER));
        }
        return true;
    }

    private static DnsRecord record(String name, Entry e) {
        return new DefaultDnsRawRecord(name + ".", DnsRecordType.valueOf(e.type), e.ttlSeconds, data(e));
    }

    private static ByteBuf data(Entry e) {
        ByteBuf out = Unpooled.buffer();
        switch (e.type) {
            case "A", "AAAA" -> out.writeBytes(io.netty.util.NetUtil.createByteArrayFromIpAddressString(e.data));
            case "SRV" -> {
                String[] words = e.data.split(" ", -1);
                for (int i = 0; i < 3; i++) {
                    out.writeShort(Integer.parseInt(words[i]));
                }
                name(out, words[3]);
            }
            case "CNAME" -> name(out, e.data);
            default -> throw new IllegalArgumentException(e.type);
        }
        return out;
    }

    private static void name(ByteBuf out, String name) {
        if (!name.equals(".")) {
            for (String label : name.split("\\.", -1)) {
                out.writeByte(label.length());
                out.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
            }
        }
        out.writeByte(0);
    }

    /** Nothing answers any more. */
    @Override
    public void close() {
        channels.forEach(c -> c.close().syncUninterruptibly());
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
