package io.tun2socks.rules;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rule engine does no networking and knows nothing of the stack or the program (design §2). */
@AnalyzeClasses(packages = "io.tun2socks.rules", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule NO_NETTY = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.netty.."))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule NO_PROGRAM_AND_NO_STACK = noClasses()
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage("io.tun2socks..").and(resideOutsideOfPackages("io.tun2socks.rules..")))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule NO_SOCKETS = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.nio.channels..", "javax.net..", "java.net.http.."))
            .allowEmptyShould(true);
}
