package io.tun2socks.provider;

import io.tun2socks.config.clash.ProviderType;
import java.time.Instant;

/**
 * How a provider is.
 *
 * @param name its name
 * @param type where it comes from
 * @param size how many entries are in use
 * @param updated when what is in use was fetched or written; null before the first load
 * @param error why the last attempt to load it failed; empty if it did not
 * @param nextAttempt when it is tried again; null if it is not
 */
public record ProviderStatus(
        String name, ProviderType type, int size, Instant updated, String error, Instant nextAttempt) {}
