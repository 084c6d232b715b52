package io.tun2socks.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearMissTest {
    private static final List<String> WORDS = List.of("device", "proxy", "udp-timeout");

    @Test
    void findsSlips() {
        assertThat(NearMiss.of("devcie", WORDS)).contains("device");
        assertThat(NearMiss.of("Device", WORDS)).contains("device");
        assertThat(NearMiss.of("udp_timeout", WORDS)).contains("udp-timeout");
        assertThat(NearMiss.of("prox", WORDS)).contains("proxy");
        assertThat(NearMiss.hint("devic", WORDS, "--")).isEqualTo("; did you mean --device?");
    }

    @Test
    void doesNotGuessWildly() {
        assertThat(NearMiss.of("banana", WORDS)).isEmpty();
        assertThat(NearMiss.of("", WORDS)).isEmpty();
        assertThat(NearMiss.hint("xyz", WORDS, "--")).isEmpty();
    }
}
