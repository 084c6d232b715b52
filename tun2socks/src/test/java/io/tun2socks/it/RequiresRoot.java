package io.tun2socks.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The test needs root, /dev/net/tun, {@code ip}, {@code nft} and the tools named. It is skipped where something is
 * missing, with a message that says what; where {@code TUN2SOCKS_REQUIRE_ROOT} is {@code true} (environment variable or
 * system property) it fails instead.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("root")
@ExtendWith(RootCondition.class)
@interface RequiresRoot {
    /** Programs that must be on the PATH, besides those that every such test needs. */
    String[] tools() default {};
}
