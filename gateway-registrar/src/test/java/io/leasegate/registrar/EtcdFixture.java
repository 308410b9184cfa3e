package io.leasegate.registrar;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Looks into etcd and changes it behind a registrar's back, over a connection of its own. */
final class EtcdFixture implements AutoCloseable {

    private final ManagedChannel channel;

    EtcdFixture(int port) {
        channel = Grpc.newChannelBuilderForAddress("127.0.0.1", port, InsecureChannelCredentials.create())
                .build();
    }

    /** All keys of etcd. */
    List<KeyValue> all() {
        ByteString everything = ByteString.copyFrom(new byte[] {0});
        return kv().range(RangeRequest.newBuilder()
                        .setKey(everything)
                        .setRangeEnd(everything)
                        .build())
                .getKvsList();
    }

    /** Whether the lease exists. */
    boolean alive(long leaseId) {
        return lease().leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                                .setID(leaseId)
                                .build())
                        .getTTL()
                > 0;
    }

    void revoke(long leaseId) {
        lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(leaseId).build());
    }

    void delete(String key) {
        kv().deleteRange(DeleteRangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .build());
    }

    void put(String key, String value) {
        kv().put(PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .build());
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(channel).withDeadlineAfter(5, TimeUnit.SECONDS);
    }

    private LeaseGrpc.LeaseBlockingStub lease() {
        return LeaseGrpc.newBlockingStub(channel).withDeadlineAfter(5, TimeUnit.SECONDS);
    }
}
