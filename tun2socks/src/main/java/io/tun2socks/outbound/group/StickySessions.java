package io.tun2socks.outbound.group;

import io.tun2socks.rules.model.FlowMetadata;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;

/**
 * A source and a destination stay with the member that they were given, for ten minutes or until it is dead. About 1,000
 * such pairs are remembered: a new one takes the place of the oldest of the four that share its part of the table.
 */
final class StickySessions implements Balance {
    private static final int WAYS = 4;
    private static final int SETS = 256;
    private static final long LIFE_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final LongSupplier nanoTime;
    private final AtomicReferenceArray<Session> sessions = new AtomicReferenceArray<>(WAYS * SETS);

    private record Session(long key, String member, long sinceNanos) {}

    StickySessions(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public Member pick(List<Member> members, FlowMetadata flow, boolean touch) {
        long key = FlowKey.ofSourceAndDestination(flow);
        long now = nanoTime.getAsLong();
        Member kept = find(members, key, now);
        if (kept != null && kept.isUsable(flow)) {
            return kept;
        }
        Member picked = null;
        for (int i = 0; i < MOST_TRIES && picked == null; i++) {
            // Not the same for the same key: a member that was dead once should not stay avoided for ever.
            Member candidate = members.get(JumpHash.bucket(FlowKey.mix(key + now) + i, members.size()));
            picked = candidate.isUsable(flow) ? candidate : null;
        }
        if (picked == null) {
            picked = Balance.firstUsable(members, flow);
        }
        keep(new Session(key, picked.name(), now));
        return picked;
    }

    private static int set(long key) {
        return (int) (key >>> 56) * WAYS;
    }

    private Member find(List<Member> members, long key, long now) {
        int set = set(key);
        for (int i = set; i < set + WAYS; i++) {
            Session session = sessions.get(i);
            if (session != null && session.key() == key && now - session.sinceNanos() < LIFE_NANOS) {
                return named(members, session.member());
            }
        }
        return null;
    }

    private static Member named(List<Member> members, String name) {
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).name().equals(name)) {
                return members.get(i);
            }
        }
        return null;
    }

    private void keep(Session session) {
        int set = set(session.key());
        int oldest = set;
        for (int i = set; i < set + WAYS; i++) {
            Session there = sessions.get(i);
            if (there == null || there.key() == session.key()) {
                oldest = i;
                break;
            }
            if (there.sinceNanos() - sessions.get(oldest).sinceNanos() < 0) {
                oldest = i;
            }
        }
        sessions.set(oldest, session);
    }
}
