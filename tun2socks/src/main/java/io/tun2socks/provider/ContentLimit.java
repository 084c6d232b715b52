package io.tun2socks.provider;

/**
 * How much a provider's file may hold. Reading a set takes several times its file's size for a while, and a heap that
 * overflows ends the program: a server must not be able to do that.
 */
public final class ContentLimit {
    private static final long LEAST = 4L << 20;

    private ContentLimit() {}

    /** Returns the most bytes that a file may have: a sixteenth of the heap, at least 4 MiB. */
    public static long bytes() {
        return Math.max(LEAST, Runtime.getRuntime().maxMemory() / 16);
    }

    /** Returns the most bytes that a compressed file may unpack to: twice as many. */
    public static long unpackedBytes() {
        return 2 * bytes();
    }

    /**
     * Returns the limit of a download.
     *
     * @param asked what the configuration allows, 0 for no limit of its own
     * @return the lesser of that and {@link #bytes}
     */
    static long of(long asked) {
        return asked > 0 ? Math.min(asked, bytes()) : bytes();
    }

    /** Returns what is to be said of a file that is too long. */
    static String exceeded(long size) {
        return "the file has " + size + " bytes; expected at most " + bytes()
                + ", a sixteenth of the heap (TUN2SOCKS_JAVA_OPTS=-Xmx… raises it)";
    }
}
