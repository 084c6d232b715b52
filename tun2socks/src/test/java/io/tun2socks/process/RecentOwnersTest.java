package io.tun2socks.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentOwnersTest {
    private static final Owner OWNER = Owner.ofPath(7, "/usr/bin/curl");

    @Test
    void forgetsAfterItsLifetime() {
        RecentOwners owners = new RecentOwners(2, 100);
        // The clock may pass over the highest number.
        long since = Long.MAX_VALUE - Long.parseLong("10");
        owners.put(1, OWNER, since);
        assertThat(owners.get(1, since + 99)).isEqualTo(OWNER);
        assertThat(owners.get(1, since + 100)).isNull();
        assertThat(owners.size()).isZero();
    }

    @Test
    void keepsThoseThatWereAskedForLast() {
        RecentOwners owners = new RecentOwners(2, 100);
        owners.put(1, OWNER, 0);
        owners.put(2, OWNER, 0);
        assertThat(owners.get(1, 1)).isNotNull();
        owners.put(3, OWNER, 1);
        assertThat(owners.size()).isEqualTo(2);
        assertThat(owners.get(1, 2)).isNotNull();
        assertThat(owners.get(2, 2)).isNull();
        assertThat(owners.get(3, 2)).isNotNull();
    }
}
