package io.tun2socks.outbound.group;

import io.tun2socks.rules.model.FlowMetadata;
import java.util.List;

/** How load is spread. Any thread, without locks. */
interface Balance {
    /** After how many hashes the members are tried in order. */
    int MOST_TRIES = 5;

    /**
     * Picks a member that is alive and can carry the flow, or the first if there is none.
     *
     * @param members at least one
     * @param touch whether the flow will go there
     */
    Member pick(List<Member> members, FlowMetadata flow, boolean touch);

    /** Picks the first that is alive and can carry the flow, or the first. */
    static Member firstUsable(List<Member> members, FlowMetadata flow) {
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).isUsable(flow)) {
                return members.get(i);
            }
        }
        return members.get(0);
    }
}
