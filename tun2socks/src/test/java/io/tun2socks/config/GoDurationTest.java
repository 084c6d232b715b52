package io.tun2socks.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
    // Values from Go's own time_test.go, and those that users write.
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "5s, 5000000000",
        "30s, 30000000000",
        "1478s, 1478000000000",
        "-5s, -5000000000",
        "+5s, 5000000000",
        "-0, 0",
        "+0, 0",
        "5.0s, 5000000000",
        "5.6s, 5600000000",
        "5.s, 5000000000",
        ".5s, 500000000",
        "1.0040s, 1004000000",
        "10ns, 10",
        "11us, 11000",
        "12µs, 12000",
        "12μs, 12000",
        "300ms, 300000000",
        "14s, 14000000000",
        "15m, 900000000000",
        "16h, 57600000000000",
        "3h30m, 12600000000000",
        "10.5s4m, 250500000000",
        "1h2m3.5s, 3723500000000",
        "1h2m3s4ms5us6ns, 3723004005006",
        "0.3333333333333333333h, 1200000000000",
        "9223372036854775807ns, 9223372036854775807",
    })
    void readsWhatGoReads(String text, long nanos) {
        // Go computes the fraction of an hour in floating point and lands on the whole; we cut one nanosecond off.
        assertThat(GoDuration.parse(text).toNanos()).isBetween(nanos - 1, nanos);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "3", "-", "s", ".", "-.", ".s", "+.s", "1d", "1.5.5s", "30 s", "1e3s", "s1", "--1s", "5M"})
    void refusesWhatGoRefuses(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoDuration.parse(text))
                .withMessageContaining("expected a duration such as 300ms, 30s, 5m or 1h2m3.5s");
    }

    @Test
    void refusesMoreThanFits() {
        assertThatIllegalArgumentException().isThrownBy(() -> GoDuration.parse("9223372036854775808ns"));
        assertThatIllegalArgumentException().isThrownBy(() -> GoDuration.parse("3000000h"));
        assertThatIllegalArgumentException().isThrownBy(() -> GoDuration.parse("9".repeat(5000) + "h"));
    }

    @Test
    void saysThatAUnitIsMissing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoDuration.parse("30"))
                .withMessageStartingWith("'30' lacks a unit");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoDuration.parse("30sec"))
                .withMessageStartingWith("'30sec' has the unknown unit 'sec'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "1s", "1m", "1m30s", "300ms", "1.5s", "24h", "1h0.5s", "0.001ms", "-2m"})
    void writesWhatItReads(String text) {
        Duration duration = GoDuration.parse(text);
        assertThat(GoDuration.parse(GoDuration.format(duration))).isEqualTo(duration);
    }

    @Test
    void writesAsGoDoes() {
        assertThat(GoDuration.format(Duration.ofMillis(90_500))).isEqualTo("1m30.5s");
        assertThat(GoDuration.format(Duration.ofMillis(300))).isEqualTo("300ms");
        assertThat(GoDuration.format(Duration.ofHours(24))).isEqualTo("24h");
        assertThat(GoDuration.format(Duration.ZERO)).isEqualTo("0s");
    }
}
