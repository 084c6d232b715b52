package io.tun2socks.tcpstack.ip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.UnknownHostException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IpAddressTest {
    private static IpAddress parse(String text) {
        return IpAddress.parse(text).orElseThrow(() -> new AssertionError(text + " is not taken"));
    }

    @ParameterizedTest
    @CsvSource({
        // RFC 5952: 1, 2.1, 2.2, 4.1, 4.2.1 to 4.3 and 5
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:0db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8::1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8::0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:0db8::1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:0:1::1, 2001:db8::1:0:0:1",
        "2001:DB8:0:0:1::1, 2001:db8::1:0:0:1",
        "2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001, 2001:db8:aaaa:bbbb:cccc:dddd:eeee:1",
        "2001:db8:aaaa:bbbb:cccc:dddd:0:aaaa, 2001:db8:aaaa:bbbb:cccc:dddd:0:aaaa",
        "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:db8::1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:0001:0000:0000:0000:ABCD:0000:0012, 2001:1::abcd:0:12",
        "::, ::",
        "0:0:0:0:0:0:0:0, ::",
        "::1, ::1",
        "1::, 1::",
        "0:0:0:0:0:0:1:0, ::1:0",
        "0:1:0:0:0:0:0:0, 0:1::",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
        "[2001:db8::1], 2001:db8::1",
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
        "::192.0.2.33, ::c000:221",
        "1:2:3:4:5:6:192.0.2.33, 1:2:3:4:5:6:c000:221",
        "::ffff:192.0.2.33, 192.0.2.33",
        "::ffff:c000:221, 192.0.2.33",
        "192.0.2.33, 192.0.2.33",
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
    })
    void hasOneTextForEachAddress(String text, String canonical) {
        assertThat(parse(text)).hasToString(canonical);
        assertThat(parse(canonical)).isEqualTo(parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ".",
                ":",
                ":::",
                "[]",
                "[",
                "]",
                "[:]",
                "[::",
                "::]",
                "[192.0.2.1]",
                "[[::1]]",
                "1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.",
                ".1.2.3",
                "1..2.3",
                "256.1.1.1",
                "1.2.3.1000",
                "01.2.3.4",
                "1.2.3.04",
                "1.2.3.-4",
                "+1.2.3.4",
                "0x1.2.3.4",
                " 1.2.3.4",
                "1.2.3.4 ",
                "1.2.3.4\n",
                "1.2.3.4:80",
                "example.com",
                "dead.beef.fa.ce",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4::5:6:7:8",
                "1::2::3",
                "::1::",
                ":1",
                "1:",
                ":1::2",
                "1::2:",
                "12345::",
                "::g",
                "::-1",
                "::+1",
                "1:2:3:4:5:6:7:1.2.3.4",
                "::1.2.3",
                "::1.2.3.4:1",
                "1.2.3.4::",
                "::256.1.1.1",
                "fe80::1%eth0",
                "::1/64",
                "::1 ",
                "::ffff:1.2.3.04",
                // Digits, but not ASCII: full-width, Arabic
                "\uff11::",
                "\u0661::",
                "\uff11.2.3.4",
                "::\uff21",
            })
    void refusesWhatIsNoLiteral(String text) {
        assertThat(IpAddress.parse(text)).isEmpty();
    }

    @Property
    void agreesWithTheJdkOnIpv6(@ForAll long hi, @ForAll long lo) throws UnknownHostException {
        byte[] bytes = ByteBufUtil.getBytes(Unpooled.buffer(16).writeLong(hi).writeLong(lo));
        InetAddress jdk = InetAddress.getByAddress(bytes);
        IpAddress address = IpAddress.of(hi, lo);
        assertThat(address.toInetAddress()).isEqualTo(jdk);
        assertThat(IpAddress.of(jdk)).isEqualTo(address).hasSameHashCodeAs(address);
        assertThat(IpAddress.of(bytes)).isEqualTo(address);
        assertThat(address.toBytes()).isEqualTo(jdk.getAddress());
        assertThat(parse(jdk.getHostAddress())).isEqualTo(address);
        // The text is a literal, so that the JDK asks no resolver.
        assertThat(InetAddress.getByName(address.toString())).isEqualTo(jdk);
        assertThat(parse(address.toString())).isEqualTo(address);
    }

    @Property
    void agreesWithTheJdkOnSparseIpv6(@ForAll int mask, @ForAll long hi, @ForAll long lo) throws UnknownHostException {
        long[] halves = {hi, lo};
        for (int group = 0; group < 8; group++) {
            if ((mask & (1 << group)) != 0) {
                halves[group / 4] &= ~(0xffffL << (16 * (group % 4)));
            }
        }
        agreesWithTheJdkOnIpv6(halves[0], halves[1]);
    }

    @Property
    void agreesWithTheJdkOnIpv4(@ForAll int bits) throws UnknownHostException {
        byte[] bytes = ByteBufUtil.getBytes(Unpooled.buffer(4).writeInt(bits));
        InetAddress jdk = InetAddress.getByAddress(bytes);
        IpAddress address = IpAddress.ofIpv4(bits);
        assertThat(address.isIpv4()).isTrue();
        assertThat(IpAddress.isIpv4(address.hi(), address.lo())).isTrue();
        assertThat(address.lo()).isEqualTo(IpAddress.lowHalfOfIpv4(bits));
        assertThat(address.toInetAddress()).isEqualTo(jdk);
        assertThat(address).hasToString(jdk.getHostAddress());
        assertThat(IpAddress.of(jdk)).isEqualTo(address);
        assertThat(address.toBytes()).isEqualTo(bytes);
        assertThat(parse("::ffff:" + address)).isEqualTo(address);
    }

    @Property(tries = 5000)
    void takesNothingThatTheJdkDoesNotTake(
            @ForAll @StringLength(max = 20) @CharRange(from = '0', to = '4') @Chars({':', ':', '.', 'a', 'F', '[', ']'})
                    String text)
            throws UnknownHostException {
        if (IpAddress.parse(text).isPresent()) {
            // Everything that is taken has the characters of a literal, so that the JDK asks no resolver.
            assertThat(InetAddress.getByName(text)).isEqualTo(parse(text).toInetAddress());
        }
    }

    @Test
    void tellsTheFamiliesApart() {
        assertThat(parse("::ffff:0:0").isIpv4()).isTrue();
        assertThat(parse("::fffe:ffff:ffff").isIpv4()).isFalse();
        assertThat(parse("::1.2.3.4").isIpv4()).isFalse();
        assertThat(parse("1::ffff:1.2.3.4").isIpv4()).isFalse();
        assertThat(parse("::1:ffff:1.2.3.4").isIpv4()).isFalse();
    }

    @Test
    void writesItsBytes() {
        ByteBuf out = Unpooled.buffer();
        parse("192.0.2.1").writeTo(out);
        parse("2001:db8::1").writeTo(out);
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("c0000201" + "20010db8000000000000000000000001");
    }

    @Test
    void hasFourOrSixteenBytes() {
        assertThatThrownBy(() -> IpAddress.of(new byte[5]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not 5");
    }
}
