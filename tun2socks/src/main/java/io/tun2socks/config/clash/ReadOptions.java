package io.tun2socks.config.clash;

import java.nio.file.Path;

/**
 * How a configuration is read.
 *
 * @param home the directory that relative paths begin at and, unless {@code anyPath}, that the providers' files lie in;
 *     absolute and normalized
 * @param skipUnsupported whether proxies of types that this program does not serve are left out instead of being errors
 * @param anyPath whether the providers' files may lie anywhere
 */
public record ReadOptions(Path home, boolean skipUnsupported, boolean anyPath) {
    /** The variable of the environment by which mihomo is told to take any path. */
    public static final String ANY_PATH_VARIABLE = "SKIP_SAFE_PATH_CHECK";

    /** Makes the path absolute. */
    public ReadOptions {
        home = home.toAbsolutePath().normalize();
    }

    /**
     * Returns the options for a file: its directory is the home; the paths are checked unless the variable
     * {@value #ANY_PATH_VARIABLE} says otherwise.
     *
     * @param file the configuration
     * @return the options
     */
    public static ReadOptions forFile(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        String any = System.getenv(ANY_PATH_VARIABLE);
        boolean anyPath = "1".equals(any) || "true".equalsIgnoreCase(any) || "t".equalsIgnoreCase(any);
        return new ReadOptions(directory == null ? Path.of("/") : directory, false, anyPath);
    }

    /**
     * Returns the same options with another home.
     *
     * @param directory where relative paths begin
     * @return the options
     */
    public ReadOptions withHome(Path directory) {
        return new ReadOptions(directory, skipUnsupported, anyPath);
    }

    /** Returns the same options, with proxies of types that are not served left out. */
    public ReadOptions withSkipUnsupported() {
        return new ReadOptions(home, true, anyPath);
    }

    /** Returns the same options, with providers' files anywhere. */
    public ReadOptions withAnyPath() {
        return new ReadOptions(home, skipUnsupported, true);
    }
}
