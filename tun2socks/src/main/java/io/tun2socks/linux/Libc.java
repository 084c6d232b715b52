package io.tun2socks.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;

/** The libc calls that the program needs for set-up. Any thread. */
public final class Libc {
    /** Flag of {@link #open}: read and write. */
    public static final int O_RDWR = 2;
    /** Flag of {@link #open} and of {@code F_SETFL}: never block. */
    public static final int O_NONBLOCK = 0x800;
    /** Flag of {@link #open}: not for children. */
    public static final int O_CLOEXEC = 0x80000;

    /** Command of {@link #fcntl}: set the descriptor's flags. */
    public static final int F_SETFD = 2;
    /** Command of {@link #fcntl}: get the file's status flags. */
    public static final int F_GETFL = 3;
    /** Command of {@link #fcntl}: set the file's status flags. */
    public static final int F_SETFL = 4;
    /** Flag of {@link #F_SETFD}: close on exec. */
    public static final int FD_CLOEXEC = 1;

    /** Flag of {@link #setns}: a network namespace. */
    public static final int CLONE_NEWNET = 0x40000000;

    private Libc() {}

    /**
     * Opens a file.
     *
     * @param path the path
     * @param flags the O_ flags
     * @return a descriptor
     * @throws ErrnoException if the kernel refuses
     */
    public static int open(String path, int flags) throws ErrnoException {
        try {
            return Calls.open(path, flags);
        } catch (LastErrorException e) {
            throw new ErrnoException("open " + path, e.getErrorCode());
        }
    }

    /**
     * Closes a descriptor; errors are of no use to anyone and are dropped.
     *
     * @param fd the descriptor
     */
    public static void close(int fd) {
        try {
            Calls.close(fd);
        } catch (LastErrorException e) {
            // Linux frees the descriptor even when close reports an error.
        }
    }

    /**
     * An ioctl with a plain number as argument.
     *
     * @param fd the descriptor
     * @param request the request number
     * @param value the argument
     * @return the result, 0 or more
     * @throws ErrnoException if the kernel refuses
     */
    public static int ioctl(int fd, int request, int value) throws ErrnoException {
        try {
            return Calls.ioctl(fd, unsigned(request), new NativeLong(value));
        } catch (LastErrorException e) {
            throw new ErrnoException("ioctl 0x" + Integer.toHexString(request), e.getErrorCode());
        }
    }

    /**
     * An ioctl with a structure as argument.
     *
     * @param fd the descriptor
     * @param request the request number
     * @param argument the structure, read and written
     * @throws ErrnoException if the kernel refuses
     */
    public static void ioctl(int fd, int request, byte[] argument) throws ErrnoException {
        try {
            Calls.ioctl(fd, unsigned(request), argument);
        } catch (LastErrorException e) {
            throw new ErrnoException("ioctl 0x" + Integer.toHexString(request), e.getErrorCode());
        }
    }

    /**
     * Gets or sets flags of a descriptor.
     *
     * @param fd the descriptor
     * @param command one of the F_ commands
     * @param argument its argument, or 0
     * @return the result
     * @throws ErrnoException if the kernel refuses
     */
    public static int fcntl(int fd, int command, int argument) throws ErrnoException {
        try {
            return Calls.fcntl(fd, command, new NativeLong(argument));
        } catch (LastErrorException e) {
            throw new ErrnoException("fcntl", e.getErrorCode());
        }
    }

    /**
     * Moves the calling thread into a namespace.
     *
     * @param fd a descriptor of the namespace
     * @param type what kind it must be, such as {@link #CLONE_NEWNET}
     * @throws ErrnoException if the kernel refuses
     */
    public static void setns(int fd, int type) throws ErrnoException {
        try {
            Calls.setns(fd, type);
        } catch (LastErrorException e) {
            throw new ErrnoException("setns", e.getErrorCode());
        }
    }

    static int socket(int domain, int type, int protocol) throws ErrnoException {
        try {
            return Calls.socket(domain, type, protocol);
        } catch (LastErrorException e) {
            throw new ErrnoException("socket", e.getErrorCode());
        }
    }

    static void setsockopt(int fd, int level, int name, byte[] value) throws ErrnoException {
        try {
            Calls.setsockopt(fd, level, name, value, value.length);
        } catch (LastErrorException e) {
            throw new ErrnoException("setsockopt", e.getErrorCode());
        }
    }

    static void send(int fd, byte[] data, int length) throws ErrnoException {
        try {
            Calls.send(fd, data, new NativeLong(length), 0);
        } catch (LastErrorException e) {
            throw new ErrnoException("send", e.getErrorCode());
        }
    }

    static int recv(int fd, byte[] data) throws ErrnoException {
        try {
            return Calls.recv(fd, data, new NativeLong(data.length), 0).intValue();
        } catch (LastErrorException e) {
            throw new ErrnoException("recv", e.getErrorCode());
        }
    }

    static String strerror(int errno) {
        return Calls.strerror(errno);
    }

    static Pointer getpwnam(String name) {
        return Calls.getpwnam(name);
    }

    static Pointer getpwuid(int uid) {
        return Calls.getpwuid(uid);
    }

    static Pointer getgrnam(String name) {
        return Calls.getgrnam(name);
    }

    static Pointer getgrgid(int gid) {
        return Calls.getgrgid(gid);
    }

    private static NativeLong unsigned(int request) {
        return new NativeLong(request & 0xffff_ffffL);
    }

    /** The natives themselves; JNA binds them when the class is first used. */
    /**
     * Gives a signal its default effect.
     *
     * @param number the signal's number
     */
    public static void defaultSignal(int number) {
        Calls.signal(number, Pointer.NULL);
    }

    private static final class Calls {
        static {
            Native.register(Calls.class, "c");
        }

        static native int open(String path, int flags) throws LastErrorException;

        static native int close(int fd) throws LastErrorException;

        static native int ioctl(int fd, NativeLong request, NativeLong value) throws LastErrorException;

        static native int ioctl(int fd, NativeLong request, byte[] argument) throws LastErrorException;

        static native int fcntl(int fd, int command, NativeLong argument) throws LastErrorException;

        static native int setns(int fd, int type) throws LastErrorException;

        static native int socket(int domain, int type, int protocol) throws LastErrorException;

        static native int setsockopt(int fd, int level, int name, byte[] value, int length) throws LastErrorException;

        static native NativeLong send(int fd, byte[] data, NativeLong length, int flags) throws LastErrorException;

        static native NativeLong recv(int fd, byte[] data, NativeLong length, int flags) throws LastErrorException;

        static native Pointer signal(int number, Pointer handler);

        static native String strerror(int errno);

        static native Pointer getpwnam(String name);

        static native Pointer getpwuid(int uid);

        static native Pointer getgrnam(String name);

        static native Pointer getgrgid(int gid);
    }
}
