package io.tun2socks.outbound;

import io.tun2socks.outbound.OutboundException.Reason;
import java.util.function.Function;

/** The outbound through which an upstream is reached, looked up anew each time: it may be a group. Any thread. */
final class DialerRef {
    private final String name;
    private final Function<String, Outbound> dialers;

    DialerRef(String name, Function<String, Outbound> dialers) {
        this.name = name;
        this.dialers = dialers;
    }

    /** Returns the outbound, or throws if there is none of that name. */
    Outbound find() throws OutboundException {
        Outbound found = dialers.apply(name);
        if (found == null) {
            throw new OutboundException(
                    Reason.UPSTREAM_FAILED, "dialer-proxy: there is no proxy or group '" + name + "'", null);
        }
        return found;
    }

    boolean supportsUdp() {
        Outbound found = dialers.apply(name);
        if (found == null || !DialDepth.enter()) {
            return false;
        }
        try {
            return found.supportsUdp();
        } finally {
            DialDepth.leave();
        }
    }
}
