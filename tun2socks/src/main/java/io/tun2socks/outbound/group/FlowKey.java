package io.tun2socks.outbound.group;

import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;

/** What flows are told apart by when load is spread. */
final class FlowKey {
    private static final long BASIS = 0xcbf2_9ce4_8422_2325L;
    private static final long PRIME = 0x100_0000_01b3L;

    private FlowKey() {}

    /** Returns a hash of the registered domain; of the address if there is no name. */
    static long ofDestination(FlowMetadata flow) {
        return mix(destination(flow));
    }

    /** Returns a hash of the source's address and of the destination. */
    static long ofSourceAndDestination(FlowMetadata flow) {
        return mix(destination(flow) * PRIME ^ address(flow.sourceIp()));
    }

    private static long destination(FlowMetadata flow) {
        String host = flow.host();
        int from = RegisteredDomain.start(host);
        if (from < 0) {
            return address(flow.destinationIp());
        }
        // FNV-1a, so that no text need be cut out.
        long hash = BASIS;
        for (int i = from; i < host.length(); i++) {
            hash = (hash ^ host.charAt(i)) * PRIME;
        }
        return hash;
    }

    private static long address(Ip ip) {
        return ip == null ? 0 : mix(ip.high()) ^ ip.low();
    }

    /** Spreads the bits over all of the number (the finalizer of MurmurHash3). */
    static long mix(long bits) {
        long mixed = bits;
        mixed = (mixed ^ (mixed >>> 33)) * 0xff51_afd7_ed55_8ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ce_b9fe_1a85_ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
