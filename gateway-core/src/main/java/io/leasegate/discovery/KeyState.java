package io.leasegate.discovery;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KeyValue;
import io.leasegate.endpoint.Instance;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one etcd key. Immutable. The value itself is not kept; its hash and size, together with revision and lease, tell
 * whether a key that is listed again is still the same, even when etcd's data were lost and revisions came round again.
 */
record KeyState(
        long modRevision,
        long leaseId,
        int valueHash,
        int valueBytes,
        List<Instance> instances,
        @Nullable Refusal refusal) {

    static KeyState of(KeyValue kv, List<Instance> instances, @Nullable Refusal refusal) {
        ByteString value = kv.getValue();
        return new KeyState(
                kv.getModRevision(), kv.getLease(), value.hashCode(), value.size(), List.copyOf(instances), refusal);
    }

    /** One whose value is not known: whatever is listed for the key is read. */
    static KeyState restored(List<Instance> instances) {
        Instance first = instances.get(0);
        return new KeyState(first.modRevision(), first.leaseId(), 0, -1, List.copyOf(instances), null);
    }

    boolean describes(KeyValue kv) {
        return modRevision == kv.getModRevision()
                && leaseId == kv.getLease()
                && valueBytes == kv.getValue().size()
                && valueHash == kv.getValue().hashCode();
    }

    KeyState withInstances(List<Instance> newInstances) {
        return new KeyState(modRevision, leaseId, valueHash, valueBytes, List.copyOf(newInstances), refusal);
    }
}
