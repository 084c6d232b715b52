package io.tun2socks.tcpstack.ip;

/**
 * What fragment reassembly may cost.
 *
 * @param maxBytes memory held by all fragments, in bytes and bookkeeping included; a datagram larger than this is never
 *     reassembled
 * @param maxDatagrams unfinished datagrams at once
 * @param maxFragments fragments of one datagram; 65,507 bytes of UDP over an MTU of 576 are 119
 * @param timeoutNanos how long a datagram may take from its first arriving fragment on
 */
public record FragmentLimits(int maxBytes, int maxDatagrams, int maxFragments, long timeoutNanos) {
    /**
     * 4 MiB, 256 datagrams, 128 fragments each and 60 seconds (RFC 1122 3.3.2, RFC 8200 4.5).
     */
    public static final FragmentLimits DEFAULT = new FragmentLimits(4 << 20, 256, 128, 60_000_000_000L);

    /**
     * Checks the limits.
     *
     * @throws IllegalArgumentException if one is not positive
     */
    public FragmentLimits {
        if (maxBytes <= 0 || maxDatagrams <= 0 || maxFragments <= 0 || timeoutNanos <= 0) {
            throw new IllegalArgumentException("limits of fragment reassembly must be positive: maxBytes " + maxBytes
                    + ", maxDatagrams " + maxDatagrams + ", maxFragments " + maxFragments + ", timeoutNanos "
                    + timeoutNanos);
        }
    }
}
