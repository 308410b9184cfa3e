package io.leasegate.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.testkit.EtcdProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What a registrar used is given back. */
@Timeout(60)
class RegistrarLeakTest {

    @Test
    void closedRegistrarsLeaveNoThreads() throws InterruptedException {
        try (EtcdProcess etcd = EtcdProcess.launch()) {
            openAndClose(etcd, 20);
        }
        // gRPC gives its shared threads back a second after their last use.
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!ours().isEmpty()) {
            assertThat(System.nanoTime()).as("threads left: %s", ours()).isLessThan(deadline);
            Thread.sleep(100);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void retryingHoldsOneConnectionAtMostAndOneThread() throws InterruptedException, IOException {
        try (EtcdProcess etcd = EtcdProcess.launch()) {
            Registrar registrar = hello(etcd, 1).build();
            registrar.start();
            assertThat(registrar.awaitRegistered(Duration.ofSeconds(5))).isTrue();
            long socketsBefore = sockets();
            etcd.kill();
            Thread.sleep(4000);
            assertThat(registrar.status().state()).isEqualTo(RegistrarStatus.State.RETRYING);
            assertThat(sockets()).isLessThanOrEqualTo(socketsBefore);
            assertThat(ours().stream().filter(name -> name.startsWith("registrar-")))
                    .containsExactly("registrar-hello");
            registrar.close();
        }
    }

    private static void openAndClose(EtcdProcess etcd, int count) throws InterruptedException {
        List<Registrar> registrars = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            Registrar registrar = hello(etcd, i).build();
            registrar.start();
            registrars.add(registrar);
        }
        for (Registrar registrar : registrars) {
            assertThat(registrar.awaitRegistered(Duration.ofSeconds(10))).isTrue();
        }
        registrars.forEach(Registrar::close);
    }

    private static RegistrarBuilder hello(EtcdProcess etcd, int port) {
        return Registrar.builder()
                .endpoints(etcd.endpoint())
                .service("hello")
                .address("127.0.0.1:" + port)
                .ttl(Duration.ofSeconds(2));
    }

    /** The live threads that registrars, gRPC or jetcd's Vert.x start. */
    private static List<String> ours() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("registrar-") || name.startsWith("grpc-") || name.startsWith("vert.x"))
                .toList();
    }

    private static long sockets() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(RegistrarLeakTest::isSocket).count();
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false;
        }
    }
}
