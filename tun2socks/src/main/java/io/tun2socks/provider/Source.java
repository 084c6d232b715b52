package io.tun2socks.provider;

import io.tun2socks.config.clash.ProviderType;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where a provider's contents come from.
 *
 * @param kind for people: {@code rule provider} or {@code proxy provider}
 * @param name the provider's name
 * @param type how they come
 * @param path the file, or the cache; null for inline
 * @param interval between renewals; zero for none
 * @param request how they are fetched; null unless http
 */
public record Source(
        String kind, String name, ProviderType type, Path path, Duration interval, Download.Request request) {
    /** Returns the name as it stands in messages. */
    @Override
    public String toString() {
        return kind + " '" + name + "'";
    }
}
