package io.tun2socks.device;

import io.netty.channel.epoll.Epoll;
import io.tun2socks.linux.Errno;
import io.tun2socks.linux.ErrnoException;
import io.tun2socks.linux.InterfaceAddress;
import io.tun2socks.linux.Libc;
import io.tun2socks.linux.NetInterface;
import io.tun2socks.linux.NetInterfaces;
import io.tun2socks.linux.TunAttributes;
import io.tun2socks.linux.Users;
import io.tun2socks.tcpstack.Offloads;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens one TUN device; holds what is to be given back if that fails half-way. Used once, by one thread. */
final class TunOpener {
    private static final Logger log = LoggerFactory.getLogger(TunOpener.class);

    private final TunSpec spec;
    private final List<InterfaceAddress> addresses;
    private final List<Integer> fds = new ArrayList<>();
    private NetInterfaces interfaces;
    private InterfaceSetup setup;

    private TunOpener(TunSpec spec, List<InterfaceAddress> addresses) {
        this.spec = spec;
        this.addresses = addresses;
    }

    static TunDevice open(TunSpec spec) throws DeviceException {
        TunOpener opener = new TunOpener(spec, TunSpecCheck.check(spec));
        // Loads the library behind Netty's FileDescriptor.
        Epoll.ensureAvailability();
        boolean inherited = spec.inheritedFd() >= 0;
        TunDevice device = null;
        try {
            device = inherited ? opener.inherit() : opener.openByName();
            return device;
        } finally {
            if (device == null) {
                opener.giveUp(inherited);
            }
        }
    }

    private void giveUp(boolean inherited) {
        if (setup != null) {
            setup.undo();
        }
        if (!inherited) {
            fds.forEach(Libc::close);
        }
        if (interfaces != null) {
            interfaces.close();
        }
    }

    private TunDevice openByName() throws DeviceException {
        String name = spec.name();
        interfaces = openInterfaces();
        // A name to be filled in is always new.
        Optional<NetInterface> existing = name.contains("%d") ? Optional.empty() : find(name);
        if (existing.isPresent()) {
            checkAttachable(existing.get());
        }
        LinuxTun.Identity identity = attachFirst(name, existing);
        attachMore(identity);
        return finish(identity, existing.isPresent());
    }

    private void checkAttachable(NetInterface existing) throws DeviceException {
        String name = existing.name();
        if (!existing.isTunOrTap()) {
            throw new DeviceException("device " + name + ": the name is taken by an interface of another kind"
                    + (existing.kind().isEmpty() ? "" : " (" + existing.kind() + ")") + ": choose another name");
        }
        if (existing.tun().isPresent()) {
            TunAttributes tun = existing.tun().get();
            if (tun.tap()) {
                throw new DeviceException("device " + name + ": it is a TAP device, a TUN device is needed:"
                        + " choose another name, or delete it and create a TUN device");
            }
            if (tun.multiQueue() && tun.queues() > 0) {
                // The kernel would let us in, and share the flows out between us and them.
                throw busy(name);
            }
        }
    }

    private LinuxTun.Identity attachFirst(String name, Optional<NetInterface> existing) throws DeviceException {
        int fd = LinuxTun.openCloneDevice();
        fds.add(fd);
        int flags = LinuxTun.IFF_TUN | LinuxTun.IFF_NO_PI | (spec.offloads() ? LinuxTun.IFF_VNET_HDR : 0);
        Optional<Boolean> existingMulti = existing.flatMap(NetInterface::tun).map(TunAttributes::multiQueue);
        boolean multi = existingMulti.orElse(spec.queues() > 1);
        try {
            try {
                LinuxTun.attach(fd, name, multi ? flags | LinuxTun.IFF_MULTI_QUEUE : flags);
            } catch (ErrnoException e) {
                // A kernel without multi-queue, or one that does not tell how the existing device was made.
                if (e.errno() != Errno.EINVAL || existingMulti.isPresent() || (!multi && existing.isEmpty())) {
                    throw e;
                }
                LinuxTun.attach(fd, name, multi ? flags : flags | LinuxTun.IFF_MULTI_QUEUE);
            }
            return LinuxTun.identify(fd);
        } catch (ErrnoException e) {
            throw attachRefused(name, existing, e);
        }
    }

