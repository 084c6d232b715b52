package io.tun2socks.rules.decide;

import java.util.Locale;
import java.util.Optional;

/** Clash's {@code find-process-mode}: when the owner of a flow is sought. */
public enum FindProcessMode {
    /** For every flow that rules decide about. */
    ALWAYS,
    /** When a rule asks for it. */
    STRICT,
    /** Never: such rules see an unknown owner. */
    OFF;

    /**
     * Finds a mode by its name.
     *
     * @param name in any case
     * @return the mode, if there is one of that name
     */
    public static Optional<FindProcessMode> of(String name) {
        for (FindProcessMode mode : values()) {
            if (mode.name().equals(name.toUpperCase(Locale.ROOT))) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }
}
