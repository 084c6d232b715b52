package io.tun2socks.rules.explain;

import java.util.Locale;

/**
 * Something about a list of rules that is wrong or odd.
 *
 * @param severity how bad it is
 * @param line the line of the rule that it is about, from 1; 0 if unknown
 * @param message what it is, with the rule, without the line
 */
public record Finding(Severity severity, int line, String message) {
    /** How bad a finding is. */
    public enum Severity {
        /** The rules cannot be used. */
        ERROR,
        /** A rule does not do what it says. */
        WARNING,
        /** A rule could be left out, or does something that is easily overlooked. */
        NOTE
    }

    /** Returns {@code line 12: warning: …}. */
    @Override
    public String toString() {
        String level = severity.name().toLowerCase(Locale.ROOT);
        return (line > 0 ? "line " + line + ": " : "") + level + ": " + message;
    }
}
