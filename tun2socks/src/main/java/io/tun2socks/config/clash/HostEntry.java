package io.tun2socks.config.clash;

import io.tun2socks.rules.model.Ip;
import java.util.List;

/**
 * One entry of {@code hosts}: addresses, another name, or the addresses of this machine.
 *
 * @param addresses in order; empty for another name and for {@code lan}
 * @param alias the other name; empty for addresses
 * @param lan whether the addresses are those of this machine's interfaces, loopback and link-local ones excepted
 * @param line where it stands in the file, from 1; 0 if it was not written
 */
public record HostEntry(List<Ip> addresses, String alias, boolean lan, int line) {
    /** Copies the list. */
    public HostEntry {
        addresses = List.copyOf(addresses);
    }
}
