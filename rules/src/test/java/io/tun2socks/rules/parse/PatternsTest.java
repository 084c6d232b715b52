package io.tun2socks.rules.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tun2socks.rules.model.TextPattern;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatternsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "*.example.com www.example.com true",
                "*.example.com example.com false",
                "*example.com example.com true",
                "w?w.example.com wxw.example.com true",
                "w?w.example.com ww.example.com false",
                "*a*b*c xxaxxbxxc true",
                "*a*b*c xxaxxbxx false",
                "* x true",
                "?* '' false",
                "* '' true",
                "'' '' true",
                "'' x false",
                "CHROM* chromium true",
                "chrom? ChromE true",
                "a** a true",
                "/opt/*/bin/? /opt/x/y/bin/z true",
                "\u00c4* \u00e4pfel true"
            })
    void wildcardsFitWholeTexts(String pattern, String text, boolean fits) {
        assertThat(new WildcardPattern(pattern).matches(text)).isEqualTo(fits);
    }

    @Provide
    Arbitrary<String> smallTexts() {
        return Arbitraries.strings().withChars('a', 'B', '.').ofMaxLength(8);
    }

    @Provide
    Arbitrary<String> smallWildcards() {
        return Arbitraries.strings().withChars('a', 'b', '.', '*', '?').ofMaxLength(8);
    }

    @Property(tries = 5000)
    void wildcardsAgreeWithRegularExpressions(
            @ForAll("smallWildcards") String wildcard, @ForAll("smallTexts") String text) {
        String regex = wildcard.replace(".", "\\.").replace("*", ".*").replace("?", ".");
        WildcardPattern pattern = new WildcardPattern(wildcard);
        assertThat(pattern.matches(text)).isEqualTo(text.matches("(?i)" + regex));
        if (pattern.matches(text)) {
            assertThat(text.toLowerCase(Locale.ROOT)).contains(pattern.requiredLiteral());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            quoteCharacter = '"',
            value = {
                "^www\\. www.example.com true",
                "^www\\. wwwx.example.com false",
                "exam example.com true",
                "EXAM example.com true",
                "^a{1,3}\\.x$ aa.x true",
                "^a{1,3}\\.x$ aaaa.x false",
                "^$ \"\" true",
                "^$ x false",
                "(?!a)b b true",
                "^(?!www\\.).*\\.com$ www.a.com false",
                "^(?!www\\.).*\\.com$ web.a.com true",
                "(?<=x)y xy true",
                "[[a]b [b true",
                "[[a]b cb false",
                "^[]a]+$ ]a true",
                "^[a&&b]+$ a&b true",
                "[[:digit:]]x 5x true",
                "[[:digit:]]x :x false",
                "^[[:^digit:]]+$ a5 false",
                "a{x} a{x} true",
                "a{,2} a{,2} true",
                "^a{2}$ aa true",
                "(?P<n>a)(?P=n) aa true",
                "(?#note)a+$ aa true",
                "\\x{61}\\p{L}$ ab true",
                "\\Qa|b\\E a|b true",
                "a$ ba true"
            })
    void expressionsAreFoundAnywhere(String regex, String text, boolean found) throws RuleSyntaxException {
        assertThat(RegexPattern.ofDomain(regex).matches(text)).isEqualTo(found);
        assertThat(RegexPattern.ofText(regex).matches(text)).isEqualTo(found);
    }

    @Test
    void onlyALineFeedEndsALine() throws RuleSyntaxException {
        assertThat(RegexPattern.ofText("a$").matches("a\n")).isTrue();
        assertThat(RegexPattern.ofText("a$").matches("a\r")).isFalse();
        assertThat(RegexPattern.ofText("^\\w+$").matches("\u00e4b")).isTrue();
        assertThat(RegexPattern.ofText("^\u00c4$").matches("\u00e4")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a)b | the regular expression 'a)b' is not valid: Unmatched closing ')' near character 1",
                "*a | the regular expression '*a' is not valid: Dangling meta character '*' near character 1",
                "[[:alhpa:]] | the regular expression '[[:alhpa:]]' is not valid: there is no class '[:alhpa:]'",
                "[a-z-[aeiou]] | the regular expression '[a-z-[aeiou]]' takes one class from another; write it as a "
                        + "look-ahead: (?![…])[…]"
            })
    void brokenExpressionsAreRefused(String regex, String message) {
        assertThatThrownBy(() -> RegexPattern.ofDomain(regex))
                .isInstanceOf(RuleSyntaxException.class)
                .hasMessage(message);
    }

    @Test
    void catastrophicExpressionsGiveUp() throws RuleSyntaxException {
        RegexPattern evil = RegexPattern.ofDomain("^(a+)+$");
        assertThat(evil.matches("a".repeat(40) + "!")).isFalse();
        assertThat(evil.matches("aaaa")).isTrue();
        RegexPattern deep = RegexPattern.ofText("^(?:a|b)*$");
        assertThat(deep.matches("ab".repeat(60_000))).isFalse();
        assertThat(deep.matches("abab")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            quoteCharacter = '"',
            value = {
                "^www\\.Google\\.com$ www.google.com",
                "ads?\\.example .example",
                "abc+d abc",
                "abc*defg defg",
                "abcd{0}e abc",
                "x{y|z \"\"",
                "abc|defg \"\"",
                "(abc|defg)hi hi",
                "[xyz|]+abc[^]|]d abc",
                "\\d+foo\\.bar\\d foo.bar",
                "\\x61bc \"\"",
                "\\Qa|b\\E \"\"",
                "(?x)a(?#|)b \"\"",
                "(?i)abc abc",
                ".* \"\"",
                "a{bc} a{bc}",
                "(unclosed \"\""
            })
    void requiredLiteralsAreSafe(String regex, String literal) {
        assertThat(RequiredLiteral.of(regex)).isEqualTo(literal);
    }

    @Provide
    Arbitrary<String> smallRegexes() {
        return Arbitraries.of(
                        "a", "b", ".", "\\.", "[ab]", "(a|b)", "(?:b.)", "*", "+", "?", "{0,1}", "{2}", "|", "^", "$",
                        "[^a]", "{", "(?i)")
                .list()
                .ofMaxSize(7)
                .map(parts -> String.join("", parts));
    }

    @Property(tries = 20_000)
    void whatFitsHoldsTheLiteral(@ForAll("smallRegexes") String regex, @ForAll("smallTexts") String text) {
        TextPattern pattern = null;
        try {
            pattern = RegexPattern.ofDomain(regex);
        } catch (RuleSyntaxException e) {
            Assume.that(false);
        }
        String lower = text.toLowerCase(Locale.ROOT);
        Assume.that(pattern.matches(lower));
        assertThat(lower).contains(pattern.requiredLiteral());
    }

    @Test
    void patternsOfOneSourceAreEqual() throws RuleSyntaxException {
        assertThat(RegexPattern.ofDomain("a")).isEqualTo(RegexPattern.ofDomain("a"));
        assertThat(RegexPattern.ofDomain("a")).isNotEqualTo(RegexPattern.ofText("a"));
        assertThat(RegexPattern.ofDomain("a")).isNotEqualTo(RegexPattern.ofDomain("b"));
        assertThat(new WildcardPattern("A*"))
                .isEqualTo(new WildcardPattern("a*"))
                .hasSameHashCodeAs(new WildcardPattern("a*"));
    }
}
