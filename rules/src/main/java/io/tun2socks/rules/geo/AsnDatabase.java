package io.tun2socks.rules.geo;

import io.tun2socks.rules.model.Ip;
import java.io.Closeable;
import java.io.IOException;

/** The autonomous systems of addresses, from a database as GeoLite2, DB-IP or IPinfo lays it out. Any thread. */
final class AsnDatabase implements Closeable {
    private final Mmdb mmdb;
    private final RecentAnswers<Long> recent = new RecentAnswers<>(this::lookUp);

    AsnDatabase(Mmdb mmdb) {
        this.mmdb = mmdb;
    }

    /** Returns the number of an address's system; 0 if unknown. */
    long asn(Ip ip) {
        return recent.get(ip);
    }

    private Long lookUp(Ip ip) {
        MmdbRecords.AutonomousSystem system = mmdb.find(ip, MmdbRecords.AutonomousSystem.class);
        if (system == null) {
            return 0L;
        }
        if (system.number() instanceof Number number) {
            return number.longValue();
        }
        return system.asn() instanceof Number number ? number.longValue() : number(system.asn());
    }

    /** Reads {@code AS64496}. */
    private static long number(Object asn) {
        if (!(asn instanceof String text) || !text.regionMatches(true, 0, "AS", 0, 2)) {
            return 0;
        }
        long number = 0;
        for (int i = 2; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || i > 11) {
                return 0;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    @Override
    public void close() throws IOException {
        mmdb.close();
        recent.clear();
    }
}
