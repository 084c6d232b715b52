package io.tun2socks.rules.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainSetTest {
    @ParameterizedTest
    @CsvSource({
        "example.com, example.com, true",
        "example.com, www.example.com, false",
        "example.com, anexample.com, false",
        "example.com, com, false",
        "Example.COM, example.com, true",
        "+.example.com, example.com, true",
        "+.example.com, www.example.com, true",
        "+.example.com, a.b.example.com, true",
        "+.example.com, anexample.com, false",
        "+.example.com, com, false",
        ".example.com, example.com, false",
        ".example.com, www.example.com, true",
        ".example.com, a.b.example.com, true",
        "*.example.com, example.com, false",
        "*.example.com, www.example.com, true",
        "*.example.com, a.b.example.com, false",
        "a.*.example.com, a.b.example.com, true",
        "a.*.example.com, a.example.com, false",
        "a.*.example.com, c.b.example.com, false",
        "www.baidu.*, www.baidu.com, true",
        "www.baidu.*, baidu.com, false",
        "*, localhost, true",
        "*, example.com, false",
        "+.*, localhost, true",
        "+.*, a.b.c, true",
        ".apple.*, test.apple.com, true",
        ".apple.*, apple.com, false",
        "+.stun.*.*, stun.ab.cd, true",
        "+.stun.*.*, global.stun.website.com, true",
        "+.stun.*.*, stun.website, false",
        "stun.*.*.*, stun.a.b.c, true",
        "+, example.com, true",
        "+, localhost, true",
        "*w.example.com, www.example.com, true",
        "*w.example.com, a.b.example.com, false",
        "*w.example.com, w.example.com, false",
        "*-ads.example.com, x-ads.example.com, true",
        "*-ads.example.com, -ads.example.com, false",
        "*-ads.example.com, x.y-ads.example.com, false",
        "Mijia Cloud, mijia cloud, true",
        "münchen.de, xn--mnchen-3ya.de, true",
        "+.中国, xn--fiqs8s, true",
    })
    void aWildcardMatchesWhatClashSays(String entry, String host, boolean expected) {
        assertThat(set(List.of(entry)).matches(host)).isEqualTo(expected);
        assertThat(set(List.of(entry, "zz.zz", "+.b.zz", "*.c.zz")).matches(host))
                .as("beside others")
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..dev",
                "a..b",
                "example.com.",
                "+.",
                "+..dev",
                " example.com",
                "example.com ",
                "+example.com",
                "a.+.com",
                "a*.com",
                "a*b.com",
                "http://example.com/",
                "10.0.0.0/8",
                "a\u0000b",
                "example.com # note",
                "пример.рф.",
                "\tпример.рф"
            })
    void whatIsNoEntryIsRefusedWithAReason(String entry) {
        DomainSetBuilder builder = new DomainSetBuilder();
        assertThat(builder.add(entry)).isPresent();
        assertThat(builder.size()).isZero();
        assertThat(builder.build().matches("example.com")).isFalse();
    }

    @Test
    void namesHaveAtMost253Characters() {
        String longest = "a".repeat(249) + ".com";
        assertThat(set(List.of("+." + longest)).matches("x." + longest)).isTrue();
        assertThat(set(List.of(longest)).matches(longest)).isTrue();
        assertThat(new DomainSetBuilder().add("a" + longest))
                .hasValueSatisfying(r -> assertThat(r).contains("253"));
    }

    @Test
    void theEmptyNameIsInNoSet() {
        assertThat(set(List.of("+", "*", "a")).matches("")).isFalse();
    }

    @Test
    void wildcardsAreTriedAfterTheNameItselfHasFailed() {
        DomainSet set = set(List.of("*.com", "abc.com", "a.*.com", "*.b.com", "x.y.*.com"));
        assertThat(set.matches("bc.com")).as("the end of abc").isTrue();
        assertThat(set.matches("a.b.com")).isTrue();
        assertThat(set.matches("c.b.com")).isTrue();
        assertThat(set.matches("a.c.com")).isTrue();
        assertThat(set.matches("c.c.com")).isFalse();
        assertThat(set.matches("x.y.b.com")).isTrue();
    }

    @Test
    void sizeCountsWhatWasAdded() {
        assertThat(set(List.of("a.com", "a.com", "+.a.com", "b.com")).size()).isEqualTo(4);
        assertThat(set(List.of()).size()).isZero();
    }

    @Test
    void entriesComeBackOnceInTheirShortestForm() {
        List<String> entries = new ArrayList<>();
        set(List.of("b.com", ".a.com", "a.com", "*.x.org", "+", "b.com", "localhost"))
                .forEach(entries::add);
        assertThat(entries).containsExactly("+", "*.x.org", "+.a.com", "b.com", "localhost");
    }

    @Test
    void manyChildrenOfOneNode() {
        List<String> entries = new ArrayList<>();
        for (int c = '!'; c < 0x7f; c++) {
            if ("+.*/#,:;<>()[]{}\"'`=\\|&".indexOf(c) < 0) {
                entries.add((char) c + "x.com");
                entries.add("y" + (char) c);
            }
        }
        DomainSet set = set(entries);
        for (String entry : entries) {
            assertThat(set.matches(entry.toLowerCase(Locale.ROOT))).as(entry).isTrue();
        }
        assertThat(set.matches("x.com")).isFalse();
    }

    @Test
    void namesThatIdnaCannotConvertMatchThemselves() {
        String label = "ü".repeat(70);
        assertThat(set(List.of("+." + label + ".de")).matches("a." + label + ".de"))
                .isTrue();
        assertThat(set(List.of("+." + label + ".de")).matches("a.x" + label + ".de"))
                .isFalse();
    }

    @Test
    void keysOutOfOrderAreRefused() {
        DomainSetWriter writer = new DomainSetWriter();
        writer.add(bytes("moc.b"), 5, true, false);
        assertThatThrownBy(() -> writer.add(bytes("moc.a"), 5, true, false))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> writer.add(bytes("moc.c"), 5, false, false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aKeyMayBeTheBeginningOfTheLast() {
        DomainSetWriter writer = new DomainSetWriter();
        for (String key : List.of("moc.a-a", "moc.a-b", "moc.a-bb", "moc.a.*")) {
            writer.add(bytes(key), key.length(), true, false);
        }
        writer.add(bytes("moc.a"), 5, false, true);
        writer.add(bytes("moc.a.b"), 7, true, false);
        DomainSet set = writer.finish();
        List<String> entries = new ArrayList<>();
        set.forEach(entries::add);
        assertThat(entries).containsExactly(".a.com", "a-a.com", "b-a.com", "bb-a.com", "*.a.com", "b.a.com");
        assertThat(set.size()).isEqualTo(6);
        assertThat(set.matches("x.y.a.com")).isTrue();
    }

    @Property(tries = 3000)
    void anySetAnswersAsItsEntriesDo(
            @ForAll @Size(max = 12) List<@From("entries") String> entries,
            @ForAll @Size(min = 1, max = 20) List<@From("hosts") String> hosts) {
        DomainSet set = set(entries);
        NaiveDomains naive = new NaiveDomains(entries);
        for (String host : hosts) {
            assertThat(set.matches(host)).as("%s in %s", host, entries).isEqualTo(naive.matches(host));
        }
    }

    @Property(tries = 300)
    void anySetShowsWhatIsInIt(@ForAll @Size(max = 200) List<@From("entries") String> entries) {
        Set<String> shown = new TreeSet<>();
        set(entries).forEach(entry -> assertThat(shown.add(entry)).as(entry).isTrue());
        Set<String> expected = new HashSet<>(entries);
        for (String entry : entries) {
            String name = entry.replaceFirst("^\\+?\\.", "");
            if (entry.startsWith("+.") || (expected.contains(name) && expected.contains("." + name))) {
                expected.add("+." + name);
                expected.remove(name);
                expected.remove("." + name);
            }
        }
        Set<String> both = expected.stream().filter(e -> e.startsWith("+.")).collect(Collectors.toSet());
        both.forEach(e -> expected.removeAll(Set.of(e.substring(1), e.substring(2))));
        assertThat(shown).isEqualTo(new TreeSet<>(expected));
    }

    @Provide
    Arbitrary<String> entries() {
        Arbitrary<String> plain = label();
        Arbitrary<String> label = Arbitraries.frequencyOf(
                Tuple.of(6, plain), Tuple.of(2, Arbitraries.just("*")), Tuple.of(1, plain.map(l -> "*" + l)));
        return Arbitraries.frequencyOf(
                Tuple.of(
                        60,
                        label.list()
                                .ofMinSize(1)
                                .ofMaxSize(4)
                                .flatMap(labels -> Arbitraries.of("", ".", "+.")
                                        .map(prefix -> prefix + String.join(".", labels)))),
                Tuple.of(1, Arbitraries.just("+")));
    }

    @Provide
    Arbitrary<String> hosts() {
        return label().list().ofMinSize(1).ofMaxSize(5).map(labels -> String.join(".", labels));
    }

    private static Arbitrary<String> label() {
        return Arbitraries.strings().withChars('a', 'b', '-').ofMinLength(1).ofMaxLength(2);
    }

    static DomainSet set(List<String> entries) {
        DomainSetBuilder builder = new DomainSetBuilder();
        for (String entry : entries) {
            assertThat(builder.add(entry)).as(entry).isEmpty();
        }
        return builder.build();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
