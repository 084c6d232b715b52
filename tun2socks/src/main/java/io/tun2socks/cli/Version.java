package io.tun2socks.cli;

/** What this is and what it runs on. */
final class Version {
    private Version() {}

    /** Returns the version of the program, or {@code dev} when it does not run from its jar. */
    static String number() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }

    /** Returns two lines: program, then Java and system. */
    static String text() {
        return "tun2socks " + number() + System.lineSeparator()
                + property("java.vm.name") + " " + property("java.vm.version") + " (" + property("java.vendor") + "), "
                + property("os.name") + " " + property("os.version") + " " + property("os.arch");
    }

    private static String property(String name) {
        return System.getProperty(name, "unknown");
    }
}
