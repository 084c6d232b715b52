package io.tun2socks.config.clash;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads the keys by which groups and providers choose proxies. */
final class FilterReader {
    private FilterReader() {}

    /** Reads {@code filter}: expressions separated by backquotes. */
    static NameFilter filter(Fields fields) {
        return fields.parsed("filter", NameFilter.NONE, "a regular expression", text -> compile(text, true));
    }

    /** Reads {@code exclude-filter}: one expression. */
    static NameFilter excludeFilter(Fields fields) {
        return fields.parsed("exclude-filter", NameFilter.NONE, "a regular expression", text -> compile(text, false));
    }

    /** Reads {@code exclude-type}: types separated by bars, in lower case. */
    static Set<String> excludeType(Fields fields) {
        Set<String> types = new LinkedHashSet<>();
        for (String type : fields.text("exclude-type", "").split("\\|", -1)) {
            if (!type.isBlank()) {
                types.add(type.strip().toLowerCase(Locale.ROOT));
            }
        }
        return types;
    }

    private static NameFilter compile(String text, boolean several) {
        if (text.isEmpty()) {
            return NameFilter.NONE;
        }
        try {
            return several ? NameFilter.parse(text) : new NameFilter(text, List.of(Pattern.compile(text)));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    Findings.quote(text) + " is not a regular expression (" + e.getDescription() + "); expected one",
                    e);
        }
    }
}
