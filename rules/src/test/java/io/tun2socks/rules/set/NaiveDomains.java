package io.tun2socks.rules.set;

import java.util.Arrays;
import java.util.List;

/** What the wildcards mean, by labels and without any index. */
final class NaiveDomains {
    private final List<String> entries;

    NaiveDomains(List<String> entries) {
        this.entries = entries;
    }

    boolean matches(String host) {
        return !host.isEmpty() && entries.stream().anyMatch(entry -> matches(entry, host));
    }

    private static boolean matches(String entry, String host) {
        if (entry.equals("+")) {
            return true;
        }
        List<String> name = List.of(host.split("\\.", -1));
        if (entry.startsWith("+.")) {
            List<String> suffix = labels(entry.substring(2));
            return name.size() >= suffix.size() && endsWith(name, suffix);
        }
        if (entry.startsWith(".")) {
            List<String> suffix = labels(entry.substring(1));
            return name.size() > suffix.size() && endsWith(name, suffix);
        }
        List<String> whole = labels(entry);
        return name.size() == whole.size() && endsWith(name, whole);
    }

    private static boolean endsWith(List<String> name, List<String> suffix) {
        int skip = name.size() - suffix.size();
        for (int i = 0; i < suffix.size(); i++) {
            String label = name.get(skip + i);
            String wanted = suffix.get(i);
            boolean fits = wanted.startsWith("*")
                    ? label.length() >= wanted.length() && label.endsWith(wanted.substring(1))
                    : label.equals(wanted);
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private static List<String> labels(String name) {
        return Arrays.asList(name.split("\\.", -1));
    }
}
