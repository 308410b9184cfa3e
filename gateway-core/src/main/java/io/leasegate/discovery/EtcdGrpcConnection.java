package io.leasegate.discovery;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.AuthenticateResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.etcd.jetcd.api.WatchGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.leasegate.tls.ClientTls;
import io.leasegate.tls.TlsContexts;
import io.leasegate.tls.TlsProvider;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A connection over jetcd's generated stubs and a channel of its own (docs/decisions.md says why not over jetcd's client). Every call
 * has a deadline. Answers come in on gRPC's thread, which hands them to the control loop and does nothing else.
 */
final class EtcdGrpcConnection implements EtcdConnection {

    /** Room for pages of large values; when it is not enough the lister asks for fewer keys. */
    private static final int MAX_MESSAGE_BYTES = 32 << 20;

    private static final int WINDOW_BYTES = 4 << 20;

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private final EtcdSettings settings;
    private final EtcdEndpoint member;
    private final ControlLoop loop;
    private @Nullable ManagedChannel channel;
    private @Nullable String token;
    private boolean answered;
    private boolean closed;

    private EtcdGrpcConnection(EtcdSettings settings, EtcdEndpoint member, ControlLoop loop) {
        this.settings = settings;
        this.member = member;
        this.loop = loop;
    }

    static EtcdGrpcConnection toMember(EtcdSettings settings, int attempt, ControlLoop loop) {
        List<EtcdEndpoint> members = settings.members();
        return new EtcdGrpcConnection(settings, members.get(Math.floorMod(attempt, members.size())), loop);
    }

    @Override
    public String endpoint() {
        return member.toString();
    }

    @Override
    public void open(Reply<Boolean> reply) {
        if (!member.tls()) {
            channel = builder().usePlaintext().build();
            authenticate(reply);
            return;
        }
        // Reads files: not on the control loop.
        CompletableFuture.supplyAsync(this::sslContext)
                .whenComplete((context, error) -> loop.execute(() -> {
                    if (closed) {
                        return;
                    }
                    if (context == null) {
                        Throwable cause = error instanceof CompletionException && error.getCause() != null
                                ? error.getCause()
                                : error;
                        reply.onFailure(new EtcdFailure(
                                EtcdFailure.Kind.REFUSED,
                                "the TLS files for etcd at " + endpoint()
                                        + " cannot be used: check tls.ca, tls.certificate and"
                                        + " tls.private-key (cause: " + cause.getMessage() + ")"));
                        return;
                    }
                    NettyChannelBuilder builder = builder().sslContext(context);
                    if (settings.tls() != null && settings.tls().serverName() != null) {
                        builder.overrideAuthority(settings.tls().serverName());
                    }
                    channel = builder.build();
                    authenticate(reply);
                }));
    }

