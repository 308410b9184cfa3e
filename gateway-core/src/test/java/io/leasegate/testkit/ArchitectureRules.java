package io.leasegate.testkit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;

/** The rules of ARCHITECTURE.md that hold in every module, for the architecture tests of the modules. */
public final class ArchitectureRules {

    private ArchitectureRules() {}

    /** The classes of this project in the given packages, tests left out. */
    public static JavaClasses importMain(String... packages) {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("-tests.jar"))
                .importPackages(packages);
    }

    /** All rules of this class. */
    public static List<ArchRule> all(String rootPackage) {
        return List.of(
                noPackageCycles(rootPackage), immutablesHaveOnlyFinalFields(), names(), interfaceNames(), nullMarked());
    }

    /** Rule 4, its first half. */
    public static ArchRule noPackageCycles(String rootPackage) {
        return slices().matching(rootPackage + ".(**)").should().beFreeOfCycles();
    }

    /** Rule 6, its first half. */
    public static ArchRule immutablesHaveOnlyFinalFields() {
        return fields().that(
                        new DescribedPredicate<JavaField>("belong to a *Snapshot, *Table, *Config, Route or Cluster") {
                            @Override
                            public boolean test(JavaField f) {
                                String name = f.getOwner().getSimpleName();
                                return name.matches(".*(Snapshot|Table|Config)|Route|Cluster");
                            }
                        })
                .should()
                .beFinal()
                .andShould(new ArchCondition<>("not be arrays that others can reach") {
                    @Override
                    public void check(JavaField f, ConditionEvents events) {
                        boolean open =
                                f.getRawType().isArray() && !f.getModifiers().contains(JavaModifier.PRIVATE);
                        events.add(
                                new SimpleConditionEvent(f, !open, f.getFullName() + " is an array for all to change"));
                    }
                })
                .allowEmptyShould(true)
                .because("what several threads read without a lock must not change");
    }

    /** A class is named for what it is or how it does it. */
    public static ArchRule names() {
        return noClasses()
                .should()
                .haveNameMatching(".*\\.(\\w+\\$)?(\\w+(Impl|Manager|Helper|Helpers|Util|Utils)|Abstract\\w+Base)")
                .because("such names say nothing: an implementation is named for how it does it");
    }

    /** Interfaces are named for what they stand for. */
    public static ArchRule interfaceNames() {
        return noClasses()
                .that()
                .areInterfaces()
                .should()
                .haveSimpleNameStartingWith("I")
                .andShould(new ArchCondition<>("have an upper-case second letter") {
                    @Override
                    public void check(JavaClass c, ConditionEvents events) {
                        String n = c.getSimpleName();
                        boolean prefixed = n.length() > 1 && Character.isUpperCase(n.charAt(1));
                        events.add(new SimpleConditionEvent(c, prefixed, c.getName() + " is prefixed with I"));
                    }
                });
    }

    /** Every package says that null is the exception. */
    public static ArchRule nullMarked() {
        return classes()
                .that()
                .haveSimpleNameNotEndingWith("package-info")
                .should(new ArchCondition<>("be in a package with @NullMarked") {
                    @Override
                    public void check(JavaClass c, ConditionEvents events) {
                        boolean marked = c.getPackage().isAnnotatedWith(NullMarked.class);
                        events.add(new SimpleConditionEvent(
                                c, marked, c.getName() + ": its package-info.java lacks @NullMarked"));
                    }
                });
    }

    /** Rule 6, its second half: what is implemented by many knows none of them. */
    public static ArchRule independentOfItsImplementations(Class<?> spi) {
        return classes()
                .that()
                .haveFullyQualifiedName(spi.getName())
                .should(new ArchCondition<>("not depend on what implements it") {
                    @Override
                    public void check(JavaClass c, ConditionEvents events) {
                        Set<String> known = new TreeSet<>();
                        for (Dependency d : c.getDirectDependenciesFromSelf()) {
                            JavaClass target = d.getTargetClass();
                            if (!target.equals(c)
                                    && !target.getName().startsWith(c.getName() + "$")
                                    && target.isAssignableTo(spi)) {
                                known.add(target.getName());
                            }
                        }
                        events.add(new SimpleConditionEvent(
                                c, known.isEmpty(), c.getName() + " knows its implementations " + known));
                    }
                });
    }
}
