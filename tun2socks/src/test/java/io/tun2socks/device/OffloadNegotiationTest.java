package io.tun2socks.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.linux.Errno;
import io.tun2socks.linux.ErrnoException;
import io.tun2socks.tcpstack.Offloads;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What is left when the kernel lacks offloads. */
class OffloadNegotiationTest {
    private final List<Offloads> asked = new ArrayList<>();

    private Offloads negotiate(Predicate<Offloads> kernelTakes) {
        return LinuxTun.negotiateOffloads("t0", offloads -> {
            asked.add(offloads);
            if (!kernelTakes.test(offloads)) {
                throw new ErrnoException("ioctl", Errno.EINVAL);
            }
        });
    }

    @Test
    void asksOnceWhereEverythingIsThere() {
        assertThat(negotiate(offloads -> true)).isEqualTo(Offloads.ALL);
        assertThat(asked).hasSize(1);
    }

    @Test
    void givesUpOneAfterTheOther() {
        assertThat(negotiate(offloads -> !offloads.uso4())).isEqualTo(new Offloads(true, true, true, false, false));
        assertThat(negotiate(offloads -> !offloads.tso6())).isEqualTo(new Offloads(true, true, false, false, false));
        assertThat(negotiate(offloads -> !offloads.tso4())).isEqualTo(new Offloads(true, false, false, false, false));
    }

    @Test
    void worksWithoutAny() {
        assertThat(negotiate(offloads -> false)).isEqualTo(Offloads.NONE);
    }
}