    private void attachMore(LinuxTun.Identity identity) throws DeviceException {
        String name = identity.name();
        if (spec.queues() > 1 && !identity.has(LinuxTun.IFF_MULTI_QUEUE)) {
            log.warn("{}: the device is not multi-queue: one queue instead of {}", name, spec.queues());
            return;
        }
        int flags = LinuxTun.IFF_TUN
                | LinuxTun.IFF_NO_PI
                | LinuxTun.IFF_MULTI_QUEUE
                | (identity.flags() & LinuxTun.IFF_VNET_HDR);
        while (fds.size() < spec.queues()) {
            int fd = LinuxTun.openCloneDevice();
            try {
                LinuxTun.attach(fd, name, flags);
            } catch (ErrnoException e) {
                Libc.close(fd);
                log.warn("{}: {} queues instead of {}: {}", name, fds.size(), spec.queues(), e.reason());
                return;
            }
            fds.add(fd);
        }
    }

    private TunDevice inherit() throws DeviceException {
        int fd = spec.inheritedFd();
        String label = "fd://" + fd;
        LinuxTun.Identity identity = identifyInherited(fd, label);
        label += " (" + identity.name() + ")";
        if (identity.has(LinuxTun.IFF_TAP)) {
            throw new DeviceException(label + ": it is a TAP device, a TUN device is needed");
        }
        try {
            Libc.fcntl(fd, Libc.F_SETFL, Libc.fcntl(fd, Libc.F_GETFL, 0) | Libc.O_NONBLOCK);
            Libc.fcntl(fd, Libc.F_SETFD, Libc.FD_CLOEXEC);
        } catch (ErrnoException e) {
            throw new DeviceException(label + ": " + e.getMessage());
        }
        if (spec.queues() > 1) {
            log.info("{}: an inherited descriptor is one queue, not {}", label, spec.queues());
        }
        fds.add(fd);
        interfaces = openInterfacesOf(fd);
        return finish(identity, true);
    }

    private static LinuxTun.Identity identifyInherited(int fd, String label) throws DeviceException {
        try {
            return LinuxTun.identify(fd);
        } catch (ErrnoException e) {
            throw new DeviceException(label + ": "
                    + switch (e.errno()) {
                        case Errno.EBADF -> "no such file descriptor is open: start the program with one";
                        case Errno.EBADFD -> "it is no interface yet, or no more: attach it with TUNSETIFF";
                        default -> "it is no descriptor of " + LinuxTun.CLONE_DEVICE;
                    });
        }
    }

    private TunDevice finish(LinuxTun.Identity identity, boolean existedBefore) throws DeviceException {
        String name = identity.name();
        NetInterface before = find(name)
                .orElseThrow(() -> new DeviceException(
                        "device " + name + ": it is in another network namespace, which cannot be entered"));
        // TUNGETIFF cannot tell: its IFF_NO_PI bit is also IFF_NOFILTER, which is nearly always set.
        if (before.tun().map(TunAttributes::packetInformation).orElse(false)) {
            throw new DeviceException(
                    "device " + name + ": its packets have packet information headers: open it with IFF_NO_PI");
        }
        setup = new InterfaceSetup(interfaces, before);
        boolean vnetHeader = identity.has(LinuxTun.IFF_VNET_HDR);
        Offloads offloads = vnetHeader ? setUpOffloads(name) : Offloads.NONE;
        if (spec.offloads() && !vnetHeader) {
            log.info("{}: the device has no virtio-net header: no offloads", name);
        }
        setup.apply(spec.mtu(), addresses, spec.bringUp());
        int mtu = spec.mtu() != 0 ? spec.mtu() : before.mtu();
        log.debug("{}: {} queue(s), MTU {}, vnet_hdr {}, {}", name, fds.size(), mtu, vnetHeader, offloads);
        // What we have created goes away as a whole.
        Runnable undo = existedBefore ? setup::undo : () -> {};
        return new TunDevice(name, mtu, offloads, vnetHeader, List.copyOf(fds), interfaces, undo);
    }

