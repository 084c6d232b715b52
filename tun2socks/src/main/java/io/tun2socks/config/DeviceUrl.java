package io.tun2socks.config;

import java.util.Locale;

/**
 * Which device the user means.
 *
 * @param name the interface name, or null with {@code fd}
 * @param fd an inherited file descriptor, or -1 with {@code name}
 */
public record DeviceUrl(String name, int fd) {
    private static final String EXPECTED = "expected tun0, tun://tun0 or fd://3";

    /**
     * Parses {@code [driver://]name}.
     *
     * <p>As in xjasonlyu's program, what follows the name in a URL (path, query, fragment) is ignored.
     *
     * @param text what the user wrote
     * @return the device
     * @throws IllegalArgumentException if the driver is unknown, the name is missing or the descriptor is not a number
     */
    public static DeviceUrl parse(String text) {
        int colon = text.indexOf("://");
        String driver = colon < 0 ? "tun" : text.substring(0, colon).toLowerCase(Locale.ROOT);
        String name = colon < 0 ? text : text.substring(colon + 3).split("[/?#]", 2)[0];
        if (name.isEmpty()) {
            throw new IllegalArgumentException("'" + text + "' names no device; " + EXPECTED);
        }
        return switch (driver) {
            case "tun" -> new DeviceUrl(name, -1);
            case "fd" -> new DeviceUrl(null, descriptor(text, name));
            default ->
                throw new IllegalArgumentException(
                        "'" + text + "' has the driver '" + driver + "', which is not known here; " + EXPECTED);
        };
    }

    private static int descriptor(String text, String name) {
        try {
            return (int) GoScalars.integer(name, 0, Integer.MAX_VALUE);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' has no file descriptor number; " + EXPECTED, e);
        }
    }

    /** Returns {@code tun0} or {@code fd://3}. */
    @Override
    public String toString() {
        return name != null ? name : "fd://" + fd;
    }
}
