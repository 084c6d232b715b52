package io.tun2socks.outbound.group;

import io.tun2socks.rules.model.FlowMetadata;
import java.util.List;

/** The same registered domain, or address, always takes the same member, as long as that is alive. */
final class ConsistentHashing implements Balance {
    @Override
    public Member pick(List<Member> members, FlowMetadata flow, boolean touch) {
        long key = FlowKey.ofDestination(flow);
        for (int i = 0; i < MOST_TRIES; i++) {
            Member member = members.get(JumpHash.bucket(key + i, members.size()));
            if (member.isUsable(flow)) {
                return member;
            }
        }
        return Balance.firstUsable(members, flow);
    }
}
