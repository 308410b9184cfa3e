package io.leasegate.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import io.leasegate.testkit.EtcdProcess;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.AssumptionViolatedException;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.TestAbortedException;

/**
 * The interop cases of grpc-java as JUnit tests of ours: each with a fresh server and a fresh channel, and between them whatever the
 * router of ports puts there.
 */
final class InteropCases {

    /** Cases that the interop specification names; were one of them renamed away, the run would silently shrink. */
    private static final Set<String> EXPECTED = Set.of(
            "emptyUnary",
            "largeUnary",
            "clientCompressedUnary",
            "serverCompressedUnary",
            "serverStreaming",
            "clientStreaming",
            "clientCompressedStreaming",
            "serverCompressedStreaming",
            "pingPong",
            "emptyStream",
            "cancelAfterBegin",
            "cancelAfterFirstResponse",
            "timeoutOnSleepingServer",
            "statusCodeAndMessage",
            "specialStatusMessage",
            "customMetadata",
            "unimplementedMethod",
            "unimplementedService",
            "veryLargeRequest");

    private InteropCases() {}

    /**
     * One test per case.
     *
     * @param portFor the port that clients connect to, given the server's
     * @param skipped cases that make no sense there
     */
    static Stream<DynamicTest> all(IntUnaryOperator portFor, Set<String> skipped) {
        List<Method> methods = Stream.of(AbstractInteropTest.class.getMethods())
                .filter(InteropCases::isCase)
                .filter(m -> !skipped.contains(m.getName()))
                .sorted(Comparator.comparing(Method::getName))
                .toList();
        assertThat(methods.stream().map(Method::getName)).containsAll(EXPECTED);
        List<DynamicTest> tests = new ArrayList<>();
        for (Method m : methods) {
            if (m.getParameterCount() == 0) {
                tests.add(DynamicTest.dynamicTest(m.getName(), () -> run(portFor, m)));
            } else {
                // Without the probe: grpc-java's own server does not refuse what the probe sends it to be refused.
                tests.add(DynamicTest.dynamicTest(m.getName() + ", no probe", () -> run(portFor, m, false)));
            }
        }
        return tests.stream();
    }

    /** Cases are marked with JUnit 4's annotation, but for the two that take whether to probe the server first. */
    private static boolean isCase(Method m) {
        boolean takesProbe = EXPECTED.contains(m.getName())
                && Stream.of(m.getParameterTypes()).allMatch(t -> t == boolean.class);
        return takesProbe || m.isAnnotationPresent(org.junit.Test.class);
    }

    private static void run(IntUnaryOperator portFor, Method method, Object... arguments) throws Throwable {
        Case c = new Case(portFor);
        c.setUp();
        try {
            method.invoke(c, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof AssumptionViolatedException assumption) {
                throw new TestAbortedException(assumption.getMessage(), assumption);
            }
            throw e.getCause();
        } finally {
            c.tearDown();
        }
    }

    private static final class Case extends AbstractInteropTest {

        private final IntUnaryOperator portFor;
        private final int serverPort = EtcdProcess.freePorts(1)[0];

        Case(IntUnaryOperator portFor) {
            this.portFor = portFor;
        }

        @Override
        protected ServerBuilder<?> getServerBuilder() {
            return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort))
                    .flowControlWindow(TEST_FLOW_CONTROL_WINDOW)
                    .maxInboundMessageSize(MAX_MESSAGE_SIZE);
        }

        @Override
        protected ManagedChannelBuilder<?> createChannelBuilder() {
            return NettyChannelBuilder.forAddress("127.0.0.1", portFor.applyAsInt(serverPort))
                    .usePlaintext()
                    .flowControlWindow(TEST_FLOW_CONTROL_WINDOW)
                    .maxInboundMessageSize(MAX_MESSAGE_SIZE);
        }

        /** The library's own statistics are not what is tested here. */
        @Override
        protected boolean metricsExpected() {
            return false;
        }
    }
}
