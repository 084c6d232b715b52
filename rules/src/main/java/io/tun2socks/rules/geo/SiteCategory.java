package io.tun2socks.rules.geo;

import io.tun2socks.rules.model.DomainMatcher;
import io.tun2socks.rules.model.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The names of a category of {@code GeoSite.dat}: whole names, suffixes, keywords, regular expressions. */
final class SiteCategory implements DomainMatcher {
    private final int size;
    private final DomainTable names;
    private final String[] keywords;
    private final Regexes regexes;

    private SiteCategory(int size, DomainTable names, List<String> keywords, Regexes regexes) {
        this.size = size;
        this.names = names;
        this.keywords = keywords.toArray(String[]::new);
        this.regexes = regexes;
    }

    @Override
    public boolean matches(String host) {
        return !host.isEmpty() && (names.matches(host) || hasKeyword(host) || regexes.matches(host));
    }

    @Override
    public int size() {
        return size;
    }

    private boolean hasKeyword(String host) {
        for (String keyword : keywords) {
            if (host.contains(keyword)) {
                return true;
            }
        }
        return false;
    }

    /** Collects names. Not thread-safe. */
    static final class Builder {
        private static final int KEYWORD = 0;
        private static final int REGEX = 1;
        private static final int SUFFIX = 2;
        private static final int EXACT = 3;

        private final DomainTable.Builder names = new DomainTable.Builder();
        private final List<String> keywords = new ArrayList<>();
        private final Regexes.Builder regexes = new Regexes.Builder();
        private int size;

        /**
         * Adds a name.
         *
         * @param type the type in the file; of other numbers than 0 to 3 nothing is known, and they are left out
         * @param value the name or pattern
         * @throws java.util.regex.PatternSyntaxException if a regular expression is none
         */
        void add(int type, String value) {
            switch (type) {
                case KEYWORD -> keywords.add(value.toLowerCase(Locale.ROOT));
                case REGEX -> regexes.add(value);
                case SUFFIX -> names.suffix(Names.normalize(value));
                case EXACT -> names.exact(Names.normalize(value));
                default -> size--;
            }
            size++;
        }

        int size() {
            return size;
        }

        SiteCategory build() {
            return new SiteCategory(size, names.build(), keywords, regexes.build());
        }
    }
}
