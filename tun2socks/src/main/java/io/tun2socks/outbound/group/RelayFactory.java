package io.tun2socks.outbound.group;

import io.tun2socks.outbound.Outbound;
import java.util.List;
import java.util.function.Supplier;

/** Makes chains of proxies. */
@FunctionalInterface
public interface RelayFactory {
    /**
     * Makes a chain.
     *
     * @param name for people
     * @param hops what is gone through, the nearest first; asked anew for each connection; at least one
     * @return the way through all of them
     */
    Outbound relay(String name, List<Supplier<Outbound>> hops);
}
