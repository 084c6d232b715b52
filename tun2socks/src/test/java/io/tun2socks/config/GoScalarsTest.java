package io.tun2socks.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoScalarsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1500, 1500",
        "0x22b, 555",
        "0X22B, 555",
        "0o17, 15",
        "017, 15",
        "0b101, 5",
        "1_000, 1000",
        "-5, -5",
        "+5, 5",
        "0x_1f, 31"
    })
    void readsIntegers(String text, long value) {
        assertThat(GoScalars.integer(text, -100, 10_000)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "x",
                "0x",
                "12a",
                "1__0",
                "1_",
                "1.5",
                "08",
                "--1",
                "+-1",
                "0x-1",
                "99999999999999999999"
            })
    void refusesWhatIsNoInteger(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoScalars.integer(text, Long.MIN_VALUE, Long.MAX_VALUE))
                .withMessage("'" + text + "' is not an integer");
    }

    @Test
    void keepsTheRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoScalars.integer("70000", 0, 65535))
                .withMessage("70000 is out of range");
    }

    @Test
    void readsBooleans() {
        for (String text : new String[] {"1", "t", "T", "true", "True", "TRUE"}) {
            assertThat(GoScalars.bool(text)).isTrue();
        }
        for (String text : new String[] {"0", "f", "F", "false", "False", "FALSE"}) {
            assertThat(GoScalars.bool(text)).isFalse();
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoScalars.bool("yes"))
                .withMessage("'yes' is not a boolean; expected true or false");
    }
}
