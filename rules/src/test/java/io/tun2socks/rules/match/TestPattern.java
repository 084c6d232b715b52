package io.tun2socks.rules.match;

import io.tun2socks.rules.model.TextPattern;
import java.util.regex.Pattern;

/** A regular expression, with the piece that it needs said by the test. */
record TestPattern(Pattern pattern, String requiredLiteral) implements TextPattern {
    static TestPattern of(String regex, String requiredLiteral) {
        return new TestPattern(Pattern.compile(regex, Pattern.CASE_INSENSITIVE), requiredLiteral);
    }

    @Override
    public boolean matches(String text) {
        return pattern.matcher(text).find();
    }

    @Override
    public String source() {
        return pattern.pattern();
    }
}
