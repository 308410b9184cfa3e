package io.leasegate.server.metrics;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** One package knows the metrics libraries, so that one page can list every meter. */
class MeterRegistrationTest {

    @Test
    void onlyTheMetricsPackageUsesTheMetricsLibraries() {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.leasegate");
        noClasses()
                .that()
                .resideOutsideOfPackage("io.leasegate.server.metrics")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.micrometer..", "io.prometheus..")
                .because("every meter is in docs/metrics.md, and core talks to small listener interfaces")
                .check(classes);
    }
}
