package io.leasegate.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.net.ConnectException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class EtcdFailureTest {

    @Test
    void saysWhatToDo() {
        Status refused = Status.UNAVAILABLE.withDescription("io exception").withCause(new ConnectException("refused"));
        assertThat(of(refused))
                .isEqualTo(new EtcdFailure(
                        EtcdFailure.Kind.UNREACHABLE,
                        "etcd at E is unreachable: is it running, and are the endpoints right?"
                                + " (cause: io exception: refused)"));
        assertThat(of(Status.UNAVAILABLE.withDescription("Network closed for unknown reason"))
                        .message())
                .contains("does it expect TLS (https://)?");
        assertThat(EtcdFailure.of(Status.UNAVAILABLE.withDescription("Network closed"), "E", null, true)
                        .message())
                .isEqualTo("etcd at E ended the connection: did it stop? (cause: Network closed)");
        assertThat(of(Status.UNAVAILABLE.withCause(new SSLHandshakeException("PKIX path building failed")))
                        .message())
                .contains("do not agree on TLS: check tls.ca");
        assertThat(of(Status.UNAVAILABLE.withDescription("Unable to resolve host etcd-9"))
                        .message())
                .contains("cannot be resolved");
        assertThat(of(Status.UNAVAILABLE.withDescription("etcdserver: no leader"))
                        .message())
                .contains("has no leader");
        assertThat(of(Status.DEADLINE_EXCEEDED).message()).contains("gives no answer in time");
    }

    @Test
    void tellsWhatToTryNext() {
        assertThat(of(Status.OUT_OF_RANGE.withDescription("etcdserver: mvcc: required revision has been compacted"))
                        .kind())
                .isEqualTo(EtcdFailure.Kind.COMPACTED);
        assertThat(of(Status.RESOURCE_EXHAUSTED).kind()).isEqualTo(EtcdFailure.Kind.TOO_LARGE);
        assertThat(of(Status.PERMISSION_DENIED.withDescription("etcdserver: permission denied"))
                        .kind())
                .isEqualTo(EtcdFailure.Kind.REFUSED);
        assertThat(of(Status.UNAUTHENTICATED.withDescription("etcdserver: invalid auth token"))
                        .kind())
                .isEqualTo(EtcdFailure.Kind.REFUSED);
        assertThat(of(Status.INTERNAL.withDescription("odd\nthing")))
                .isEqualTo(new EtcdFailure(EtcdFailure.Kind.OTHER, "etcd at E: INTERNAL: odd thing"));
    }

    private static EtcdFailure of(Status status) {
        return EtcdFailure.of(status, "E", "user", false);
    }
}
