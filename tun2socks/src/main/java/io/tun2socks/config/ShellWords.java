package io.tun2socks.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a command into words as google/shlex does: quotes, backslashes and comments are understood, nothing else of a
 * shell is (no variables, no globs, no pipes).
 */
public final class ShellWords {
    private ShellWords() {}

    /**
     * Splits a command.
     *
     * @param command the command as written by the user
     * @return its words, maybe none
     * @throws IllegalArgumentException if a quote is left open, or a backslash ends the text
     */
    public static List<String> split(String command) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        int position = 0;
        while (position < command.length()) {
            char c = command.charAt(position++);
            if (isSpace(c)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
            } else if (c == '#' && !inWord) {
                int end = command.indexOf('\n', position);
                position = end < 0 ? command.length() : end + 1;
            } else {
                inWord = true;
                if (c == '"') {
                    position = doubleQuoted(command, position, word);
                } else if (c == '\'') {
                    int end = command.indexOf('\'', position);
                    if (end < 0) {
                        throw unclosed(command);
                    }
                    word.append(command, position, end);
                    position = end + 1;
                } else if (c == '\\') {
                    position = escaped(command, position, word);
                } else {
                    word.append(c);
                }
            }
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }

    private static int doubleQuoted(String command, int start, StringBuilder word) {
        int position = start;
        while (position < command.length()) {
            char c = command.charAt(position++);
            if (c == '"') {
                return position;
            }
            if (c == '\\') {
                position = escaped(command, position, word);
            } else {
                word.append(c);
            }
        }
        throw unclosed(command);
    }

    private static int escaped(String command, int position, StringBuilder word) {
        if (position == command.length()) {
            throw new IllegalArgumentException("'" + command + "' ends in a backslash; expected a character behind it");
        }
        word.append(command.charAt(position));
        return position + 1;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    private static IllegalArgumentException unclosed(String command) {
        return new IllegalArgumentException("'" + command + "' has a quote that is not closed");
    }
}