    private NettyChannelBuilder builder() {
        return NettyChannelBuilder.forAddress(
                        member.address().host(), member.address().port())
                .directExecutor()
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                // A fixed one: to find one that fits, gRPC answers each read with a PING and a WINDOW_UPDATE.
                .flowControlWindow(WINDOW_BYTES)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        settings.timings().connectTimeoutMillis())
                .proxyDetector(address -> null)
                .disableRetry()
                .disableServiceConfigLookUp();
    }

    private SslContext sslContext() {
        ClientTls tls = settings.tls();
        try {
            // The JDK's, whose contexts need not be given back; speed does not matter on this connection.
            return TlsContexts.client(tls == null ? ClientTls.DEFAULT : tls, TlsProvider.JDK);
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private void authenticate(Reply<Boolean> reply) {
        if (settings.username() == null || settings.password() == null) {
            reply.onSuccess(true);
            return;
        }
        token = null;
        AuthenticateRequest request = AuthenticateRequest.newBuilder()
                .setName(settings.username())
                .setPassword(settings.password())
                .build();
        once(AuthGrpc.getAuthenticateMethod(), request, new RawReply<AuthenticateResponse>() {
            @Override
            public void onSuccess(AuthenticateResponse response) {
                token = response.getToken();
                reply.onSuccess(true);
            }

            @Override
            public void onFailure(Status status) {
                if (String.valueOf(status.getDescription()).contains("authentication is not enabled")) {
                    // As etcd's own client does: a user is not needed, so none is used.
                    reply.onSuccess(true);
                } else {
                    reply.onFailure(failure(status));
                }
            }
        });
    }

    @Override
    public void range(ByteString from, ByteString end, long revision, int limit, Reply<RangeResponse> reply) {
        RangeRequest request = RangeRequest.newBuilder()
                .setKey(from)
                .setRangeEnd(end)
                .setRevision(revision)
                .setLimit(limit)
                .build();
        call(KVGrpc.getRangeMethod(), request, Function.identity(), reply, true);
    }

    @Override
    public void timeToLive(long leaseId, Reply<LeaseTime> reply) {
        LeaseTimeToLiveRequest request =
                LeaseTimeToLiveRequest.newBuilder().setID(leaseId).build();
        // An ended lease has TTL -1 and still says what it was granted with in some versions of etcd.
        Function<LeaseTimeToLiveResponse, LeaseTime> time =
                r -> r.getTTL() < 0 ? LeaseTime.ENDED : new LeaseTime(r.getGrantedTTL(), r.getTTL());
        call(LeaseGrpc.getLeaseTimeToLiveMethod(), request, time, reply, true);
    }

    @Override
    public void release(Reply<String> reply) {
        call(
                MaintenanceGrpc.getStatusMethod(),
                StatusRequest.getDefaultInstance(),
                StatusResponse::getVersion,
                reply,
                true);
    }

    @Override
    public EtcdWatch watch(List<KeyRange> ranges, long startRevision, Observer observer) {
        EtcdWatchStream stream = new EtcdWatchStream(loop, observer, this::failure);
        Metadata headers = headers();
        headers.put(HAS_LEADER, "true");
        WatchGrpc.newStub(channel(headers)).watch(stream);
        stream.create(ranges, startRevision);
        return stream;
    }

    @Override
    public void close() {
        closed = true;
        if (channel != null) {
            channel.shutdownNow();
        }
    }

    /** Calls; with an expired token once more with a new one. */
    private <Q, R, T> void call(
            MethodDescriptor<Q, R> method, Q request, Function<R, T> result, Reply<T> reply, boolean first) {
        once(method, request, new RawReply<R>() {
            @Override
            public void onSuccess(R response) {
                reply.onSuccess(result.apply(response));
            }

            @Override
            public void onFailure(Status status) {
                if (!first || !tokenExpired(status)) {
                    reply.onFailure(failure(status));
                    return;
                }
                authenticate(new Reply<>() {
                    @Override
                    public void onSuccess(Boolean value) {
                        call(method, request, result, reply, false);
                    }

                    @Override
                    public void onFailure(EtcdFailure failure) {
                        reply.onFailure(failure);
                    }
                });
            }
        });
    }

    private boolean tokenExpired(Status status) {
        String said = String.valueOf(status.getDescription()).toLowerCase(Locale.ROOT);
        return settings.username() != null
                && (said.contains("invalid auth token") || said.contains("revision of auth store is old"));
    }

    private interface RawReply<R> {

        void onSuccess(R response);

        void onFailure(Status status);
    }

    private <Q, R> void once(MethodDescriptor<Q, R> method, Q request, RawReply<R> reply) {
        CallOptions options =
                CallOptions.DEFAULT.withDeadlineAfter(settings.timings().requestTimeoutMillis(), TimeUnit.MILLISECONDS);
        ClientCalls.asyncUnaryCall(channel(headers()).newCall(method, options), request, new StreamObserver<R>() {
            @Override
            public void onNext(R response) {
                deliver(() -> {
                    answered = true;
                    reply.onSuccess(response);
                });
            }

            @Override
            public void onError(Throwable error) {
                deliver(() -> reply.onFailure(Status.fromThrowable(error)));
            }

            @Override
            public void onCompleted() {
                // a unary call ends with its one answer
            }
        });
    }

    private void deliver(Runnable task) {
        loop.execute(() -> {
            if (!closed) {
                task.run();
            }
        });
    }

    private EtcdFailure failure(Status status) {
        return EtcdFailure.of(status, endpoint(), settings.username(), answered);
    }

    private Metadata headers() {
        Metadata headers = new Metadata();
        if (token != null) {
            headers.put(TOKEN, token);
        }
        return headers;
    }

    private Channel channel(Metadata headers) {
        if (channel == null) {
            throw new IllegalStateException("the connection to etcd is not open");
        }
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }
}
