package io.tun2socks.rules.geo;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Regular expressions that are searched for in a name. Any thread; each keeps its own matchers, so none is made. */
final class Regexes {
    /** Looks at a character that one question may take; a name has at most 253, so only backtracking needs more. */
    private static final int LOOKS = 100_000;

    private final String[] literals;
    private final ThreadLocal<Searches> searches;

    private Regexes(List<Pattern> patterns, List<String> literals) {
        this.literals = literals.toArray(String[]::new);
        searches = ThreadLocal.withInitial(() -> new Searches(patterns));
    }

    boolean matches(String host) {
        for (int i = 0; i < literals.length; i++) {
            if (host.contains(literals[i]) && searches.get().found(i, host)) {
                return true;
            }
        }
        return false;
    }

    int size() {
        return literals.length;
    }

    /** One thread's matchers. */
    private static final class Searches {
        private final Matcher[] matchers;
        private final Limited text = new Limited();

        Searches(List<Pattern> patterns) {
            matchers = patterns.stream().map(pattern -> pattern.matcher("")).toArray(Matcher[]::new);
        }

        boolean found(int number, String host) {
            text.begin(host);
            try {
                return matchers[number].reset(text).find();
            } catch (TooLong e) {
                return false;
            }
        }
    }

    /** A text that may be looked at a limited number of times. */
    private static final class Limited implements CharSequence {
        private String text = "";
        private int left;

        void begin(String value) {
            text = value;
            left = LOOKS;
        }

        @Override
        public char charAt(int index) {
            if (--left < 0) {
                throw new TooLong();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** Ends a search that backtracks without end. Without a trace, as it may be thrown for every flow. */
    private static final class TooLong extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooLong() {
            super("too many steps", null, false, false);
        }
    }

    /** Collects patterns. Not thread-safe. */
    static final class Builder {
        private final List<Pattern> patterns = new ArrayList<>();
        private final List<String> literals = new ArrayList<>();

        /**
         * Adds a pattern.
         *
         * @param source in Go's syntax
         * @throws java.util.regex.PatternSyntaxException if it is none
         */
        void add(String source) {
            patterns.add(GoPattern.compile(source));
            literals.add(GoPattern.requiredLiteral(source));
        }

        Regexes build() {
            return new Regexes(List.copyOf(patterns), List.copyOf(literals));
        }
    }
}
