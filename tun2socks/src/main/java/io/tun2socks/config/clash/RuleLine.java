package io.tun2socks.config.clash;

/**
 * A rule as it is written.
 *
 * @param text the rule
 * @param line where it stands in the file, from 1
 */
public record RuleLine(String text, int line) {}
