package io.tun2socks.rules.geo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoPatternTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "^(?P<all>a+)$ aa true",
                "^[[]$ [ true",
                "^[a&&b]+$ a&b true",
                "^[]a]+$ a]a true",
                "^[^]a]+$ b true",
                "^[^]a]+$ ] false",
                "^[[:digit:]x]+$ 12x true",
                "^[[:^digit:]]+$ 12 false",
                "^[[:xdigit:]]+$ af09 true",
                "^[\\]]+$ ]] true",
                "^a\\.b$ a.b true",
                "^a\\.b$ axb false",
            })
    void meansWhatGoMeans(String pattern, String text, boolean matches) {
        assertThat(GoPattern.compile(pattern).matcher(text).find()).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "^adservice\\.google\\.([a-z]{2}|com?)(\\.[a-z]{2})?$ adservice.google.",
                "(^|\\.)apple\\.com$ apple.com",
                "a|b ''",
                "(a|b) ''",
                "colou?r colo",
                "ab*cde cde",
                "ab+c ab",
                "abc{0,2}d ab",
                "ab{2 ''",
                "[abc]+xyz[^]d]q xyz",
                "\\x41bcdef ''",
                "\\pLbcdef ''",
                "\\dabc\\d abc",
                "(a[)]b)c c",
                "(a\\)b)cd cd",
                "((a)(b))cd cd",
                "AbC abc",
                "[[:alpha:]]zz zz",
                "^.+$ ''",
            })
    void findsWhatEveryFittingTextHolds(String pattern, String literal) {
        assertThat(GoPattern.requiredLiteral(pattern)).isEqualTo(literal);
    }

    @Test
    void givesUpOnEndlessBacktracking() {
        Regexes.Builder builder = new Regexes.Builder();
        builder.add("^(a+)+$");
        builder.add("^x$");
        Regexes regexes = builder.build();
        assertThat(regexes.matches("a".repeat(60) + "b")).isFalse();
        assertThat(regexes.matches("aaa")).isTrue();
        assertThat(regexes.matches("x")).isTrue();
        assertThat(regexes.size()).isEqualTo(2);
    }
}
