package io.tun2socks.rules.decide;

import java.util.Locale;
import java.util.Optional;

/** Clash's {@code mode}. */
public enum Mode {
    /** The rules decide. */
    RULE,
    /** Everything goes to the group GLOBAL. */
    GLOBAL,
    /** Everything goes out directly. */
    DIRECT;

    /**
     * Finds a mode by its name.
     *
     * @param name in any case
     * @return the mode, if there is one of that name
     */
    public static Optional<Mode> of(String name) {
        for (Mode mode : values()) {
            if (mode.toString().equals(name.toLowerCase(Locale.ROOT))) {
                return Optional.of(mode);
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
