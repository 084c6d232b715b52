package io.tun2socks.it;

import java.util.ArrayDeque;
import java.util.Deque;

/** What a test did, kept to be printed when it fails. Safe for use by several threads. */
final class Transcript {
    private static final int KEPT = 200;

    private final Deque<String> entries = new ArrayDeque<>();

    /** Adds an entry; the oldest go once there are too many. */
    synchronized void add(Object entry) {
        entries.addLast(entry.toString());
        if (entries.size() > KEPT) {
            entries.removeFirst();
        }
    }

    /** Forgets everything. */
    synchronized void clear() {
        entries.clear();
    }

    @Override
    public synchronized String toString() {
        return String.join("\n", entries);
    }
}
