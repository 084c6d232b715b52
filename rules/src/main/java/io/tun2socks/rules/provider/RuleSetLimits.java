package io.tun2socks.rules.provider;

/**
 * How much a rule provider's file may hold.
 *
 * @param contentBytes the size of the file
 * @param unpackedBytes the size of what an mrs file unpacks to
 */
public record RuleSetLimits(long contentBytes, long unpackedBytes) {
    /** 128 MiB, unpacked 256 MiB: ten times the largest lists that are published. */
    public static final RuleSetLimits DEFAULT = new RuleSetLimits(128L << 20, 256L << 20);

    /** Checks the limits. */
    public RuleSetLimits {
        if (contentBytes < 1 || contentBytes > Integer.MAX_VALUE - 16 || unpackedBytes < 1) {
            throw new IllegalArgumentException("limits of " + contentBytes + " and " + unpackedBytes + " bytes");
        }
    }
}
