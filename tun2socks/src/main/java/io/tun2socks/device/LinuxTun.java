package io.tun2socks.device;

import io.tun2socks.linux.Errno;
import io.tun2socks.linux.ErrnoException;
import io.tun2socks.linux.Libc;
import io.tun2socks.tcpstack.Offloads;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ioctls of {@code /dev/net/tun} (linux/if_tun.h). Any thread. */
final class LinuxTun {
    static final String CLONE_DEVICE = "/dev/net/tun";
    /** The longest name of an interface in bytes (IFNAMSIZ without the NUL). */
    static final int MAX_NAME = 15;
    /** The most queues of a device (MAX_TAP_QUEUES). */
    static final int MAX_QUEUES = 256;

    static final int IFF_TUN = 0x0001;
    static final int IFF_TAP = 0x0002;
    static final int IFF_MULTI_QUEUE = 0x0100;
    static final int IFF_NO_PI = 0x1000;
    static final int IFF_VNET_HDR = 0x4000;
    static final int IFF_TUN_EXCL = 0x8000;

    private static final int TUNSETIFF = writes(202);
    private static final int TUNSETPERSIST = writes(203);
    private static final int TUNSETOWNER = writes(204);
    private static final int TUNSETGROUP = writes(206);
    private static final int TUNSETOFFLOAD = writes(208);
    private static final int TUNGETIFF = reads(210);
    private static final int TUNGETVNETHDRSZ = reads(215);
    private static final int TUNSETVNETHDRSZ = writes(216);
    private static final int TUNGETDEVNETNS = 'T' << 8 | 227;

    private static final int TUN_F_CSUM = 0x01;
    private static final int TUN_F_TSO4 = 0x02;
    private static final int TUN_F_TSO6 = 0x04;
    private static final int TUN_F_USO4 = 0x20;
    private static final int TUN_F_USO6 = 0x40;

    private static final int IFREQ_LENGTH = 40;
    private static final int IFREQ_FLAGS = 16;

    private static final Logger log = LoggerFactory.getLogger(LinuxTun.class);

    /**
     * What offloads are asked for, one after the other: each step leaves out what a kernel most likely lacks. USO came
     * with Linux 6.2 and exists only for both families at once.
     */
    private static final List<Offloads> OFFLOAD_STEPS = List.of(
            Offloads.ALL,
            new Offloads(true, true, true, false, false),
            new Offloads(true, true, false, false, false),
            new Offloads(true, false, false, false, false));

    private LinuxTun() {}

    private static int writes(int number) {
        return 1 << 30 | 4 << 16 | 'T' << 8 | number;
    }

    private static int reads(int number) {
        return 2 << 30 | 4 << 16 | 'T' << 8 | number;
    }

    /**
     * The device behind a descriptor.
     *
     * @param name its name now
     * @param flags its IFF_ flags
     */
    record Identity(String name, int flags) {
        boolean has(int flag) {
            return (flags & flag) != 0;
        }
    }

    /** Opens the clone device, not attached to any interface yet. */
    static int openCloneDevice() throws DeviceException {
        try {
            return Libc.open(CLONE_DEVICE, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
        } catch (ErrnoException e) {
            throw new DeviceException(
                    switch (e.errno()) {
                        case Errno.ENOENT ->
                            "there is no " + CLONE_DEVICE
                                    + ": load the driver with \"modprobe tun\"; in a container, pass the device in"
                                    + " (--device " + CLONE_DEVICE + ")";
                        case Errno.ENODEV, Errno.ENXIO ->
                            CLONE_DEVICE + " has no driver behind it: load it with \"modprobe tun\"";
                        case Errno.EACCES, Errno.EPERM ->
                            "no permission to open " + CLONE_DEVICE
                                    + ": run as root, or let this user read and write it";
                        default -> "cannot open " + CLONE_DEVICE + ": " + e.reason();
                    });
        }
    }

    /** Attaches a descriptor to an interface, which is created if none has the name (TUNSETIFF). */
    static void attach(int fd, String name, int flags) throws ErrnoException {
        byte[] request = new byte[IFREQ_LENGTH];
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, request, 0, bytes.length);
        ByteBuffer.wrap(request).order(ByteOrder.nativeOrder()).putShort(IFREQ_FLAGS, (short) flags);
        Libc.ioctl(fd, TUNSETIFF, request);
    }

    /** Tells what interface a descriptor is attached to (TUNGETIFF). */
    static Identity identify(int fd) throws ErrnoException {
        byte[] request = new byte[IFREQ_LENGTH];
        Libc.ioctl(fd, TUNGETIFF, request);
        int length = 0;
        while (length < MAX_NAME && request[length] != 0) {
            length++;
        }
        int flags = ByteBuffer.wrap(request).order(ByteOrder.nativeOrder()).getShort(IFREQ_FLAGS) & 0xffff;
        return new Identity(new String(request, 0, length, StandardCharsets.UTF_8), flags);
    }

