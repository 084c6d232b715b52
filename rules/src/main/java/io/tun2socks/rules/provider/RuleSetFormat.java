package io.tun2socks.rules.provider;

import java.util.Locale;
import java.util.Optional;

/** Clash's {@code format}: how the file of a rule provider is written. */
public enum RuleSetFormat {
    /** A YAML document with a list {@code payload}. */
    YAML,
    /** An entry a line. */
    TEXT,
    /** Mihomo's compressed form; not for classical sets. */
    MRS;

    /**
     * Finds a format by its name.
     *
     * @param name in any case
     * @return the format, if there is one of that name
     */
    public static Optional<RuleSetFormat> of(String name) {
        for (RuleSetFormat format : values()) {
            if (format.name().equals(name.toUpperCase(Locale.ROOT))) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    /** Returns the name as clash writes it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
