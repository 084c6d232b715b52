package io.tun2socks.config.clash;

import java.util.Set;

/** Names that mean something without being configured. */
final class ReservedNames {
    /** Where flows may go without a proxy being configured. */
    static final Set<String> BUILT_IN = Set.of("DIRECT", "REJECT", "REJECT-DROP", "PASS", "COMPATIBLE");

    /** What {@code mode: global} takes; it may be configured as a group. */
    static final String GLOBAL = "GLOBAL";

    /** Takes no flow: stands where nothing else is left. */
    static final String REJECT = "REJECT";

    /** Goes out directly: mihomo's stand-in where {@code include-all} finds nothing. */
    static final String COMPATIBLE = "COMPATIBLE";

    /** The proxy provider that mihomo makes of everything. */
    static final String DEFAULT_PROVIDER = "default";

    private ReservedNames() {}

    /** Returns whether a proxy may not have a name. */
    static boolean forProxy(String name) {
        return BUILT_IN.contains(name) || name.equals(GLOBAL);
    }

    /** Returns whether a group may not have a name. */
    static boolean forGroup(String name) {
        return BUILT_IN.contains(name);
    }
}
