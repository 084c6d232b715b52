package io.tun2socks.rules.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Ip;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CidrSetTest {
    @Test
    void theEndsOfBlocksAreInThem() {
        CidrSet set = set("10.0.0.0/8", "192.168.1.1/32", "2001:db8::/32", "::1/128");
        assertThat(set.matches(Ip.literal("10.0.0.0"))).isTrue();
        assertThat(set.matches(Ip.literal("10.255.255.255"))).isTrue();
        assertThat(set.matches(Ip.literal("9.255.255.255"))).isFalse();
        assertThat(set.matches(Ip.literal("11.0.0.0"))).isFalse();
        assertThat(set.matches(Ip.literal("192.168.1.1"))).isTrue();
        assertThat(set.matches(Ip.literal("192.168.1.2"))).isFalse();
        assertThat(set.matches(Ip.literal("2001:db8::"))).isTrue();
        assertThat(set.matches(Ip.literal("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")))
                .isTrue();
        assertThat(set.matches(Ip.literal("2001:db9::"))).isFalse();
        assertThat(set.matches(Ip.literal("::1"))).isTrue();
        assertThat(set.matches(Ip.literal("::2"))).isFalse();
        assertThat(set.matches(Ip.literal("::ffff:10.1.2.3"))).isTrue();
        assertThat(set.size()).isEqualTo(4);
    }

    @Test
    void theFamiliesAreApart() {
        assertThat(set("0.0.0.0/0").matches(Ip.literal("::"))).isFalse();
        CidrSet six = set("::/0");
        assertThat(six.matches(Ip.literal("1.2.3.4"))).isFalse();
        assertThat(six.matches(Ip.literal("::"))).isTrue();
        assertThat(six.matches(Ip.literal("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")))
                .isTrue();
        assertThat(six.matches(Ip.literal("::1:0:0:0"))).isTrue();
        assertThat(set("::fffe:0:0/95").ranges()).isEqualTo(1);
    }

    @Test
    void blocksThatTouchAreOneRange() {
        CidrSet set = set("10.0.1.0/24", "10.0.0.0/24", "10.0.0.128/25", "2001:db8:8000::/33", "2001:db8::/33");
        assertThat(set.ranges()).isEqualTo(2);
        assertThat(set.size()).isEqualTo(5);
        assertThat(blocks(set)).containsExactly("10.0.0.0/23", "2001:db8::/32");
        assertThat(set("2001:db8::/64", "2001:db8:0:1::/64").ranges()).isEqualTo(1);
        assertThat(set("2001:db8::/64", "2001:db8:0:2::/64").ranges()).isEqualTo(2);
        assertThat(set("8000::/1", "::/1").matches(Ip.literal("8000::"))).isTrue();
        assertThat(set("255.255.255.255/32", "0.0.0.0/32").ranges()).isEqualTo(2);
        assertThat(set("128.0.0.0/1", "0.0.0.0/1").ranges()).isEqualTo(1);
    }

    @Test
    void anEmptySetHoldsNothing() {
        assertThat(set().matches(Ip.literal("0.0.0.0"))).isFalse();
        assertThat(set().matches(Ip.literal("::"))).isFalse();
    }

    @Test
    void rangesOfTwoFamiliesOrInTheWrongOrderAreRefused() {
        CidrSetBuilder builder = new CidrSetBuilder();
        assertThatThrownBy(() -> builder.addRange(Ip.literal("10.0.0.2"), Ip.literal("10.0.0.1")))
                .hasMessageContaining("10.0.0.2");
        assertThatThrownBy(() -> builder.addRange(Ip.literal("::"), Ip.literal("10.0.0.1")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.addRange(Ip.literal("f::"), Ip.literal("e::1")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(builder.size()).isZero();
    }

    @Test
    void rangesAreShownAsTheFewestBlocks() {
        CidrSetBuilder builder = new CidrSetBuilder();
        builder.addRange(Ip.literal("10.0.0.1"), Ip.literal("10.0.0.6"));
        builder.addRange(Ip.literal("2001:db8::ffff"), Ip.literal("2001:db8::1:0"));
        builder.addRange(Ip.literal("255.255.255.254"), Ip.literal("255.255.255.255"));
        assertThat(blocks(builder.build()))
                .containsExactly(
                        "10.0.0.1/32",
                        "10.0.0.2/31",
                        "10.0.0.4/31",
                        "10.0.0.6/32",
                        "255.255.255.254/31",
                        "2001:db8::ffff/128",
                        "2001:db8::1:0/128");
        assertThat(blocks(set("0.0.0.0/0"))).containsExactly("0.0.0.0/0");
    }

    @Property(tries = 2000)
    void anySetAnswersAsItsBlocksDo(
            @ForAll @Size(max = 20) List<@From("cidrs") Cidr> cidrs,
            @ForAll @Size(max = 20) List<@From("ips") Ip> ips) {
        CidrSetBuilder builder = new CidrSetBuilder();
        cidrs.forEach(builder::add);
        CidrSet set = builder.build();
        CidrSetBuilder again = new CidrSetBuilder();
        set.forEach(again::add);
        CidrSet copy = again.build();
        List<Ip> asked = new ArrayList<>(ips);
        cidrs.forEach(cidr -> asked.add(cidr.base()));
        for (Ip ip : asked) {
            boolean expected = cidrs.stream().anyMatch(cidr -> cidr.contains(ip));
            assertThat(set.matches(ip)).as("%s in %s", ip, cidrs).isEqualTo(expected);
            assertThat(copy.matches(ip)).as("%s in the blocks of %s", ip, cidrs).isEqualTo(expected);
        }
    }

    @Provide
    Arbitrary<Cidr> cidrs() {
        return Combinators.combine(ips(), Arbitraries.integers().between(0, 128))
                .as((ip, length) -> new Cidr(ip, ip.isV4() ? length / 4 : length));
    }

    @Provide
    Arbitrary<Ip> ips() {
        Arbitrary<Long> halves =
                Arbitraries.of(0L, 1L, 2L, 3L, -1L, -2L, Long.MIN_VALUE, Long.MAX_VALUE, 0xfffe_ffff_ffffL);
        Arbitrary<Ip> six = Combinators.combine(halves, halves).as(Ip::of);
        Arbitrary<Ip> four = Arbitraries.of(0, 1, 2, 3, 4, -1, -2, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x0a000001)
                .map(Ip::v4);
        return Arbitraries.oneOf(six, four);
    }

    private static List<String> blocks(CidrSet set) {
        List<String> blocks = new ArrayList<>();
        set.forEach(cidr -> blocks.add(cidr.toString()));
        return blocks;
    }

    private static CidrSet set(String... cidrs) {
        CidrSetBuilder builder = new CidrSetBuilder();
        for (String cidr : cidrs) {
            builder.add(Cidr.parse(cidr).orElseThrow());
        }
        return builder.build();
    }
}
