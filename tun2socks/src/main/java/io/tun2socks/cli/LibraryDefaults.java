package io.tun2socks.cli;

/**
 * System properties of the libraries, set before these are loaded; what the user has set stays.
 *
 * <p>Here and not in the launcher, so that {@code java -jar} gets them, too.
 */
final class LibraryDefaults {
    private LibraryDefaults() {}

    /** Sets them. */
    static void apply() {
        set("io.netty.leakDetection.level", "disabled");
        // Otherwise Netty lists all network interfaces at start to make up channel ids that are unique in the world.
        set("io.netty.machineId", "00:00:5e:00:53:01");
        set("io.netty.processId", "1");
        // Netty's events for Java Flight Recorder cost a fifth of the start-up time.
        set("io.netty.jfr.enabled", "false");
        // Lets Netty free direct memory itself where the launcher opens java.nio to it; no harm where not.
        set("io.netty.tryReflectionSetAccessible", "true");
        // Only the library in our jar is tried and fits.
        set("jna.nosys", "true");
    }

    private static void set(String name, String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }
}
