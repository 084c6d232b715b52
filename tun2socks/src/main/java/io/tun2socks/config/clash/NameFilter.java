package io.tun2socks.config.clash;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Clash's {@code filter}: regular expressions separated by backquotes, any of which lets a name through, in the order of
 * the expressions.
 *
 * @param source as written; empty lets everything through
 * @param patterns the compiled expressions
 */
public record NameFilter(String source, List<Pattern> patterns) {
    /** Lets everything through as a filter, and excludes nothing. */
    public static final NameFilter NONE = new NameFilter("", List.of());

    /** Copies the list. */
    public NameFilter {
        patterns = List.copyOf(patterns);
    }

    /**
     * Compiles a filter.
     *
     * @param source expressions separated by backquotes
     * @return the filter
     * @throws java.util.regex.PatternSyntaxException if an expression is none
     */
    public static NameFilter parse(String source) {
        List<Pattern> patterns = new ArrayList<>();
        if (!source.isEmpty()) {
            for (String part : source.split("`", -1)) {
                patterns.add(Pattern.compile(part));
            }
        }
        return new NameFilter(source, patterns);
    }

    /** Returns whether there is nothing to filter by. */
    public boolean isEmpty() {
        return patterns.isEmpty();
    }

    /**
     * Tells whether an expression is found in a name.
     *
     * @param name a proxy's name
     * @return whether one is; false if there is none
     */
    public boolean finds(String name) {
        for (Pattern pattern : patterns) {
            if (pattern.matcher(name).find()) {
                return true;
            }
        }
        return false;
    }
}
