package io.tun2socks.rules.model;

/** The transport protocol of a flow. */
public enum Network {
    /** Transmission Control Protocol. */
    TCP,
    /** User Datagram Protocol. */
    UDP
}
