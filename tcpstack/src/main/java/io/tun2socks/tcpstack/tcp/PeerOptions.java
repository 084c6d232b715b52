package io.tun2socks.tcpstack.tcp;

import io.tun2socks.tcpstack.wire.TcpOptions;

/**
 * What the client's SYN offered (RFC 9293 3.7.1, RFC 7323, RFC 2018); everything that it offered is agreed to.
 *
 * @param mss the most payload that the client takes in a segment without options
 * @param windowScaling whether windows are scaled
 * @param windowShift the client's window shift, 0 to 14
 * @param sackPermitted whether SACK is used both ways
 * @param timestamps whether every segment carries timestamps
 */
record PeerOptions(int mss, boolean windowScaling, int windowShift, boolean sackPermitted, boolean timestamps) {
    private static final int DEFAULT_MSS_IPV4 = 536;
    private static final int DEFAULT_MSS_IPV6 = 1220;
    /** A client must not make us send crumbs. */
    static final int MIN_MSS = 64;

    static PeerOptions of(TcpOptions syn, boolean ipv4) {
        int mss = syn.mss() < 0 ? (ipv4 ? DEFAULT_MSS_IPV4 : DEFAULT_MSS_IPV6) : Math.max(syn.mss(), MIN_MSS);
        return new PeerOptions(
                mss, syn.windowScale() >= 0, Math.max(syn.windowScale(), 0), syn.sackPermitted(), syn.timestamps());
    }

    /** Returns SEG.WND in bytes. */
    long scaled(int field) {
        return (long) field << windowShift;
    }
}
