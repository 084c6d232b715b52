package io.tun2socks.linux;

import java.io.IOException;

/** A system call, or a request to the kernel by netlink, failed. */
public final class ErrnoException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /**
     * Makes the exception.
     *
     * @param what what was tried, such as {@code ioctl}
     * @param errno the error number, see {@link Errno}
     */
    public ErrnoException(String what, int errno) {
        this(what, errno, "");
    }

    /**
     * Makes the exception.
     *
     * @param what what was tried
     * @param errno the error number, see {@link Errno}
     * @param detail the kernel's own words, or an empty string
     */
    public ErrnoException(String what, int errno, String detail) {
        super(what + ": " + Libc.strerror(errno) + (detail.isEmpty() ? "" : " (" + detail + ")"));
        this.errno = errno;
    }

    /** Returns the error number, greater than 0. */
    public int errno() {
        return errno;
    }

    /** Returns the kernel's description of the error number alone. */
    public String reason() {
        return Libc.strerror(errno);
    }
}
