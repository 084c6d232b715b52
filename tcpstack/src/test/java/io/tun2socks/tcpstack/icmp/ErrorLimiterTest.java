package io.tun2socks.tcpstack.icmp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ErrorLimiterTest {
    private static final long SECOND = 1_000_000_000L;

    private static int acquire(ErrorLimiter limiter, long client, long now, int times) {
        int acquired = 0;
        for (int i = 0; i < times; i++) {
            acquired += limiter.tryAcquire(0, client, now) ? 1 : 0;
        }
        return acquired;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MIN_VALUE, -SECOND / 2, Long.MAX_VALUE - SECOND / 2})
    void rfc4443_2_4_f_oneClientHasASecondsWorthAtOnceAndThenItsRate(long start) {
        ErrorLimiter limiter = new ErrorLimiter(start);
        assertThat(acquire(limiter, 1, start, 5000)).isEqualTo(ErrorLimiter.PER_CLIENT);
        assertThat(acquire(limiter, 1, start + SECOND / 10, 5000)).isEqualTo(ErrorLimiter.PER_CLIENT / 10);
        assertThat(acquire(limiter, 1, start + SECOND / 10, 5000)).isZero();
        // Rest does not save up for more than a second.
        assertThat(acquire(limiter, 1, start + 100 * SECOND, 5000)).isEqualTo(ErrorLimiter.PER_CLIENT);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MIN_VALUE})
    void rfc4443_2_4_f_allClientsTogether(long start) {
        ErrorLimiter limiter = new ErrorLimiter(start);
        assertThat(acquire(limiter, 1, start, 5000)).isEqualTo(ErrorLimiter.PER_CLIENT);
        assertThat(acquire(limiter, 2, start, 5000)).isEqualTo(ErrorLimiter.ALL - ErrorLimiter.PER_CLIENT);
        assertThat(acquire(limiter, 3, start, 5000)).isZero();
        // What was refused for want of the common tokens cost the client none of its own.
        assertThat(acquire(limiter, 3, start + SECOND / 2, 5000)).isEqualTo(ErrorLimiter.ALL / 2);
    }
}
