package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;

/**
 * A command that ended, by itself or because its time was over.
 *
 * @param command the command line
 * @param status the exit status; {@link #TIMED_OUT} if it had to be killed
 * @param out what it wrote to standard output (empty where that was hashed instead)
 * @param err what it wrote to standard error
 * @param bytes the length of standard output
 * @param sha256 the SHA-256 of standard output in hexadecimal
 * @param took how long it ran
 */
record Ran(List<String> command, int status, String out, String err, long bytes, String sha256, Duration took) {
    /** The status of a command that was killed because its time was over. */
    static final int TIMED_OUT = -1;

    /** Asserts that the status is 0. */
    Ran ok() {
        assertThat(status).as("exit status of %s", this).isZero();
        return this;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("$ ").append(String.join(" ", command));
        text.append("\n  -> ").append(status == TIMED_OUT ? "killed, out of time" : "exit " + status);
        text.append(" after ")
                .append(took.toMillis())
                .append(" ms, ")
                .append(bytes)
                .append(" bytes out");
        append(text, "out", out);
        append(text, "err", err);
        return text.toString();
    }

    private static void append(StringBuilder text, String name, String what) {
        if (!what.isBlank()) {
            String shown = what.length() <= 2000 ? what : what.substring(0, 2000) + "...";
            text.append("\n  ").append(name).append(": ").append(shown.strip().replace("\n", "\n       "));
        }
    }
}
