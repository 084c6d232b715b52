package io.tun2socks.tcpstack;

/**
 * Counters of one stack: written by its thread only, read by any (a reader may see a slightly old value).
 */
public final class StackStats {
    /** Packets taken from the device. */
    public long packetsIn;
    /** Packets given to the device. */
    public long packetsOut;
    /** Packets dropped because a header, length or checksum was wrong. */
    public long malformed;
    /** Packets dropped because their source or destination cannot be answered or is not ours to answer. */
    public long martian;
    /** Packets of protocols that the stack does not speak, multicast and IGMP included. */
    public long ignored;
    /** ICMP errors sent to clients. */
    public long icmpErrorsOut;
    /** ICMP errors not sent because there were too many. */
    public long icmpErrorsLimited;
    /** ICMP errors from clients that were believed: what we sent was too long for a path. */
    public long packetTooBig;
    /** Unfinished datagrams given up: fragments were missing for too long or contradicted each other. */
    public long reassemblyFailed;
    /** TCP connections that came to the end of the handshake. */
    public long tcpEstablished;
    /** SYNs dropped or refused over a limit. */
    public long synOverflow;
    /** SYNs answered with a cookie, since there were too many half-open connections. */
    public long synCookiesSent;
    /** Cookies that came back. */
    public long synCookiesAccepted;
    /** Acknowledgements that were no cookie of ours, while some might have come back. */
    public long synCookiesFailed;
    /** New flows refused because the memory of all flows was at its ceiling. */
    public long memoryRefused;
    /** RST segments sent. */
    public long resetsOut;
    /** Segments sent again. */
    public long retransmits;
    /** Retransmission time-outs. */
    public long timeouts;
    /** Tail loss probes sent (RFC 8985 7). */
    public long tailProbes;
    /** Reports of clients that something came twice (RFC 2883). */
    public long dsacks;
    /** Recoveries whose reduction of the window was taken back, because nothing had been lost. */
    public long undone;
    /** Segments that came out of order. */
    public long outOfOrder;
    /** UDP datagrams from clients. */
    public long datagramsIn;
    /** UDP datagrams to clients. */
    public long datagramsOut;
    /** Datagrams of new sources dropped over the limit. */
    public long udpOverflow;
}
