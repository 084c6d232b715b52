package io.tun2socks.cli;

/** The exit codes of the program. */
final class ExitCode {
    /** All went well; for a run of the proxy: it was told to stop, and all is undone. */
    static final int OK = 0;
    /** What was asked for could not be done. */
    static final int FAILURE = 1;
    /** What was asked for, by flags or configuration file, is not understood. */
    static final int USAGE = 2;

    private ExitCode() {}
}
