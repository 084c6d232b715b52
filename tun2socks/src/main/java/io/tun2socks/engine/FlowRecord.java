package io.tun2socks.engine;

import io.tun2socks.outbound.Destination;
import java.util.List;

/**
 * What is known of a flow when it ends.
 *
 * @param network {@code tcp} or {@code udp}
 * @param source the client
 * @param destination where it went; of a UDP session, the first destination
 * @param outbound the name of the outbound that it took
 * @param rule the rule that decided, empty if none did
 * @param chain the names from the rule's target down to the outbound
 * @param uploadBytes payload bytes from the client
 * @param downloadBytes payload bytes to the client
 * @param startNanos when it began, on the clock of {@link System#nanoTime}
 * @param endNanos when it ended, on the same clock
 * @param outcome how it ended, for people: {@code finished}, {@code reset by client}, {@code refused: ...}
 */
public record FlowRecord(
        String network,
        Destination source,
        Destination destination,
        String outbound,
        String rule,
        List<String> chain,
        long uploadBytes,
        long downloadBytes,
        long startNanos,
        long endNanos,
        String outcome) {}
