package io.tun2socks.config.clash;

import io.tun2socks.config.GoScalars;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** What single values mean where a type is expected; wrong ones are {@link IllegalArgumentException}s with a message. */
final class Scalars {
    private static final Pattern WHOLE_FLOAT = Pattern.compile("[+-]?[0-9]+\\.0*");

    private Scalars() {}

    /**
     * Reads a boolean; Go's YAML takes the words of YAML 1.1 where a boolean is wanted.
     *
     * @param loose whether a number will do as well
     */
    static boolean bool(ScalarNode node, boolean loose) {
        String text = node.getValue();
        if (node.isPlain()) {
            switch (text) {
                case "true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON" -> {
                    return true;
                }
                case "false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF" -> {
                    return false;
                }
                default -> {
                    if (loose && (text.equals("0") || text.equals("1"))) {
                        return text.equals("1");
                    }
                }
            }
        }
        String quoted = node.isPlain() ? "" : " in quotes is a text";
        throw new IllegalArgumentException(
                Findings.quote(text) + (quoted.isEmpty() ? " is not a boolean" : quoted) + "; expected true or false");
    }

    /**
     * Reads an integer.
     *
     * @param loose whether a text in quotes and a fraction of zero will do as well
     */
    static long integer(ScalarNode node, boolean loose, long min, long max) {
        String text = node.getValue();
        String expected = "; expected " + range(min, max);
        if (!node.isPlain() && !loose) {
            throw new IllegalArgumentException(Findings.quote(text) + " in quotes is a text" + expected);
        }
        String whole = loose && WHOLE_FLOAT.matcher(text).matches() ? text.substring(0, text.indexOf('.')) : text;
        long value;
        try {
            value = GoScalars.integer(whole, Long.MIN_VALUE, Long.MAX_VALUE);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(Findings.quote(text) + " is not an integer" + expected, e);
        }
        if (value < min || value > max) {
            throw new IllegalArgumentException(text + " is out of range" + expected);
        }
        return value;
    }

    private static String range(long min, long max) {
        if (min == Integer.MIN_VALUE) {
            return "a number";
        }
        return max >= Integer.MAX_VALUE ? "a number, " + min + " or more" : "a number, " + min + " to " + max;
    }
}
