package io.leasegate.discovery;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.AuthEnableRequest;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthRoleGrantPermissionRequest;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.Permission;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.leasegate.testkit.EtcdProcess;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What registrars and operators do to etcd, one blocking call each. */
final class EtcdTestClient implements AutoCloseable {

    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

    private final ManagedChannel channel;

    EtcdTestClient(EtcdProcess etcd) {
        channel = NettyChannelBuilder.forAddress("127.0.0.1", etcd.clientPort())
                .usePlaintext()
                .maxInboundMessageSize(64 << 20)
                .build();
    }

    private KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(channel).withWaitForReady().withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    private LeaseGrpc.LeaseBlockingStub leases() {
        return LeaseGrpc.newBlockingStub(channel).withWaitForReady().withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    /** Which release it is, as {@code 3.4.23}. */
    String release() {
        return status().getVersion();
    }

    private StatusResponse status() {
        return MaintenanceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance());
    }

    /** Whether the member that this client talks to leads its cluster. */
    boolean isLeader() {
        StatusResponse status = status();
        return status.getLeader() == status.getHeader().getMemberId();
    }

    long put(String key, String value) {
        return put(key, value, 0);
    }

    long put(String key, String value, long lease) {
        return put(ByteString.copyFromUtf8(key), ByteString.copyFromUtf8(value), lease);
    }

    long put(ByteString key, ByteString value, long lease) {
        return kv().put(PutRequest.newBuilder()
                        .setKey(key)
                        .setValue(value)
                        .setLease(lease)
                        .build())
                .getHeader()
                .getRevision();
    }

    long delete(String key) {
        return kv().deleteRange(DeleteRangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .build())
                .getHeader()
                .getRevision();
    }

    long deleteAll() {
        return kv().deleteRange(DeleteRangeRequest.newBuilder()
                        .setKey(ZERO)
                        .setRangeEnd(ZERO)
                        .build())
                .getHeader()
                .getRevision();
    }

    /** One transaction that puts and deletes. */
    void txn(Map<String, String> puts, String... deletes) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        puts.forEach((k, v) -> txn.addSuccess(RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(k))
                        .setValue(ByteString.copyFromUtf8(v)))));
        for (String k : deletes) {
            txn.addSuccess(RequestOp.newBuilder()
                    .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(k))));
        }
        kv().txn(txn.build());
    }

    long grant(long ttlSeconds) {
        return leases().leaseGrant(
                        LeaseGrantRequest.newBuilder().setTTL(ttlSeconds).build())
                .getID();
    }

    void revoke(long lease) {
        leases().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
    }

    /** Revokes a lease that may have ended by itself. */
    void endIfLive(long lease) {
        try {
            revoke(lease);
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
                throw e;
            }
        }
    }

    void compact(long revision) {
        kv().compact(CompactionRequest.newBuilder()
                .setRevision(revision)
                .setPhysical(true)
                .build());
    }

    RangeResponse range() {
        return range(0);
    }

    /** Everything as of a revision that is not compacted; of now for 0. */
    RangeResponse range(long revision) {
        return kv().range(RangeRequest.newBuilder()
                .setKey(ZERO)
                .setRangeEnd(ZERO)
                .setRevision(revision)
                .build());
    }

    long revision() {
        return range().getHeader().getRevision();
    }

    /** Keys and values, by a fresh read. */
    Map<String, String> keys() {
        Map<String, String> all = new TreeMap<>();
        for (KeyValue kv : range().getKvsList()) {
            all.put(KeyText.of(kv.getKey()), kv.getValue().toStringUtf8());
        }
        return all;
    }

    /** From now on nothing works without a user: {@code root}, or {@code reader} who may read one prefix. */
    void enableAuth(String password, String readablePrefix) {
        AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
        auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("root").build());
        auth.userAdd(AuthUserAddRequest.newBuilder()
                .setName("root")
                .setPassword(password)
                .build());
        auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                .setUser("root")
                .setRole("root")
                .build());
        auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("readers").build());
        KeyRange range = KeyRange.ofPrefix(readablePrefix);
        auth.roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                .setName("readers")
                .setPerm(Permission.newBuilder()
                        .setPermType(Permission.Type.READ)
                        .setKey(range.from())
                        .setRangeEnd(range.end()))
                .build());
        auth.userAdd(AuthUserAddRequest.newBuilder()
                .setName("reader")
                .setPassword(password)
                .build());
        auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                .setUser("reader")
                .setRole("readers")
                .build());
        auth.authEnable(AuthEnableRequest.getDefaultInstance());
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            if (!channel.awaitTermination(5, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the test's etcd channel does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
