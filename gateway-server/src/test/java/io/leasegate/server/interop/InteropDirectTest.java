package io.leasegate.server.interop;

import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The interop cases with nothing between client and server: what fails here is not the gateway's doing. */
class InteropDirectTest {

    @TestFactory
    Stream<DynamicTest> cases() {
        return InteropCases.all(IntUnaryOperator.identity(), Set.of());
    }
}
