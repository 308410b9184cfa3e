package io.leasegate.registrar;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection to one etcd member at a time, and the few calls that a registrar makes, each with a deadline. Used by the registrar's
 * thread alone; a call blocks until it is answered, fails, runs out of time, or the thread is interrupted.
 *
 * <p>It stands on the stubs that jetcd generates, not on jetcd's client: there a call has no deadline and is carried out late, after
 * the caller gave up on it and did something else; a keep-alive stream may end without a word; and the channel's own reconnect
 * back-off, which grows to two minutes, cannot be cut short. Here each failure is followed by {@link #discard()}, so the next attempt
 * dials afresh, at the next member, exactly when the registrar decides.
 */
final class EtcdConnection implements AutoCloseable {

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    /** Makes a member without a leader refuse at once instead of holding the call until its deadline. */
    private static final Metadata.Key<String> REQUIRE_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    /** On the wire a unary call is a stream with one message each way, and etcd answers a keep-alive stream message by message. */
    private static final MethodDescriptor<LeaseKeepAliveRequest, LeaseKeepAliveResponse> KEEP_ALIVE_ONCE =
            LeaseGrpc.getLeaseKeepAliveMethod().toBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .build();

    private final RegistrarSettings settings;
    private int endpointIndex;
    private @Nullable ManagedChannel channel;
    private @Nullable String token;

    EtcdConnection(RegistrarSettings settings) {
        this.settings = settings;
    }

    /** Grants a lease; the answer names its id and the TTL in seconds, which etcd may have raised. */
    LeaseGrantResponse grant(long ttlSeconds, long timeoutNanos) throws EtcdException {
        LeaseGrantRequest request =
                LeaseGrantRequest.newBuilder().setTTL(ttlSeconds).build();
        return call("grant of a lease", LeaseGrpc.getLeaseGrantMethod(), request, timeoutNanos);
    }

    /** Renews a lease and returns the seconds it has again; 0 or less means that the lease is gone. */
    long keepAlive(long leaseId, long timeoutNanos) throws EtcdException {
        LeaseKeepAliveRequest request =
                LeaseKeepAliveRequest.newBuilder().setID(leaseId).build();
        return call("keep-alive of the lease", KEEP_ALIVE_ONCE, request, timeoutNanos)
                .getTTL();
    }

    void revoke(long leaseId, long timeoutNanos) throws EtcdException {
        LeaseRevokeRequest request =
                LeaseRevokeRequest.newBuilder().setID(leaseId).build();
        call("revocation of the lease", LeaseGrpc.getLeaseRevokeMethod(), request, timeoutNanos);
    }

    void put(ByteString key, ByteString value, long leaseId, long timeoutNanos) throws EtcdException {
        PutRequest request = PutRequest.newBuilder()
                .setKey(key)
                .setValue(value)
                .setLease(leaseId)
                .build();
        call("put of the key", KVGrpc.getPutMethod(), request, timeoutNanos);
    }

    /** Reads one key; null if it does not exist. */
    @Nullable
    KeyValue get(ByteString key, long timeoutNanos) throws EtcdException {
        RangeRequest request = RangeRequest.newBuilder().setKey(key).build();
        RangeResponse response = call("read of the key", KVGrpc.getRangeMethod(), request, timeoutNanos);
        return response.getKvsCount() == 0 ? null : response.getKvs(0);
    }

    void delete(ByteString key, long timeoutNanos) throws EtcdException {
        DeleteRangeRequest request = DeleteRangeRequest.newBuilder().setKey(key).build();
        call("delete of the key", KVGrpc.getDeleteRangeMethod(), request, timeoutNanos);
    }

    /** Drops the connection and the token; the next call dials the next member. */
    void discard() {
        close();
        endpointIndex = (endpointIndex + 1) % settings.endpoints().size();
    }

    @Override
    public void close() {
        if (channel != null) {
            channel.shutdownNow();
            channel = null;
        }
        token = null;
    }

    private <Q, A> A call(String what, MethodDescriptor<Q, A> method, Q request, long timeoutNanos)
            throws EtcdException {
        authenticate(timeoutNanos);
        try {
            return invoke(what, method, request, timeoutNanos);
        } catch (EtcdException e) {
            if (token == null || !e.tokenRefused()) {
                throw e;
            }
            // Tokens run out after minutes: a new one, once; if that is refused as well, the caller's back-off takes
            // over.
            token = null;
            authenticate(timeoutNanos);
            return invoke(what, method, request, timeoutNanos);
        }
    }

    private void authenticate(long timeoutNanos) throws EtcdException {
        RegistrarSettings.Credentials user = settings.credentials();
        if (user == null || token != null) {
            return;
        }
        AuthenticateRequest request = AuthenticateRequest.newBuilder()
                .setName(user.user())
                .setPassword(user.password())
                .build();
        try {
            token = invoke(
                            "authentication of user " + user.user(),
                            AuthGrpc.getAuthenticateMethod(),
                            request,
                            timeoutNanos)
                    .getToken();
        } catch (EtcdException e) {
            if (!e.authenticationNotEnabled()) {
                throw e;
            }
        }
    }

    private <Q, A> A invoke(String what, MethodDescriptor<Q, A> method, Q request, long timeoutNanos)
            throws EtcdException {
        EtcdEndpoint endpoint = settings.endpoints().get(endpointIndex);
        Metadata headers = new Metadata();
        headers.put(REQUIRE_LEADER, "true");
        if (token != null) {
            headers.put(TOKEN, token);
        }
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(timeoutNanos, TimeUnit.NANOSECONDS);
        try {
            return ClientCalls.blockingUnaryCall(
                    ClientInterceptors.intercept(connect(endpoint), MetadataUtils.newAttachHeadersInterceptor(headers)),
                    method,
                    options,
                    request);
        } catch (StatusRuntimeException e) {
            Status status = e.getStatus();
            if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
                String limit = TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms";
                status = Status.DEADLINE_EXCEEDED.withDescription("no answer within " + limit);
            }
            throw new EtcdException(what, endpoint.toString(), status);
        } catch (IOException | IllegalArgumentException e) {
            Status status =
                    Status.UNAVAILABLE.withDescription("cannot set up TLS").withCause(e);
            throw new EtcdException(what, endpoint.toString(), status);
        }
    }

    private ManagedChannel connect(EtcdEndpoint endpoint) throws IOException {
        if (channel != null) {
            return channel;
        }
        ManagedChannelBuilder<?> builder = channelBuilder(endpoint, settings.tls());
        channel = builder.build();
        return channel;
    }

    /** Makes ready to dial; throws IllegalArgumentException for keys or certificates that are no good. */
    static ManagedChannelBuilder<?> channelBuilder(EtcdEndpoint endpoint, @Nullable EtcdTls tls) throws IOException {
        ChannelCredentials credentials = InsecureChannelCredentials.create();
        String serverName = null;
        if (endpoint.secure()) {
            EtcdTls used = tls == null ? EtcdTls.systemTrust() : tls;
            credentials = used.credentials();
            serverName = used.serverName();
        }
        ManagedChannelBuilder<?> builder =
                Grpc.newChannelBuilderForAddress(endpoint.host(), endpoint.port(), credentials);
        if (serverName != null) {
            builder.overrideAuthority(serverName);
        }
        return builder.userAgent("leasegate-registrar").disableServiceConfigLookUp();
    }
}
