package io.tun2socks.device;

import io.tun2socks.linux.Errno;
import io.tun2socks.linux.ErrnoException;
import io.tun2socks.linux.InterfaceAddress;
import io.tun2socks.linux.Libc;
import io.tun2socks.linux.NetInterface;
import io.tun2socks.linux.NetInterfaces;
import io.tun2socks.linux.TunAttributes;
import io.tun2socks.linux.Users;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Views, creates and deletes the TUN and TAP devices of the calling thread's network namespace. Any thread. */
public final class TunDevices {
    private TunDevices() {}

    /**
     * Lists the TUN and TAP devices, whoever made them.
     *
     * @return them, in the kernel's order
     * @throws DeviceException if the kernel does not answer
     */
    public static List<TunInfo> list() throws DeviceException {
        try (NetInterfaces interfaces = NetInterfaces.open()) {
            List<TunInfo> list = new ArrayList<>();
            for (NetInterface link : interfaces.list()) {
                if (link.isTunOrTap() && link.tun().isPresent()) {
                    list.add(describe(link, link.tun().get(), interfaces.addresses(link.index())));
                }
            }
            return list;
        } catch (ErrnoException e) {
            throw new DeviceException("cannot list devices: " + e.getMessage());
        }
    }

    private static TunInfo describe(NetInterface link, TunAttributes tun, List<InterfaceAddress> addresses) {
        return new TunInfo(
                link.name(),
                tun.tap() ? "tap" : "tun",
                tun.packetInformation(),
                tun.vnetHeader(),
                tun.multiQueue(),
                tun.queues(),
                tun.persistent(),
                tun.owner() < 0 ? "" : Users.userName(tun.owner()),
                tun.group() < 0 ? "" : Users.groupName(tun.group()),
                link.mtu(),
                link.up(),
                link.carrier(),
                addresses.stream().map(InterfaceAddress::toString).toList());
    }

    /**
     * Creates a device that stays until it is deleted.
     *
     * @param spec what device
     * @return the device's name
     * @throws DeviceException if it cannot be had; nothing is left behind
     */
    public static String create(PersistentSpec spec) throws DeviceException {
        LinuxTun.checkName(spec.name(), true);
        List<InterfaceAddress> addresses = TunSpecCheck.addresses(spec.name(), spec.addresses());
        if (spec.mtu() != 0) {
            TunSpecCheck.checkMtu(spec.name(), spec.mtu(), addresses);
        }
        OptionalLong owner = spec.owner() == null ? OptionalLong.empty() : require("user", spec.owner());
        OptionalLong group = spec.group() == null ? OptionalLong.empty() : require("group", spec.group());
        int fd = LinuxTun.openCloneDevice();
        try (NetInterfaces interfaces = NetInterfaces.open()) {
            LinuxTun.Identity identity = attachNew(fd, spec, interfaces);
            if (owner.isPresent()) {
                LinuxTun.setOwner(fd, owner.getAsLong());
            }
            if (group.isPresent()) {
                LinuxTun.setGroup(fd, group.getAsLong());
            }
            NetInterface link = interfaces
                    .find(identity.name())
                    .orElseThrow(() -> new DeviceException("device " + identity.name() + ": gone at once"));
            new InterfaceSetup(interfaces, link).apply(spec.mtu(), addresses, spec.up());
            // Last: until here, closing the descriptor removes the device.
            LinuxTun.setPersistent(fd, true);
            return identity.name();
        } catch (ErrnoException e) {
            throw new DeviceException("device " + spec.name() + ": cannot create it: " + e.getMessage());
        } finally {
            Libc.close(fd);
        }
    }

    private static LinuxTun.Identity attachNew(int fd, PersistentSpec spec, NetInterfaces interfaces)
            throws ErrnoException, DeviceException {
        String name = spec.name();
        if (!name.contains("%d") && interfaces.find(name).isPresent()) {
            throw new DeviceException("device " + name + ": the name is taken: choose another name, or delete it");
        }
        int flags = (spec.tap() ? LinuxTun.IFF_TAP : LinuxTun.IFF_TUN)
                | LinuxTun.IFF_NO_PI
                | LinuxTun.IFF_TUN_EXCL
                | (spec.multiQueue() ? LinuxTun.IFF_MULTI_QUEUE : 0)
                | (spec.vnetHeader() ? LinuxTun.IFF_VNET_HDR : 0);
        try {
            LinuxTun.attach(fd, name, flags);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EPERM) {
                throw noPermission(name, "create");
            }
            throw e;
        }
        return LinuxTun.identify(fd);
    }

    private static OptionalLong require(String what, String nameOrNumber) throws DeviceException {
        OptionalLong id = what.equals("user") ? Users.userId(nameOrNumber) : Users.groupId(nameOrNumber);
        if (id.isEmpty()) {
            throw new DeviceException("there is no " + what + " \"" + nameOrNumber + "\"");
        }
        return id;
    }

    /**
     * Deletes a TUN or TAP device, whoever made it.
     *
     * @param name its name
     * @param force whether also when a program is attached to it, which then loses it
     * @throws DeviceException if there is none of that name, it is in use, or the user may not
     */
    public static void delete(String name, boolean force) throws DeviceException {
        LinuxTun.checkName(name, false);
        try (NetInterfaces interfaces = NetInterfaces.open()) {
            NetInterface link = interfaces
                    .find(name)
                    .orElseThrow(() -> new DeviceException("device " + name + ": there is no such device"));
            if (!link.isTunOrTap()) {
                throw new DeviceException("device " + name + ": it is no TUN or TAP device");
            }
            if (link.carrier() && !force) {
                throw new DeviceException("device " + name + ": busy: it is attached to "
                        + TunHolders.find(name).orElse("another process") + ": stop that, or force the deletion");
            }
            interfaces.delete(link.index());
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EPERM) {
                throw noPermission(name, "delete");
            }
            throw new DeviceException("device " + name + ": cannot delete it: " + e.getMessage());
        }
    }

    private static DeviceException noPermission(String name, String what) {
        return new DeviceException("device " + name + ": no permission to " + what
                + " it: run as root, or give the program CAP_NET_ADMIN");
    }
}
