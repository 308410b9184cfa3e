package io.leasegate;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import io.leasegate.balance.LoadBalancer;
import io.leasegate.balance.Picker;
import io.leasegate.testkit.ArchitectureRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rules of ARCHITECTURE.md for the library, by their numbers there. */
class ArchitectureTest {

    private static final String ROOT = "io.leasegate";
    private static final JavaClasses CLASSES = ArchitectureRules.importMain(ROOT);

    /** Packages that may be used from each of the lower packages; what is not named here is held by the cycle rule alone. */
    private static final String[][] LAYERS = {
        {"endpoint"},
        {"balance", "endpoint"},
        {"routing", "balance", "endpoint", "resilience"},
        {"registration", "endpoint", "routing"},
        {"resilience"},
        {"h2"},
        {"tls"},
        {"dns"},
        {"filter", "routing", "balance", "endpoint", "resilience", "h2"},
        {"proxy", "filter", "routing", "balance", "endpoint", "resilience", "h2", "health", "tls", "dns"},
    };

    private static final Pattern COMMENTS_AND_STRINGS =
            Pattern.compile("/\\*.*?\\*/|//[^\\n]*|\"(\\\\.|[^\"\\\\\\n])*\"", Pattern.DOTALL);

    @TestFactory
    Stream<DynamicTest> rulesOfEveryModule() {
        return ArchitectureRules.all(ROOT).stream()
                .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(CLASSES)));
    }

    @Test
    void rule1PureTypesDoNotKnowNetty() {
        noClasses()
                .that()
                .resideInAnyPackage(packages("routing", "registration", "endpoint", "balance", "resilience"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(CLASSES);
    }

    @Test
    void rule2OnlyH2KnowsNettysHttp2Codec() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".h2..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty.handler.codec.http2..")
                .check(CLASSES);
    }

    @Test
    void rule3OnlyDiscoveryKnowsEtcd() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".discovery..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.etcd..", "io.vertx..")
                .check(CLASSES);
    }

    @Test
    void rule3TheLibraryKnowsNeitherConfigurationFilesNorMeters() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.typesafe.config..", "io.micrometer..", "picocli..")
                .check(CLASSES);
    }

    @TestFactory
    Stream<DynamicTest> rule4LowerPackagesKnowOnlyWhatIsBelowThem() {
        return Stream.of(LAYERS)
                .map(layer -> DynamicTest.dynamicTest(layer[0], () -> {
                    String[] allowed = packages(layer);
                    noClasses()
                            .that()
                            .resideInAPackage(allowed[0])
                            .should()
                            .dependOnClassesThat(JavaClass.Predicates.resideInAPackage(ROOT + "..")
                                    .and(JavaClass.Predicates.resideOutsideOfPackages(allowed)))
                            .allowEmptyShould(true)
                            .check(CLASSES);
                }));
    }

    @Test
    void rule5NothingOnALoopBlocks() {
        String[] loops = packages("proxy", "h2");
        ArchRule noLocks = noClasses()
                .that()
                .resideInAnyPackage(loops)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.concurrent.locks..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.util\\.concurrent\\."
                        + "(CompletableFuture|CompletionStage|CountDownLatch|Semaphore|BlockingQueue|.*BlockingQueue)");
        noLocks.check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage(loops)
                .should()
                .callMethodWhere(target(nameMatching("sleep"))
                        .and(target(owner(com.tngtech.archunit.core.domain.JavaClass.Predicates.type(Thread.class))))
                        .forSubtype())
                .check(CLASSES);
        noMethods()
                .that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(loops)
                .should()
                .haveModifier(JavaModifier.SYNCHRONIZED)
                .check(CLASSES);
    }

    /** Synchronized blocks are no part of what ArchUnit knows of a class, so the sources are read. */
    @Test
    void rule5NoSynchronizedBlocks() throws IOException {
        List<String> found = new ArrayList<>();
        int files = 0;
        for (String p : List.of("proxy", "h2")) {
            Path folder = Path.of("src/main/java/io/leasegate", p);
            try (Stream<Path> sources = Files.walk(folder)) {
                for (Path f :
                        sources.filter(s -> s.toString().endsWith(".java")).toList()) {
                    files++;
                    String code =
                            COMMENTS_AND_STRINGS.matcher(Files.readString(f)).replaceAll(" ");
                    if (Pattern.compile("\\bsynchronized\\b").matcher(code).find()) {
                        found.add(f.toString());
                    }
                }
            }
        }
        assertThat(files).as("source files read").isPositive();
        assertThat(found).as("files with synchronized blocks").isEmpty();
    }

    @TestFactory
    Stream<DynamicTest> rule6ServiceProviderInterfacesDoNotKnowTheirImplementations() {
        return Stream.of(LoadBalancer.class, Picker.class)
                .map(spi -> DynamicTest.dynamicTest(
                        spi.getSimpleName(),
                        () -> ArchitectureRules.independentOfItsImplementations(spi)
                                .check(CLASSES)));
    }

    /** Field values and names stay the bytes they came as: where a string is needed, a view or a copy is made off the frame path. */
    @Test
    void rule7TheCodecMakesNoStringsOfHeaders() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".h2..")
                .should()
                .callMethodWhere(JavaCall.Predicates.target(nameMatching("toString"))
                        .and(target(owner(JavaClass.Predicates.type(io.netty.util.AsciiString.class)))))
                .check(CLASSES);
    }

    @Test
    void outcomesAreWhatTheirNamesSay() {
        classes().that().haveSimpleName("Outcome").should().beEnums().check(CLASSES);
    }

    private static String[] packages(String... names) {
        return Stream.of(names).map(n -> ROOT + "." + n + "..").toArray(String[]::new);
    }
}
