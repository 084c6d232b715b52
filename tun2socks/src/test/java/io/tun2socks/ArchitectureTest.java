package io.tun2socks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Dependencies of the program's packages point one way (design §2). */
@AnalyzeClasses(packages = "io.tun2socks", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule OUTBOUND_KNOWS_NOTHING_ABOVE_IT = noClasses()
            .that()
            .resideInAPackage("io.tun2socks.outbound")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.tun2socks.device..",
                    "io.tun2socks.engine..",
                    "io.tun2socks.route..",
                    "io.tun2socks.provider..",
                    "io.tun2socks.outbound.group..",
                    "io.tun2socks.cli..",
                    "io.tun2socks.config",
                    "io.tun2socks.demo..");

    @ArchTest
    static final ArchRule CLASH_CONFIG_KNOWS_NOTHING_OF_ITS_READERS = noClasses()
            .that()
            .resideInAPackage("io.tun2socks.config.clash..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.tun2socks.device..",
                    "io.tun2socks.engine..",
                    "io.tun2socks.outbound..",
                    "io.tun2socks.route..",
                    "io.tun2socks.provider..",
                    "io.tun2socks.cli..",
                    "io.tun2socks.demo..");

    @ArchTest
    static final ArchRule DEVICE_KNOWS_NOTHING_ABOVE_IT = noClasses()
            .that()
            .resideInAPackage("io.tun2socks.device..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.tun2socks.engine..",
                    "io.tun2socks.outbound..",
                    "io.tun2socks.cli..",
                    "io.tun2socks.config..",
                    "io.tun2socks.demo..");

    @ArchTest
    static final ArchRule ENGINE_KNOWS_NOTHING_ABOVE_IT = noClasses()
            .that()
            .resideInAPackage("io.tun2socks.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.tun2socks.cli..",
                    "io.tun2socks.config..",
                    "io.tun2socks.demo..",
                    "io.tun2socks.route..",
                    "io.tun2socks.provider..",
                    "io.tun2socks.outbound.group..");
}
