package io.tun2socks.it;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Sources of the parameters that many tests share. */
final class Cases {
    private Cases() {}

    /** Every upstream with every version of IP. */
    static Stream<Arguments> upstreamsAndFamilies() {
        return Arrays.stream(Upstream.Kind.values())
                .flatMap(kind -> Arrays.stream(Family.values()).map(family -> Arguments.of(kind, family)));
    }
}
