package io.tun2socks.outbound.group;

import io.tun2socks.config.clash.GroupConfig;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Refuses groups that contain themselves, which no choice would ever leave. */
final class GroupLoops {
    private final Map<String, GroupConfig> groups = new HashMap<>();
    private final Set<String> path = new LinkedHashSet<>();
    private final Set<String> clear;

    private GroupLoops(List<GroupConfig> configs, Set<String> clear) {
        configs.forEach(config -> groups.put(config.name(), config));
        this.clear = clear;
    }

    /**
     * Checks groups.
     *
     * @throws IllegalArgumentException if one contains itself; the message names the way
     */
    static void check(List<GroupConfig> configs) {
        GroupLoops loops = new GroupLoops(configs, new LinkedHashSet<>());
        configs.forEach(config -> loops.visit(config.name()));
    }

    private void visit(String name) {
        GroupConfig group = groups.get(name);
        if (group == null || clear.contains(name)) {
            return;
        }
        if (!path.add(name)) {
            throw new IllegalArgumentException(
                    "group '" + name + "' contains itself: " + String.join(" > ", path) + " > " + name);
        }
        group.proxies().forEach(this::visit);
        path.remove(name);
        clear.add(name);
    }
}
