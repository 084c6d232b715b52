package io.tun2socks.rules.match;

import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;

/** Finds the IP-CIDR rules for an address of either family. */
final class PrefixIndex {
    private final PrefixTable v4;
    private final PrefixTable v6;

    private PrefixIndex(PrefixTable v4, PrefixTable v6) {
        this.v4 = v4;
        this.v6 = v6;
    }

    /** Returns the lowest rule in the bounds whose block holds the address, or the limit. */
    int first(Postings postings, Ip ip, FlowMetadata flow, int from, int limit) {
        PrefixTable table = ip == null ? null : ip.isV4() ? v4 : v6;
        return table == null ? limit : table.first(postings, ip, flow, from, limit);
    }

    /** Collects blocks of both families. */
    static final class Builder extends IndexBuilder {
        private final PrefixTable.Builder v4 = new PrefixTable.Builder();
        private final PrefixTable.Builder v6 = new PrefixTable.Builder();

        /** Adds a block. */
        void add(Cidr cidr, int number) {
            note(number);
            (cidr.base().isV4() ? v4 : v6).add(cidr, number);
        }

        /** Returns the index. */
        PrefixIndex build(Postings.Builder lists) {
            return new PrefixIndex(v4.build(lists), v6.build(lists));
        }
    }
}
