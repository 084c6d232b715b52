package io.tun2socks.rules.parse;

import io.tun2socks.rules.model.TextPattern;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression that is sought anywhere in a text; case does not count.
 *
 * <p>The syntax is that of {@code java.util.regex}, made to agree with mihomo's (.NET's) and, where that has nothing, with
 * RE2: see {@link RegexSyntax}. The expression looks at most {@value #BUDGET} times at a character of the text; one that
 * would look more often does not fit, so that catastrophic backtracking costs about a millisecond.
 *
 * <p>A thread that tries a pattern while no other does allocates nothing.
 */
public final class RegexPattern implements TextPattern {
    /** How often an attempt looks at a character before it gives up. */
    public static final int BUDGET = 1 << 18;

    private static final int ANY_TEXT = Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS;

    private final String source;
    private final Pattern pattern;
    private final String literal;
    private final AtomicReference<Attempt> spare = new AtomicReference<>();

    private RegexPattern(String source, int flags, String literal) throws RuleSyntaxException {
        this.source = source;
        this.literal = literal;
        try {
            // As in .NET, only a line feed ends a line for "." and "$".
            pattern =
                    Pattern.compile(RegexSyntax.toJava(source), Pattern.CASE_INSENSITIVE | Pattern.UNIX_LINES | flags);
        } catch (PatternSyntaxException e) {
            String place = e.getIndex() < 0 ? "" : " near character " + (e.getIndex() + 1);
            throw new RuleSyntaxException(
                    "the regular expression '" + source + "' is not valid: " + e.getDescription() + place);
        }
    }

    /**
     * Makes a pattern for domain names.
     *
     * @param source the expression as it was written
     * @return a pattern for names in the form of {@link io.tun2socks.rules.model.Names#normalize}
     * @throws RuleSyntaxException if it is not valid
     */
    public static RegexPattern ofDomain(String source) throws RuleSyntaxException {
        return new RegexPattern(source, 0, RequiredLiteral.of(source));
    }

    /**
     * Makes a pattern for any text, such as names and paths of programs: letters and digits are those of Unicode.
     *
     * @param source the expression as it was written
     * @return a pattern; since Unicode's cases are more than two, it requires no literal
     * @throws RuleSyntaxException if it is not valid
     */
    public static RegexPattern ofText(String source) throws RuleSyntaxException {
        return new RegexPattern(source, ANY_TEXT, "");
    }

    @Override
    public boolean matches(String text) {
        Attempt attempt = spare.getAndSet(null);
        if (attempt == null) {
            attempt = new Attempt(pattern);
        }
        boolean found = attempt.find(text);
        spare.set(attempt);
        return found;
    }

    @Override
    public String requiredLiteral() {
        return literal;
    }

    @Override
    public String source() {
        return source;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RegexPattern regex
                && regex.source.equals(source)
                && regex.pattern.flags() == pattern.flags();
    }

    @Override
    public int hashCode() {
        return source.hashCode();
    }

    @Override
    public String toString() {
        return source;
    }

    /** One thread's search, which counts. */
    private static final class Attempt implements CharSequence {
        private final Matcher matcher;
        private String text = "";
        private int left;

        Attempt(Pattern pattern) {
            matcher = pattern.matcher(this);
        }

        boolean find(String sought) {
            text = sought;
            left = BUDGET;
            try {
                return matcher.reset().find();
            } catch (GaveUp | StackOverflowError e) {
                // Repeated groups recurse in java.util.regex, by the length of the text.
                return false;
            } finally {
                text = "";
            }
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (--left < 0) {
                throw new GaveUp();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static final class GaveUp extends RuntimeException {
        private static final long serialVersionUID = 1;

        /** Without a stack trace, which would cost more than the attempt. */
        GaveUp() {
            super(null, null, false, false);
        }
    }
}
