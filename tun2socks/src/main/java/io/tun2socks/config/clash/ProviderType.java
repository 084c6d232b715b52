package io.tun2socks.config.clash;

/** Where a provider's contents come from. */
public enum ProviderType {
    /** Fetched, and kept in a file. */
    HTTP,
    /** A file. */
    FILE,
    /** The configuration itself. */
    INLINE
}
