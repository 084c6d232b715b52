package io.tun2socks.outbound;

import io.netty.util.concurrent.FastThreadLocal;

/**
 * Counts how many outbounds are asked within one another on this thread: through a group, a proxy may be its own dialer,
 * which nothing else would end.
 */
final class DialDepth {
    /** The longest chain of upstreams. */
    static final int MAX = 16;

    private static final FastThreadLocal<int[]> DEPTH = new FastThreadLocal<>() {
        @Override
        protected int[] initialValue() {
            return new int[1];
        }
    };

    private DialDepth() {}

    /** Begins to ask another outbound; if it returns true, {@link #leave} must follow, else the chain is too long. */
    static boolean enter() {
        int[] depth = DEPTH.get();
        if (depth[0] == MAX) {
            return false;
        }
        depth[0]++;
        return true;
    }

    static void leave() {
        DEPTH.get()[0]--;
    }
}
