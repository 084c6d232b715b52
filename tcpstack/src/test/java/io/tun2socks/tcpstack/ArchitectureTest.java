package io.tun2socks.tcpstack;

import static com.tngtech.archunit.base.DescribedPredicate.doNot;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;

/** The stack is a pure function of packets, times and a seed (design §2, §7). */
@AnalyzeClasses(packages = "io.tun2socks.tcpstack", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule OF_NETTY_ONLY_BUFFERS = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.netty..")
                    .and(resideOutsideOfPackages("io.netty.buffer..", "io.netty.util")));

    @ArchTest
    static final ArchRule NO_PROGRAM_AND_NO_RULES = noClasses()
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage("io.tun2socks..").and(resideOutsideOfPackages("io.tun2socks.tcpstack..")));

    @ArchTest
    static final ArchRule NO_SOCKETS = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.net..", "java.nio.channels..", "javax.net..")
                    .and(doNot(equivalentTo(InetAddress.class)))
                    .and(doNot(equivalentTo(UnknownHostException.class))));

    @ArchTest
    static final ArchRule NO_FILES =
            noClasses().should().dependOnClassesThat(resideInAnyPackage("java.io..", "java.nio.file.."));

    @ArchTest
    static final ArchRule NO_THREADS = noClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class)
            .orShould()
            .dependOnClassesThat(resideInAnyPackage("java.util.concurrent"));

    @ArchTest
    static final ArchRule NO_CLOCKS = noClasses()
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class);

    @ArchTest
    static final ArchRule NO_LOGGING =
            noClasses().should().dependOnClassesThat(resideInAnyPackage("org.slf4j..", "java.util.logging.."));
}
