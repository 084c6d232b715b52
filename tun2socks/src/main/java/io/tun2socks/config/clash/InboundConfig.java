package io.tun2socks.config.clash;

import io.tun2socks.rules.model.Cidr;
import java.util.List;

/**
 * The ports that programs use as proxies.
 *
 * @param port HTTP, 1 to 65535; 0 for none
 * @param socksPort SOCKS; 0 for none
 * @param mixedPort both; 0 for none
 * @param redirPort connections that netfilter redirects; 0 for none
 * @param tproxyPort what netfilter's TPROXY brings; 0 for none
 * @param allowLan whether other machines may use them
 * @param bindAddress where they listen if so; {@code *} for everywhere
 * @param authentication who may use them, {@code user:password}
 * @param skipAuthPrefixes from where nobody is asked who they are
 * @param lanAllowedIps from where they may be used; empty for everywhere
 * @param lanDisallowedIps from where they may not be
 */
public record InboundConfig(
        int port,
        int socksPort,
        int mixedPort,
        int redirPort,
        int tproxyPort,
        boolean allowLan,
        String bindAddress,
        List<String> authentication,
        List<Cidr> skipAuthPrefixes,
        List<Cidr> lanAllowedIps,
        List<Cidr> lanDisallowedIps) {
    /** Copies the lists. */
    public InboundConfig {
        authentication = List.copyOf(authentication);
        skipAuthPrefixes = List.copyOf(skipAuthPrefixes);
        lanAllowedIps = List.copyOf(lanAllowedIps);
        lanDisallowedIps = List.copyOf(lanDisallowedIps);
    }

    /** Returns the ports, without who may use them. */
    @Override
    public String toString() {
        return "InboundConfig[port=" + port + ", socksPort=" + socksPort + ", mixedPort=" + mixedPort + ", redirPort="
                + redirPort + ", tproxyPort=" + tproxyPort + ", allowLan=" + allowLan + "]";
    }
}