    private Offloads setUpOffloads(String name) throws DeviceException {
        int fd = fds.get(0);
        try {
            int length = LinuxTun.vnetHeaderLength(fd);
            if (length != TunQueue.VNET_HEADER) {
                LinuxTun.setVnetHeaderLength(fd, TunQueue.VNET_HEADER);
                setup.onUndo(() -> LinuxTun.setVnetHeaderLength(fd, length));
            }
            // The kernel's header is in the byte order of the machine unless told otherwise; that is little endian on
            // all that we run on, so TUNSETVNETLE would change nothing.
            setup.onUndo(() -> LinuxTun.setOffloads(fd, Offloads.NONE));
            if (spec.offloads()) {
                return LinuxTun.negotiateOffloads(name, offloads -> LinuxTun.setOffloads(fd, offloads));
            }
            LinuxTun.setOffloads(fd, Offloads.NONE);
            return Offloads.NONE;
        } catch (ErrnoException e) {
            throw new DeviceException("device " + name + ": cannot set up its virtio-net header: " + e.getMessage());
        }
    }

    private static DeviceException attachRefused(String name, Optional<NetInterface> existing, ErrnoException e) {
        return switch (e.errno()) {
            case Errno.EPERM, Errno.EACCES ->
                new DeviceException("device " + name + ": no permission to "
                        + (existing.isPresent() ? "use it" + ownerOf(existing.get()) : "create it")
                        + ": run as root, or give the program CAP_NET_ADMIN");
            case Errno.EBUSY -> busy(name);
            default ->
                new DeviceException("device " + name + ": the kernel refuses to "
                        + (existing.isPresent() ? "attach to it" : "create it") + ": " + e.reason());
        };
    }

    private static String ownerOf(NetInterface existing) {
        long owner = existing.tun().map(TunAttributes::owner).orElse(-1L);
        return owner < 0 ? "" : " (its owner is " + Users.userName(owner) + ")";
    }

    private static DeviceException busy(String name) {
        return new DeviceException("device " + name + ": busy: it is attached to "
                + TunHolders.find(name).orElse("another process") + ": stop that, or choose another name");
    }

    private Optional<NetInterface> find(String name) throws DeviceException {
        try {
            return interfaces.find(name);
        } catch (ErrnoException e) {
            throw new DeviceException("device " + name + ": " + e.getMessage());
        }
    }

    private static NetInterfaces openInterfaces() throws DeviceException {
        try {
            return NetInterfaces.open();
        } catch (ErrnoException e) {
            throw new DeviceException("cannot ask the kernel about network interfaces: " + e.getMessage());
        }
    }

    /** The interfaces of the namespace that an inherited device lives in, which need not be ours. */
    private static NetInterfaces openInterfacesOf(int fd) throws DeviceException {
        int namespace;
        try {
            namespace = LinuxTun.openNamespaceOf(fd);
        } catch (ErrnoException e) {
            // Before Linux 5.2, or without CAP_NET_ADMIN there: it will be ours.
            log.debug("fd://{}: network namespace unknown: {}", fd, e.getMessage());
            return openInterfaces();
        }
        try {
            return NetInterfaces.openIn(namespace);
        } catch (ErrnoException e) {
            log.debug("fd://{}: cannot enter the network namespace: {}", fd, e.getMessage());
            return openInterfaces();
        } finally {
            Libc.close(namespace);
        }
    }
}
