package io.tun2socks.rules.explain;

import io.tun2socks.rules.model.Cidr;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** The blocks of addresses that earlier rules take. */
final class CoveredBlocks {
    private final Map<Cidr, Integer> rules = new HashMap<>();
    private final BitSet lengthsOfV4 = new BitSet(33);
    private final BitSet lengthsOfV6 = new BitSet(129);

    /** Returns the latest rule with the smallest block around a block, or -1. */
    int covering(Cidr block) {
        BitSet lengths = block.base().isV4() ? lengthsOfV4 : lengthsOfV6;
        int length = lengths.previousSetBit(block.prefixLength());
        while (length >= 0) {
            Integer rule = rules.get(new Cidr(block.base(), length));
            if (rule != null) {
                return rule;
            }
            length = length == 0 ? -1 : lengths.previousSetBit(length - 1);
        }
        return -1;
    }

    void add(Cidr block, int rule) {
        rules.putIfAbsent(block, rule);
        (block.base().isV4() ? lengthsOfV4 : lengthsOfV6).set(block.prefixLength());
    }
}
