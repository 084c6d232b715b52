package io.tun2socks.rules.geo;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Ip;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class AddressRangesTest {
    private static AddressRanges ranges(List<Cidr> blocks) {
        AddressRanges.Builder builder = new AddressRanges.Builder();
        blocks.forEach(builder::add);
        return builder.build();
    }

    private static AddressRanges ranges(String... blocks) {
        return ranges(List.of(blocks).stream()
                .map(block -> Cidr.parse(block).orElseThrow())
                .toList());
    }

    /** Addresses at the ends of both families, so that blocks touch and overlap. */
    @Provide
    Arbitrary<Ip> addresses() {
        Arbitrary<Integer> near = Arbitraries.integers().between(-9, 9);
        Arbitrary<Ip> v4 = near.map(Ip::v4);
        Arbitrary<Ip> v6 = Combinators.combine(
                        Arbitraries.of(0L, -1L, 0x2001_0db8_0000_0000L), near.map(Integer::longValue))
                .as(Ip::of);
        return Arbitraries.oneOf(v4, v6);
    }

    @Provide
    Arbitrary<Cidr> blocks() {
        return Combinators.combine(
                        Arbitraries.lazyOf(this::addresses),
                        Arbitraries.oneOf(
                                Arbitraries.integers().between(0, 128),
                                Arbitraries.integers().between(120, 128)))
                .as((ip, prefix) -> new Cidr(ip, ip.isV4() ? prefix / 4 : prefix));
    }

    @Property
    void agreesWithTheDefinition(@ForAll List<@From("blocks") Cidr> blocks, @ForAll @From("addresses") Ip address) {
        AddressRanges ranges = ranges(blocks);
        assertThat(ranges.matches(address)).isEqualTo(blocks.stream().anyMatch(block -> block.contains(address)));
        assertThat(ranges.size()).isEqualTo(blocks.size());
    }

    @Test
    void mergesBlocksThatTouch() {
        assertThat(ranges("10.0.0.0/25", "10.0.0.128/25", "10.0.0.7/32", "10.0.2.0/24")
                        .ranges())
                .isEqualTo(2);
        assertThat(ranges("2001:db8::/33", "2001:db8:8000::/33", "2001:db8::1/128", "::/128")
                        .ranges())
                .isEqualTo(2);
        // Across the border between the halves.
        assertThat(ranges("0:0:0:1::/64", "0:0:0:2::/64").ranges()).isEqualTo(1);
    }

    @Test
    void holdsWholeFamilies() {
        AddressRanges all = ranges("0.0.0.0/0", "255.255.255.255/32");
        assertThat(all.ranges()).isEqualTo(1);
        assertThat(all.matches(Ip.literal("0.0.0.0"))).isTrue();
        assertThat(all.matches(Ip.literal("255.255.255.255"))).isTrue();
        assertThat(all.matches(Ip.literal("::"))).isFalse();
        AddressRanges all6 = ranges("::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", "::/1");
        assertThat(all6.ranges()).isEqualTo(1);
        assertThat(all6.matches(Ip.literal("8000::"))).isTrue();
        assertThat(all6.matches(Ip.literal("1.1.1.1"))).isFalse();
        assertThat(ranges().matches(Ip.literal("1.1.1.1"))).isFalse();
    }
}
