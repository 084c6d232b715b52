package io.tun2socks.outbound.group;

import io.tun2socks.rules.model.FlowMetadata;
import java.util.List;

/** One after the other. Two flows at the same moment may take the same one: that is no reason for a lock. */
final class RoundRobin implements Balance {
    private volatile int next;

    @Override
    public Member pick(List<Member> members, FlowMetadata flow, boolean touch) {
        int size = members.size();
        int from = next % size;
        for (int i = 0; i < size; i++) {
            int index = (from + i) % size;
            Member member = members.get(index);
            if (member.isUsable(flow)) {
                if (touch) {
                    next = (index + 1) % size;
                }
                return member;
            }
        }
        return members.get(0);
    }
}
