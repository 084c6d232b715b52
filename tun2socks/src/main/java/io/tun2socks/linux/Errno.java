package io.tun2socks.linux;

/** Error numbers of Linux, the same on all architectures that the program runs on (asm-generic/errno.h). */
public final class Errno {
    /** Operation not permitted. */
    public static final int EPERM = 1;
    /** No such file. */
    public static final int ENOENT = 2;
    /** Input or output error; writing to a TUN device that is down. */
    public static final int EIO = 5;
    /** No such device behind a device file. */
    public static final int ENXIO = 6;
    /** Bad file descriptor. */
    public static final int EBADF = 9;
    /** Permission denied. */
    public static final int EACCES = 13;
    /** Device or resource busy. */
    public static final int EBUSY = 16;
    /** Already there. */
    public static final int EEXIST = 17;
    /** No such device. */
    public static final int ENODEV = 19;
    /** Invalid argument. */
    public static final int EINVAL = 22;
    /** Not a device that knows the ioctl. */
    public static final int ENOTTY = 25;
    /** File descriptor in bad state; a TUN descriptor without a device. */
    public static final int EBADFD = 77;
    /** Not supported. */
    public static final int EOPNOTSUPP = 95;
    /** Address family not supported. */
    public static final int EAFNOSUPPORT = 97;
    /** The address is not there. */
    public static final int EADDRNOTAVAIL = 99;

    private Errno() {}
}
