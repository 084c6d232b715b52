package io.tun2socks.rules.geo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class DomainTableTest {
    /** Few letters and labels, so that names meet often. */
    @Provide
    Arbitrary<String> names() {
        return Arbitraries.strings()
                .withChars("ab")
                .ofMinLength(1)
                .ofMaxLength(2)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(labels -> String.join(".", labels));
    }

    @Property
    void agreesWithTheDefinition(
            @ForAll List<@From("names") String> exact,
            @ForAll List<@From("names") String> suffixes,
            @ForAll @From("names") String host) {
        DomainTable.Builder builder = new DomainTable.Builder();
        exact.forEach(builder::exact);
        suffixes.forEach(builder::suffix);
        DomainTable table = builder.build();
        boolean expected = exact.contains(host)
                || suffixes.stream().anyMatch(suffix -> host.equals(suffix) || host.endsWith("." + suffix));
        assertThat(table.matches(host)).isEqualTo(expected);
        Set<String> all = new HashSet<>(exact);
        all.addAll(suffixes);
        assertThat(table.size()).isEqualTo(all.size());
    }

    @Test
    void holdsManyNames() {
        DomainTable.Builder builder = new DomainTable.Builder();
        int count = 20_000;
        for (int i = 0; i < count; i++) {
            if (i % 2 == 0) {
                builder.exact("n" + i + ".example");
            } else {
                builder.suffix("n" + i + ".example");
            }
        }
        DomainTable table = builder.build();
        assertThat(table.size()).isEqualTo(count);
        for (int i = 0; i < count; i++) {
            assertThat(table.matches("n" + i + ".example")).isTrue();
            assertThat(table.matches("x.n" + i + ".example")).isEqualTo(i % 2 == 1);
            assertThat(table.matches("x" + i + ".example")).isFalse();
        }
    }

    @Test
    void passesOverNamesThatDnsCannotHold() {
        DomainTable.Builder builder = new DomainTable.Builder();
        builder.exact("");
        builder.exact("a".repeat(256));
        builder.exact("\u0161.example");
        builder.exact("a".repeat(255));
        DomainTable table = builder.build();
        assertThat(table.size()).isEqualTo(1);
        assertThat(table.matches("a".repeat(255))).isTrue();
        assertThat(table.matches("a".repeat(256))).isFalse();
        assertThat(table.matches("")).isFalse();
        // The character's low byte is that of 'a'.
        assertThat(table.matches("\u0161".repeat(255))).isFalse();
    }
}
