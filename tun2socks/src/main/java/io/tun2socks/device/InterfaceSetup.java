package io.tun2socks.device;

import io.tun2socks.linux.Errno;
import io.tun2socks.linux.ErrnoException;
import io.tun2socks.linux.InterfaceAddress;
import io.tun2socks.linux.NetInterface;
import io.tun2socks.linux.NetInterfaces;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets up one interface and remembers how it was.
 *
 * <p>Nothing is changed that is already as wanted, so a user without CAP_NET_ADMIN can use a device that was set up for
 * him. One thread.
 */
final class InterfaceSetup {
    private static final Logger log = LoggerFactory.getLogger(InterfaceSetup.class);

    private final NetInterfaces interfaces;
    private final NetInterface before;
    private final String name;
    private final Deque<Step> undo = new ArrayDeque<>();

    /** One step of the way back. */
    @FunctionalInterface
    interface Step {
        void run() throws ErrnoException;
    }

    InterfaceSetup(NetInterfaces interfaces, NetInterface before) {
        this.interfaces = interfaces;
        this.before = before;
        this.name = before.name();
    }

    /**
     * Applies settings, in the order in which the kernel needs them.
     *
     * @param mtu the MTU, or 0 to keep it
     * @param addresses addresses to add
     * @param up whether to set the interface up
     * @throws DeviceException if one is refused; those before it stay until {@link #undo}
     */
    void apply(int mtu, List<InterfaceAddress> addresses, boolean up) throws DeviceException {
        if (mtu != 0) {
            setMtu(mtu);
        } else {
            requireMtuFor(addresses);
        }
        for (InterfaceAddress address : addresses) {
            addAddress(address);
        }
        if (up) {
            setUp();
        }
    }

    private void requireMtuFor(List<InterfaceAddress> addresses) throws DeviceException {
        boolean ipv6 = addresses.stream().anyMatch(address -> !address.address().isIpv4());
        if (ipv6 && before.mtu() < TunSpecCheck.MIN_IPV6_MTU) {
            throw new DeviceException("device " + name + ": its MTU is " + before.mtu()
                    + ", an IPv6 address needs at least " + TunSpecCheck.MIN_IPV6_MTU + ": set the MTU as well");
        }
    }

    private void setMtu(int mtu) throws DeviceException {
        if (before.mtu() == mtu) {
            return;
        }
        try {
            interfaces.setMtu(before.index(), mtu);
        } catch (ErrnoException e) {
            throw refused("set MTU " + mtu, e, "its MTU is " + before.mtu());
        }
        onUndo(() -> interfaces.setMtu(before.index(), before.mtu()));
    }

    private void addAddress(InterfaceAddress address) throws DeviceException {
        try {
            interfaces.addAddress(before.index(), address);
        } catch (ErrnoException e) {
            switch (e.errno()) {
                case Errno.EEXIST -> {
                    return;
                }
                case Errno.EACCES ->
                    throw new DeviceException("device " + name + ": cannot add " + address
                            + ": IPv6 is disabled on it: run \"sysctl -w net.ipv6.conf.default.disable_ipv6=0"
                            + " net.ipv6.conf.all.disable_ipv6=0\", or leave IPv6 addresses out");
                case Errno.EOPNOTSUPP, Errno.EAFNOSUPPORT ->
                    throw new DeviceException("device " + name + ": cannot add " + address
                            + ": this kernel runs without IPv6: leave IPv6 addresses out");
                case Errno.EPERM -> {
                    if (has(address)) {
                        return;
                    }
                    throw refused("add address " + address, e, "it has no such address");
                }
                default -> throw refused("add address " + address, e, "");
            }
        }
        onUndo(() -> interfaces.removeAddress(before.index(), address));
    }

    private boolean has(InterfaceAddress address) throws DeviceException {
        try {
            return interfaces.addresses(before.index()).contains(address);
        } catch (ErrnoException e) {
            throw refused("list addresses", e, "");
        }
    }

    private void setUp() throws DeviceException {
        if (before.up()) {
            return;
        }
        try {
            interfaces.setUp(before.index(), true);
        } catch (ErrnoException e) {
            throw refused("set it up", e, "it is down");
        }
        onUndo(() -> interfaces.setUp(before.index(), false));
    }

    private DeviceException refused(String what, ErrnoException e, String state) {
        String reason = e.errno() == Errno.EPERM
                ? "that needs CAP_NET_ADMIN (run as root)" + (state.isEmpty() ? "" : ", and " + state)
                : e.getMessage();
        return new DeviceException("device " + name + ": cannot " + what + ": " + reason);
    }

    /** Adds a step of the way back, to be run before those that were added earlier. */
    void onUndo(Step step) {
        undo.push(step);
    }

    /** Puts everything back that can be; a device that has gone needs nothing. */
    void undo() {
        while (!undo.isEmpty()) {
            try {
                undo.pop().run();
            } catch (ErrnoException e) {
                log.debug("{}: undo: {}", name, e.getMessage());
            }
        }
    }
}
