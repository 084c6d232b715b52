package io.tun2socks.config.clash;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Collects what is found while a file is read: errors, remarks, and which keys there could be. */
final class Findings {
    // Enough to mend a file by; a generated one may have thousands of the same.
    private static final int MAX_ERRORS = 200;
    private static final int MAX_REMARKS = 1000;
    private static final int MAX_QUOTED = 80;

    private record Problem(int line, String text) {}

    private final String file;
    private final List<Problem> errors = new ArrayList<>();
    private final List<Remark> remarks = new ArrayList<>();
    private final Set<String> knownKeys = new TreeSet<>();

    Findings(String file) {
        this.file = file;
    }

    void error(int line, String key, String text) {
        if (errors.size() < MAX_ERRORS) {
            errors.add(new Problem(line, format(file, line, key, text)));
        }
    }

    void remark(int line, String key, String text) {
        if (remarks.size() < MAX_REMARKS) {
            remarks.add(new Remark(file, line, key, text));
        }
    }

    /** Notes that a key, written as a pattern such as {@code proxies[].port}, is one that is read. */
    void known(String pattern) {
        knownKeys.add(pattern);
    }

    Set<String> knownKeys() {
        return knownKeys;
    }

    List<Remark> remarks() {
        List<Remark> sorted = new ArrayList<>(remarks);
        sorted.sort(Comparator.comparingInt(Remark::line));
        return List.copyOf(sorted);
    }

    int errorCount() {
        return errors.size();
    }

    boolean hasErrors() {
        return !errors.isEmpty();
    }

    void throwIfErrors() throws ClashConfigException {
        if (hasErrors()) {
            List<Problem> sorted = new ArrayList<>(errors);
            sorted.sort(Comparator.comparingInt(Problem::line));
            throw new ClashConfigException(sorted.stream().map(Problem::text).toList());
        }
    }

    static String format(String file, int line, String key, String text) {
        return file + (line > 0 ? ":" + line : "") + ": " + (key.isEmpty() ? "" : key + ": ") + text;
    }

    /** Returns a text from the file as messages show it: in quotes, on one line, not long. */
    static String quote(String text) {
        StringBuilder shown = new StringBuilder("'");
        int end = Math.min(text.length(), MAX_QUOTED);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            shown.append(Character.isISOControl(c) ? ' ' : c);
        }
        return shown.append(end < text.length() ? "…'" : "'").toString();
    }
}
