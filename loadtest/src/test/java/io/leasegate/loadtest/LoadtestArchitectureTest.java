package io.leasegate.loadtest;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.leasegate.testkit.ArchitectureRules;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rules of ARCHITECTURE.md for the load test. */
class LoadtestArchitectureTest {

    private static final String ROOT = "io.leasegate.loadtest";
    private static final JavaClasses CLASSES = ArchitectureRules.importMain(ROOT);

    @TestFactory
    Stream<DynamicTest> rulesOfEveryModule() {
        return ArchitectureRules.all(ROOT).stream()
                .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(CLASSES)));
    }

    /** What measures must not be what is measured: neither the gateway's codec nor Netty's. */
    @Test
    void theLoadHasFramesOfItsOwn() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty.handler.codec.http2..", "io.leasegate.h2..", "io.leasegate.proxy..", "io.etcd..")
                .check(CLASSES);
    }
}
