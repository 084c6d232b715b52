package io.tun2socks.rules.match;

import io.tun2socks.rules.model.FlowMetadata;

/** An index with the part of the flow that it is asked about. */
final class Lookup {
    private final int lowest;
    private final int highest;
    private final Index index;

    /** Asks an index. */
    interface Index {
        /** Returns the lowest rule in the bounds that holds for the flow, or the limit. */
        int first(Postings postings, FlowMetadata flow, int from, int limit);
    }

    Lookup(IndexBuilder builder, Index index) {
        lowest = builder.lowest();
        highest = builder.highest();
        this.index = index;
    }

    /** Returns the lowest rule in the bounds that holds for the flow, or the limit. */
    int first(Postings postings, FlowMetadata flow, int from, int limit) {
        return lowest >= limit || highest < from ? limit : index.first(postings, flow, from, limit);
    }
}
