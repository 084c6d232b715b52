package io.tun2socks.outbound.group;

import io.tun2socks.config.clash.GroupConfig;
import io.tun2socks.config.clash.NameFilter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Says who is a member of a group. */
final class Membership {
    private Membership() {}

    /**
     * Lists the members.
     *
     * @param own those that the group names itself
     * @param provided those of each provider that it uses
     * @return its own, then the providers' that the filter lets through, without those that are excluded; if there are
     *     several sources and several filters, all in the order of the filters
     */
    static List<Policy> of(GroupConfig config, List<Policy> own, List<? extends List<? extends Policy>> provided) {
        NameFilter filter = config.filter();
        List<Policy> all = new ArrayList<>(own);
        for (List<? extends Policy> source : provided) {
            if (filter.isEmpty()) {
                all.addAll(source);
            } else {
                matching(filter, source, new HashSet<>(), all);
            }
        }
        int sources = provided.size() + (own.isEmpty() ? 0 : 1);
        if (sources > 1 && filter.patterns().size() > 1) {
            all = inOrder(filter, all);
        }
        all.removeIf(policy -> config.excludeType().contains(policy.type().toLowerCase(Locale.ROOT))
                || config.excludeFilter().finds(policy.name()));
        return all;
    }

    private static List<Policy> inOrder(NameFilter filter, List<Policy> all) {
        List<Policy> ordered = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        matching(filter, all, seen, ordered);
        for (Policy policy : all) {
            if (seen.add(policy.name())) {
                ordered.add(policy);
            }
        }
        return ordered;
    }

    private static void matching(
            NameFilter filter, List<? extends Policy> source, Set<String> seen, List<Policy> found) {
        for (Pattern pattern : filter.patterns()) {
            for (Policy policy : source) {
                if (pattern.matcher(policy.name()).find() && seen.add(policy.name())) {
                    found.add(policy);
                }
            }
        }
    }
}
