package io.tun2socks.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ShellWordsTest {
    @Test
    void splitsAsShlexDoes() {
        // The text of shlex's own test.
        assertThat(ShellWords.split(
                        "one two \"three four\" \"five \\\"six\\\"\" seven#eight # nine # ten\n eleven 'twelve\\'"))
                .containsExactly("one", "two", "three four", "five \"six\"", "seven#eight", "eleven", "twelve\\");
    }

    @Test
    void joinsQuotedPartsAndKeepsEmptyWords() {
        assertThat(ShellWords.split("sh -c 'ip link set '\"tun0\"' up' '' \\ x"))
                .containsExactly("sh", "-c", "ip link set tun0 up", "", " x");
        assertThat(ShellWords.split(" \t\n")).isEmpty();
    }

    @Test
    void saysWhatIsNotClosed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ShellWords.split("echo 'a"))
                .withMessage("'echo 'a' has a quote that is not closed");
        assertThatIllegalArgumentException().isThrownBy(() -> ShellWords.split("echo \"a\\\""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ShellWords.split("echo \\"))
                .withMessageContaining("ends in a backslash");
    }
}
