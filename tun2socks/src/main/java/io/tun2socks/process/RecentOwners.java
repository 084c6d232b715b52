package io.tun2socks.process;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Owners of sockets that were found lately; a UDP socket that sends to many peers is sought once. The number of a closed
 * socket may come again, so that they are kept for seconds only. One thread.
 */
final class RecentOwners {
    private final int capacity;
    private final long lifetimeNanos;
    private final LinkedHashMap<Long, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

    private record Entry(Owner owner, long since) {}

    RecentOwners(int capacity, long lifetimeNanos) {
        this.capacity = capacity;
        this.lifetimeNanos = lifetimeNanos;
    }

    /** Returns the owner of a socket, or null if it is not known or no longer believed. */
    Owner get(long inode, long now) {
        Entry entry = entries.get(inode);
        if (entry == null) {
            return null;
        }
        if (now - entry.since() >= lifetimeNanos) {
            entries.remove(inode);
            return null;
        }
        return entry.owner();
    }

    void put(long inode, Owner owner, long now) {
        entries.put(inode, new Entry(owner, now));
        if (entries.size() > capacity) {
            Map.Entry<Long, Entry> eldest = entries.entrySet().iterator().next();
            entries.remove(eldest.getKey());
        }
    }

    int size() {
        return entries.size();
    }
}