    static void setPersistent(int fd, boolean persistent) throws ErrnoException {
        Libc.ioctl(fd, TUNSETPERSIST, persistent ? 1 : 0);
    }

    static void setOwner(int fd, long uid) throws ErrnoException {
        Libc.ioctl(fd, TUNSETOWNER, (int) uid);
    }

    static void setGroup(int fd, long gid) throws ErrnoException {
        Libc.ioctl(fd, TUNSETGROUP, (int) gid);
    }

    static int vnetHeaderLength(int fd) throws ErrnoException {
        byte[] value = new byte[4];
        Libc.ioctl(fd, TUNGETVNETHDRSZ, value);
        return ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
    }

    static void setVnetHeaderLength(int fd, int length) throws ErrnoException {
        byte[] value = ByteBuffer.allocate(4)
                .order(ByteOrder.nativeOrder())
                .putInt(length)
                .array();
        Libc.ioctl(fd, TUNSETVNETHDRSZ, value);
    }

    /** Opens the network namespace that a descriptor's interface lives in (Linux 5.2); the caller closes it. */
    static int openNamespaceOf(int fd) throws ErrnoException {
        return Libc.ioctl(fd, TUNGETDEVNETNS, 0);
    }

    /** Asks the kernel for a set of offloads. */
    @FunctionalInterface
    interface OffloadSetter {
        void set(Offloads offloads) throws ErrnoException;
    }

    /**
     * Asks for all offloads and takes what there is.
     *
     * @param device the device's name, for the log
     * @param setter {@link #setOffloads} on a descriptor attached with IFF_VNET_HDR
     * @return the offloads in force
     */
    static Offloads negotiateOffloads(String device, OffloadSetter setter) {
        for (Offloads offloads : OFFLOAD_STEPS) {
            try {
                setter.set(offloads);
                if (!offloads.equals(Offloads.ALL)) {
                    log.info("{}: the kernel refused offloads: {}", device, refused(offloads));
                }
                return offloads;
            } catch (ErrnoException e) {
                log.debug("{}: offloads {}: {}", device, offloads, e.getMessage());
            }
        }
        log.info("{}: the kernel refused offloads: {}", device, refused(Offloads.NONE));
        return Offloads.NONE;
    }

    static void setOffloads(int fd, Offloads offloads) throws ErrnoException {
        int bits = (offloads.checksum() ? TUN_F_CSUM : 0)
                | (offloads.tso4() ? TUN_F_TSO4 : 0)
                | (offloads.tso6() ? TUN_F_TSO6 : 0)
                | (offloads.uso4() ? TUN_F_USO4 : 0)
                | (offloads.uso6() ? TUN_F_USO6 : 0);
        Libc.ioctl(fd, TUNSETOFFLOAD, bits);
    }

    private static String refused(Offloads granted) {
        StringJoiner names = new StringJoiner(", ");
        if (!granted.checksum()) {
            names.add("checksum");
        }
        if (!granted.tso4()) {
            names.add("TSO4");
        }
        if (!granted.tso6()) {
            names.add("TSO6");
        }
        if (!granted.uso4()) {
            names.add("USO4");
        }
        if (!granted.uso6()) {
            names.add("USO6");
        }
        return names.toString();
    }

    /**
     * Checks the name of an interface as the kernel does (dev_valid_name).
     *
     * @param name the name
     * @param pattern whether one {@code %d} for the kernel to fill in is allowed
     * @throws DeviceException if the kernel would not have it; says what is wrong
     */
    static void checkName(String name, boolean pattern) throws DeviceException {
        String problem = null;
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        String[] parts = name.split("%d", -1);
        if (name.isEmpty()) {
            problem = "is empty";
        } else if (length > MAX_NAME) {
            problem = "has " + length + " bytes: the longest name of an interface has " + MAX_NAME;
        } else if (name.equals(".") || name.equals("..")) {
            problem = "is not possible";
        } else if (name.chars().anyMatch(c -> c == '/' || c == ':' || c <= ' ' || c == 0x7f || c == 0xa0)) {
            problem = "has a character that no interface name may have (space, / or :)";
        } else if (parts.length > (pattern ? 2 : 1) || Arrays.stream(parts).anyMatch(part -> part.contains("%"))) {
            problem = pattern ? "may have % only as one %d for the kernel to fill in" : "may not have %";
        }
        if (problem != null) {
            throw new DeviceException("device name \"" + name + "\" " + problem);
        }
    }
}
