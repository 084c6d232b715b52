package io.tun2socks.tcpstack.tcp;

import java.util.ArrayList;
import java.util.List;

/**
 * Connections by addresses and ports: a chained hash table whose links lie in the connections, so that a look-up
 * allocates nothing. The hash is seeded, so that a client cannot choose ports that collide.
 */
final class ConnectionTable {
    private TcpConnection[] buckets = new TcpConnection[256];
    private final long seed;
    private int size;

    ConnectionTable(long seed) {
        this.seed = seed | 1;
    }

    int size() {
        return size;
    }

    TcpConnection find(long clientHi, long clientLo, long targetHi, long targetLo, int ports) {
        TcpConnection c = buckets[bucket(hash(clientHi, clientLo, targetHi, targetLo, ports))];
        while (c != null && !c.matches(clientHi, clientLo, targetHi, targetLo, ports)) {
            c = c.tableNext;
        }
        return c;
    }

    void add(TcpConnection connection) {
        if (size >= buckets.length) {
            grow();
        }
        link(connection);
        size++;
    }

    void remove(TcpConnection connection) {
        int bucket = bucket(hashOf(connection));
        TcpConnection before = null;
        for (TcpConnection c = buckets[bucket]; c != null; before = c, c = c.tableNext) {
            if (c == connection) {
                if (before == null) {
                    buckets[bucket] = c.tableNext;
                } else {
                    before.tableNext = c.tableNext;
                }
                c.tableNext = null;
                size--;
                return;
            }
        }
    }

    /** Returns all connections, in no order. */
    List<TcpConnection> all() {
        List<TcpConnection> all = new ArrayList<>(size);
        for (TcpConnection head : buckets) {
            for (TcpConnection c = head; c != null; c = c.tableNext) {
                all.add(c);
            }
        }
        return all;
    }

    private void link(TcpConnection connection) {
        int bucket = bucket(hashOf(connection));
        connection.tableNext = buckets[bucket];
        buckets[bucket] = connection;
    }

    private void grow() {
        List<TcpConnection> all = all();
        buckets = new TcpConnection[buckets.length * 2];
        for (TcpConnection connection : all) {
            link(connection);
        }
    }

    private long hashOf(TcpConnection c) {
        return hash(c.clientHi, c.clientLo, c.targetHi, c.targetLo, c.ports);
    }

    private long hash(long clientHi, long clientLo, long targetHi, long targetLo, int ports) {
        long h = seed;
        h = (h ^ clientHi) * 0x9e3779b97f4a7c15L;
        h = (h ^ (h >>> 32) ^ clientLo) * 0xff51afd7ed558ccdL;
        h = (h ^ (h >>> 32) ^ targetHi) * 0xc4ceb9fe1a85ec53L;
        h = (h ^ (h >>> 32) ^ targetLo) * 0x9e3779b97f4a7c15L;
        h = (h ^ (h >>> 32) ^ (ports & 0xffff_ffffL) ^ seed) * 0xff51afd7ed558ccdL;
        return h ^ (h >>> 29);
    }

    private int bucket(long hash) {
        return (int) (hash >>> 20) & (buckets.length - 1);
    }
}
