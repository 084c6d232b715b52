package io.tun2socks.config.clash;

import io.tun2socks.rules.model.Ranges;
import java.util.List;
import java.util.Map;

/**
 * The section {@code sniffer}.
 *
 * @param enable whether names are read from traffic
 * @param forceDnsMapping whether also where DNS has given the name
 * @param parsePureIp whether where there is only an address
 * @param sniff the protocols and where they are sought
 * @param forceDomain names for which it is done in any case
 * @param skipDomain names that are not believed
 * @param skipSrcAddress sources for which it is not done
 * @param skipDstAddress destinations for which it is not done
 * @param line where it stands in the file, from 1; 0 if it does not
 */
public record SnifferConfig(
        boolean enable,
        boolean forceDnsMapping,
        boolean parsePureIp,
        Map<Protocol, Sniff> sniff,
        List<String> forceDomain,
        List<String> skipDomain,
        List<String> skipSrcAddress,
        List<String> skipDstAddress,
        int line) {
    /** Copies the collections. */
    public SnifferConfig {
        sniff = Map.copyOf(sniff);
        forceDomain = List.copyOf(forceDomain);
        skipDomain = List.copyOf(skipDomain);
        skipSrcAddress = List.copyOf(skipSrcAddress);
        skipDstAddress = List.copyOf(skipDstAddress);
    }

    /** What names are read from. */
    public enum Protocol {
        /** The server name of a ClientHello over TCP. */
        TLS,
        /** The Host of a request. */
        HTTP,
        /** The server name of a ClientHello over QUIC. */
        QUIC
    }

    /**
     * How one protocol is sought.
     *
     * @param ports where; none for the protocol's own
     * @param overrideDestination whether the name becomes the destination
     */
    public record Sniff(Ranges ports, boolean overrideDestination) {}
}
