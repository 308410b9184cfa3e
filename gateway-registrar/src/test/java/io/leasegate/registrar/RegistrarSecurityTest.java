package io.leasegate.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.AuthEnableRequest;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthRoleGrantPermissionRequest;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.Permission;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.leasegate.registrar.RegistrarStatus.State;
import io.leasegate.testkit.EtcdProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Users and passwords, and TLS with client certificates, on a real etcd. */
@Timeout(60)
class RegistrarSecurityTest {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static RegistrarBuilder hello(String endpoint) {
        return Registrar.builder()
                .endpoints(endpoint)
                .service("hello")
                .address("127.0.0.1:1001")
                .ttl(Duration.ofSeconds(2));
    }

    @Test
    void userWithTheRightToItsKeysRegistersAndOthersAreToldWhy() throws InterruptedException {
        try (EtcdProcess etcd = EtcdProcess.launch();
                Users users = new Users(etcd.clientPort())) {
            users.enable();
            try (Registrar right =
                            hello(etcd.endpoint()).credentials("hello", "pw").build();
                    Registrar wrongPassword =
                            hello(etcd.endpoint()).credentials("hello", "no").build();
                    Registrar wrongKey = hello(etcd.endpoint())
                            .service("other")
                            .credentials("hello", "pw")
                            .build();
                    Registrar nobody = hello(etcd.endpoint()).build()) {
                right.start();
                wrongPassword.start();
                wrongKey.start();
                nobody.start();
                assertThat(right.awaitRegistered(PATIENCE)).isTrue();
                assertThat(awaitError(wrongPassword)).contains("authentication of user hello", "authentication failed");
                assertThat(awaitError(wrongKey)).contains("put of the key", "permission denied");
                assertThat(awaitError(nobody)).contains("user name is empty", "credentials(user, password)");

                // A change of users or roles makes etcd refuse the tokens that it issued before.
                users.add("later");
                right.updateWeight(5);
                assertThat(right.awaitRegistered(PATIENCE)).isTrue();
                assertThat(right.status().lastError()).isNull();
                assertThat(right.status().registrations()).isOne();
            }
        }
    }

    @Test
    void credentialsAreIgnoredByAnEtcdWithoutUsers() throws InterruptedException {
        try (EtcdProcess etcd = EtcdProcess.launch();
                Registrar registrar =
                        hello(etcd.endpoint()).credentials("hello", "pw").build()) {
            registrar.start();
            assertThat(registrar.awaitRegistered(PATIENCE)).isTrue();
        }
    }

    @Test
    void tlsWithClientCertificates(@TempDir Path directory) throws Exception {
        KeyPairFiles server = KeyPairFiles.generate(directory, "server");
        KeyPairFiles client = KeyPairFiles.generate(directory, "client");
        KeyPairFiles stranger = KeyPairFiles.generate(directory, "stranger");
        EtcdTls trusting = EtcdTls.trusting(server.certificate());
        try (TlsEtcd etcd = TlsEtcd.launch(directory, server, client.certificate());
                Registrar right = hello(etcd.endpoint())
                        .tls(trusting.clientCertificate(client.certificate(), client.key()))
                        .build();
                Registrar otherName = hello(etcd.endpoint())
                        .tls(trusting.clientCertificate(client.certificate(), client.key())
                                .serverName("etcd.example"))
                        .build();
                Registrar withoutCertificate =
                        hello(etcd.endpoint()).tls(trusting).build();
                Registrar distrusting = hello(etcd.endpoint())
                        .tls(EtcdTls.trusting(stranger.certificate())
                                .clientCertificate(client.certificate(), client.key()))
                        .build()) {
            right.start();
            assertThat(right.awaitRegistered(Duration.ofSeconds(15))).isTrue();
            otherName.start();
            withoutCertificate.start();
            distrusting.start();
            assertThat(awaitError(otherName)).contains("etcd.example");
            assertThat(awaitError(withoutCertificate)).contains("UNAVAILABLE");
            assertThat(awaitError(distrusting)).contains("UNAVAILABLE").containsIgnoringCase("certification path");
            assertThat(right.status().state()).isEqualTo(State.REGISTERED);
        }
    }

    private static String awaitError(Registrar registrar) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String error = registrar.status().lastError();
        while (error == null) {
            assertThat(System.nanoTime()).as("%s", registrar.status()).isLessThan(deadline);
            Thread.sleep(20);
            error = registrar.status().lastError();
        }
        assertThat(registrar.status().state()).isEqualTo(State.RETRYING);
        return error;
    }

    /** Turns etcd's authentication on, with a user that may write the keys of one service. */
    private static final class Users implements AutoCloseable {

        private final ManagedChannel channel;
        private AuthGrpc.AuthBlockingStub auth;

        Users(int port) {
            channel = Grpc.newChannelBuilderForAddress("127.0.0.1", port, InsecureChannelCredentials.create())
                    .build();
            auth = AuthGrpc.newBlockingStub(channel);
        }

        void enable() {
            add("root");
            grant("root", "root");
            add("hello");
            auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("hello").build());
            auth.roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                    .setName("hello")
                    .setPerm(Permission.newBuilder()
                            .setPermType(Permission.Type.READWRITE)
                            .setKey(ByteString.copyFromUtf8("/hello/"))
                            .setRangeEnd(ByteString.copyFromUtf8("/hello0")))
                    .build());
            grant("hello", "hello");
            auth.authEnable(AuthEnableRequest.getDefaultInstance());
            Metadata headers = new Metadata();
            headers.put(
                    Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER),
                    auth.authenticate(AuthenticateRequest.newBuilder()
                                    .setName("root")
                                    .setPassword("pw")
                                    .build())
                            .getToken());
            auth = auth.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
        }

        void add(String name) {
            auth.withDeadlineAfter(5, TimeUnit.SECONDS)
                    .userAdd(AuthUserAddRequest.newBuilder()
                            .setName(name)
                            .setPassword("pw")
                            .build());
        }

        private void grant(String user, String role) {
            auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                    .setUser(user)
                    .setRole(role)
                    .build());
        }

        @Override
        public void close() {
            channel.shutdownNow();
        }
    }
}
