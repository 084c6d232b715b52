package io.tun2socks.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import org.junit.jupiter.api.Test;

class ExpectedStatusTest {
    @Test
    void acceptsWhatIsInARange() {
        ExpectedStatus status = ExpectedStatus.parse("200/204,300-399");
        assertThat(status.accepts(200)).isTrue();
        assertThat(status.accepts(201)).isFalse();
        assertThat(status.accepts(204)).isTrue();
        assertThat(status.accepts(300)).isTrue();
        assertThat(status.accepts(399)).isTrue();
        assertThat(status.accepts(400)).isFalse();
        assertThat(status.toString()).isEqualTo("200/204/300-399");
    }

    @Test
    void acceptsEverythingWhenNothingIsSaid() {
        for (String text : new String[] {"", "*", " * "}) {
            assertThat(ExpectedStatus.parse(text).accepts(503)).isTrue();
            assertThat(ExpectedStatus.parse(text).toString()).isEqualTo("*");
        }
    }

    @Test
    void refusesWhatIsNoStatus() {
        assertThatThrownBy(() -> ExpectedStatus.parse("200/ok"))
                .hasMessage("expected-status '200/ok': 'ok' is no status, expected as in 200/204/300-399");
        assertThatThrownBy(() -> ExpectedStatus.parse(String.join("/", Collections.nCopies(29, "200"))))
                .hasMessage("expected-status has 29 ranges, at most 28 are allowed");
    }
}
