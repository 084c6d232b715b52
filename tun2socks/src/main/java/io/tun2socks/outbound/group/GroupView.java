package io.tun2socks.outbound.group;

import java.util.List;

/**
 * A group as people see it.
 *
 * @param name its name
 * @param type as mihomo prints it, such as {@code URLTest}
 * @param now the member that new flows take; empty if that differs by flow
 * @param fixed the member that was chosen by hand in a group that chooses itself; empty if none was
 * @param testUrl what members are checked with
 * @param expectedStatus the good answers, {@code *} for any
 * @param udp whether UDP may go through it now
 * @param alive whether a member is alive
 * @param hidden for dashboards
 * @param icon for dashboards
 * @param members in order
 */
public record GroupView(
        String name,
        String type,
        String now,
        String fixed,
        String testUrl,
        String expectedStatus,
        boolean udp,
        boolean alive,
        boolean hidden,
        String icon,
        List<ProxyView> members) {
    /** Copies the list. */
    public GroupView {
        members = List.copyOf(members);
    }
}
