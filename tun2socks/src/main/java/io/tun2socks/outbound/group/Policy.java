package io.tun2socks.outbound.group;

import io.tun2socks.outbound.Outbound;
import io.tun2socks.rules.model.FlowMetadata;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What a rule's target or a group's member stands for. Any thread. */
abstract sealed class Policy permits Leaf, Group {
    /** The key of what checks of all URLs have shown together. */
    private static final String ANY_URL = "";

    private final String name;
    private final Map<String, Health> healths = new ConcurrentHashMap<>();

    Policy(String name) {
        this.name = name;
    }

    final String name() {
        return name;
    }

    /** Returns what is known from checks with a URL. */
    final Health health(String url) {
        return healths.computeIfAbsent(url, key -> new Health());
    }

    /** Returns what is known from all checks, whatever they asked for. */
    final Health health() {
        return health(ANY_URL);
    }

    /** Returns the type as mihomo prints it. */
    abstract String type();

    /** Returns the way out; of a group, one that picks a member for each flow. */
    abstract Outbound outbound();

    /** Tells whether a flow could go this way if it were UDP. */
    abstract boolean carriesUdp(FlowMetadata flow);
}
