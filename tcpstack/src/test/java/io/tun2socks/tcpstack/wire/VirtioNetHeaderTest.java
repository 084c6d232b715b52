package io.tun2socks.tcpstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class VirtioNetHeaderTest {
    @Test
    void liesInTheOrderOfTheStructure() {
        ByteBuf out = Unpooled.buffer();
        VirtioNetHeader.write(
                out,
                VirtioNetHeader.F_NEEDS_CSUM,
                VirtioNetHeader.GSO_TCPV4 | VirtioNetHeader.GSO_ECN,
                0x0102,
                0x0304,
                0x0506,
                0x0708);
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("01" + "81" + "0201" + "0403" + "0605" + "0807");
    }

    @Test
    void aPlainHeaderIsTenZeroes() {
        ByteBuf out = Unpooled.buffer();
        VirtioNetHeader.writePlain(out);
        assertThat(ByteBufUtil.getBytes(out)).isEqualTo(new byte[VirtioNetHeader.LENGTH]);
        assertThat(VirtioNetHeader.checksumTrusted(out, 0)).isFalse();
    }

    @Test
    void constantsAreThoseOfTheKernel() {
        // include/uapi/linux/virtio_net.h
        assertThat(VirtioNetHeader.LENGTH).isEqualTo(10);
        assertThat(VirtioNetHeader.F_NEEDS_CSUM).isEqualTo(1);
        assertThat(VirtioNetHeader.F_DATA_VALID).isEqualTo(2);
        assertThat(VirtioNetHeader.GSO_NONE).isEqualTo(0);
        assertThat(VirtioNetHeader.GSO_TCPV4).isEqualTo(1);
        assertThat(VirtioNetHeader.GSO_TCPV6).isEqualTo(4);
        assertThat(VirtioNetHeader.GSO_UDP_L4).isEqualTo(5);
        assertThat(VirtioNetHeader.GSO_ECN).isEqualTo(0x80);
    }

    @Property
    void readsWhatItWrites(
            @ForAll @IntRange(max = 255) int flags,
            @ForAll @IntRange(max = 255) int gsoType,
            @ForAll @IntRange(max = 65535) int gsoSize,
            @ForAll @IntRange(max = 65535) int csumStart,
            @ForAll @IntRange(max = 65535) int csumOffset) {
        ByteBuf out = Unpooled.buffer().writeZero(3);
        VirtioNetHeader.write(out, flags, gsoType, 54, gsoSize, csumStart, csumOffset);
        assertThat(out.writerIndex()).isEqualTo(3 + VirtioNetHeader.LENGTH);
        assertThat(VirtioNetHeader.flags(out, 3)).isEqualTo(flags);
        assertThat(VirtioNetHeader.gsoType(out, 3)).isEqualTo(gsoType & 0x7f);
        assertThat(VirtioNetHeader.gsoSize(out, 3)).isEqualTo(gsoSize);
        assertThat(VirtioNetHeader.csumStart(out, 3)).isEqualTo(csumStart);
        assertThat(VirtioNetHeader.csumOffset(out, 3)).isEqualTo(csumOffset);
        assertThat(VirtioNetHeader.checksumTrusted(out, 3)).isEqualTo((flags & 3) != 0);
    }
}
