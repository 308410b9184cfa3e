package io.leasegate.suites;

import io.grpc.ManagedChannelBuilder;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** grpc-java's interop cases, each with a channel of its own, in this process. */
final class JavaInteropClient implements InteropClient {

    private static final long LIMIT_SECONDS = 60;

    /** What grpc-go's server does not do: compression of its own choice, and requests above 4 MiB. */
    private static final List<String> JAVA_SERVER_ONLY = List.of(
            "client_compressed_unary",
            "server_compressed_unary",
            "client_compressed_streaming",
            "server_compressed_streaming",
            "very_large_request");

    @Override
    public List<String> cases(InteropServer.Language server) {
        List<String> cases = new ArrayList<>(COMMON_CASES);
        if (server == InteropServer.Language.JAVA) {
            cases.addAll(JAVA_SERVER_ONLY);
        }
        return cases;
    }

    @Override
    public void prepare(Tools tools) {
        // It is among our own libraries.
    }

    @Override
    public Score run(Bench bench, List<String> cases, int port, @Nullable Path ca) throws InterruptedException {
        Score score = new Score();
        for (String name : cases) {
            // Not shared: a case that hangs must not hold up the next one.
            ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
                Thread t = new Thread(task, "interop-" + name);
                t.setDaemon(true);
                return t;
            });
            Callable<Boolean> task = () -> play(name, port, ca);
            Future<Boolean> outcome = thread.submit(task);
            try {
                outcome.get(LIMIT_SECONDS, TimeUnit.SECONDS);
                score.pass(name);
            } catch (ExecutionException e) {
                score.fail(name, String.valueOf(e.getCause()));
            } catch (TimeoutException e) {
                score.fail(name, "no end within " + LIMIT_SECONDS + " s");
            } finally {
                thread.shutdownNow();
            }
        }
        return score;
    }

    private static boolean play(String name, int port, @Nullable Path ca) throws Exception {
        Case c = new Case(port, ca);
        c.setUp();
        try {
            if (name.startsWith("client_compressed")) {
                // Without the probe: grpc-java's own server does not refuse what the probe sends it to be refused.
                AbstractInteropTest.class.getMethod(camel(name), boolean.class).invoke(c, false);
            } else {
                AbstractInteropTest.class.getMethod(camel(name)).invoke(c);
            }
            return true;
        } catch (InvocationTargetException e) {
            throw new ExecutionException(e.getCause());
        } finally {
            c.tearDown();
        }
    }

    /** The method of a case: {@code emptyUnary} for {@code empty_unary}. */
    static String camel(String name) {
        StringBuilder method = new StringBuilder();
        for (String word : name.split("_", -1)) {
            method.append(method.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return method.toString();
    }

    private static final class Case extends AbstractInteropTest {

        private final int port;
        private final @Nullable Path ca;

        Case(int port, @Nullable Path ca) {
            this.port = port;
            this.ca = ca;
        }

        @Override
        protected ManagedChannelBuilder<?> createChannelBuilder() {
            NettyChannelBuilder builder =
                    NettyChannelBuilder.forAddress("127.0.0.1", port).maxInboundMessageSize(MAX_MESSAGE_SIZE);
            if (ca == null) {
                return builder.usePlaintext();
            }
            try {
                return builder.overrideAuthority(TEST_HOST)
                        .sslContext(GrpcSslContexts.forClient()
                                .trustManager(ca.toFile())
                                .build());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The library's own statistics are not what is tested here. */
        @Override
        protected boolean metricsExpected() {
            return false;
        }
    }
}
