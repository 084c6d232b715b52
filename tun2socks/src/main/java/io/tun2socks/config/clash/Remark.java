package io.tun2socks.config.clash;

/**
 * Something in a configuration that is not an error, but that its writer should know.
 *
 * @param file the file's name
 * @param line where, from 1; 0 if it concerns the whole file
 * @param key the key's path, such as {@code tun.auto-route}; empty if there is none
 * @param text what is to be known
 */
public record Remark(String file, int line, String key, String text) {
    /** Returns {@code file:line: key: text}. */
    @Override
    public String toString() {
        return Findings.format(file, line, key, text);
    }
}
