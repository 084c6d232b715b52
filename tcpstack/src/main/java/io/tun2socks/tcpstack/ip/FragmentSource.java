package io.tun2socks.tcpstack.ip;

import java.util.LinkedHashSet;
import java.util.Set;

/** The unfinished datagrams of one source address, oldest first, and what they cost. */
final class FragmentSource {
    private final Set<FragmentedDatagram> datagrams = new LinkedHashSet<>();
    private int bytes;

    void add(FragmentedDatagram datagram) {
        datagrams.add(datagram);
        bytes += datagram.charge();
    }

    void remove(FragmentedDatagram datagram) {
        datagrams.remove(datagram);
        bytes -= datagram.charge();
    }

    void charge(int more) {
        bytes += more;
    }

    int bytes() {
        return bytes;
    }

    int datagrams() {
        return datagrams.size();
    }

    /** Returns the oldest datagram; there must be one. */
    FragmentedDatagram oldest() {
        return datagrams.iterator().next();
    }
}
