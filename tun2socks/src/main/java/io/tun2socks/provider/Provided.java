package io.tun2socks.provider;

import io.tun2socks.config.clash.ProviderType;
import java.time.Instant;

/** What rule and proxy providers have in common: contents that come from the configuration, or from an updater. */
abstract class Provided {
    private final String name;
    private final ProviderType type;
    private final Instant madeAt;
    private Updater updater;

    Provided(String name, ProviderType type, Instant madeAt) {
        this.name = name;
        this.type = type;
        this.madeAt = madeAt;
    }

    /** Sets who brings the contents; not for inline ones. Done once, before anything else. */
    final void updater(Updater bringer) {
        updater = bringer;
    }

    /** Returns who brings the contents, or null. */
    final Updater updater() {
        return updater;
    }

    /** Returns how many entries are in use. */
    abstract int size();

    final ProviderStatus status() {
        return updater == null ? new ProviderStatus(name, type, size(), madeAt, "", null) : updater.status();
    }
}
