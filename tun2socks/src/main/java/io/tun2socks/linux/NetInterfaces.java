package io.tun2socks.linux;

import io.tun2socks.tcpstack.ip.IpAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The network interfaces of one network namespace: that of the thread that opened the object.
 *
 * <p>Speaks rtnetlink, so it needs no tool and no mounted sysfs. Any thread.
 */
public final class NetInterfaces implements AutoCloseable {
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_GETLINK = 18;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_DELADDR = 21;
    private static final int RTM_GETADDR = 22;

    private static final int IFINFOMSG_LENGTH = 16;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_CARRIER = 33;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_INFO_DATA = 2;
    private static final int IFF_UP = 1;

    private static final int IFLA_TUN_OWNER = 1;
    private static final int IFLA_TUN_GROUP = 2;
    private static final int IFLA_TUN_TYPE = 3;
    private static final int IFLA_TUN_PI = 4;
    private static final int IFLA_TUN_VNET_HDR = 5;
    private static final int IFLA_TUN_PERSIST = 6;
    private static final int IFLA_TUN_MULTI_QUEUE = 7;
    private static final int IFLA_TUN_NUM_QUEUES = 8;
    private static final int TUN_TYPE_TAP = 2;

    private static final int IFADDRMSG_LENGTH = 8;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_F_NODAD = 2;
    private static final int AF_UNSPEC = 0;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private final NetlinkSocket socket;

    private NetInterfaces(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * Opens the interfaces of the calling thread's network namespace.
     *
     * @return the interfaces, to be closed
     * @throws ErrnoException if the kernel gives no netlink socket
     */
    public static NetInterfaces open() throws ErrnoException {
        return new NetInterfaces(NetlinkSocket.open());
    }

    /**
     * Opens the interfaces of another network namespace.
     *
     * @param namespaceFd a descriptor of the namespace; stays the caller's
     * @return the interfaces, to be closed
     * @throws ErrnoException if the namespace cannot be entered
     */
    public static NetInterfaces openIn(int namespaceFd) throws ErrnoException {
        // Only a thread enters a namespace: this one is thrown away, and the socket stays in the namespace.
        Object[] result = new Object[1];
        Thread thread = new Thread(
                () -> {
                    try {
                        Libc.setns(namespaceFd, Libc.CLONE_NEWNET);
                        result[0] = open();
                    } catch (ErrnoException e) {
                        result[0] = e;
                    }
                },
                "tun2socks-setns");
        thread.start();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (result[0] instanceof ErrnoException e) {
            throw e;
        }
        return (NetInterfaces) result[0];
    }

    /**
     * Lists all interfaces.
     *
     * @return them, in the kernel's order
     * @throws ErrnoException if the kernel refuses
     */
    public List<NetInterface> list() throws ErrnoException {
        List<NetInterface> list = new ArrayList<>();
        NetlinkRequest request = link(RTM_GETLINK, NetlinkRequest.FLAG_DUMP, 0, 0, 0);
        socket.exchange("list interfaces", request, body -> list.add(parseLink(body)));
        return list;
    }

    /**
     * Finds an interface by name.
     *
     * @param name the name
     * @return the interface, or empty if none has the name
     * @throws ErrnoException if the kernel refuses
     */
    public Optional<NetInterface> find(String name) throws ErrnoException {
        return findOne(link(RTM_GETLINK, 0, 0, 0, 0).attribute(IFLA_IFNAME, name));
    }

    /**
     * Finds an interface by index.
     *
     * @param index the index
     * @return the interface, or empty if none has the index
     * @throws ErrnoException if the kernel refuses
     */
    public Optional<NetInterface> find(int index) throws ErrnoException {
        return findOne(link(RTM_GETLINK, 0, index, 0, 0));
    }

    private Optional<NetInterface> findOne(NetlinkRequest request) throws ErrnoException {
        List<NetInterface> found = new ArrayList<>(1);
        try {
            socket.exchange("find interface", request, body -> found.add(parseLink(body)));
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENODEV) {
                return Optional.empty();
            }
            throw e;
        }
        return found.stream().findFirst();
    }

    /**
     * Sets the MTU.
     *
     * @param index the interface
     * @param mtu the MTU in bytes
     * @throws ErrnoException EPERM without CAP_NET_ADMIN, EINVAL if the interface cannot have it
     */
    public void setMtu(int index, int mtu) throws ErrnoException {
        change("set mtu " + mtu, link(RTM_NEWLINK, 0, index, 0, 0).attribute(IFLA_MTU, mtu));
    }

    /**
     * Sets an interface up or down.
     *
     * @param index the interface
     * @param up whether up
     * @throws ErrnoException EPERM without CAP_NET_ADMIN
     */
    public void setUp(int index, boolean up) throws ErrnoException {
        change("set " + (up ? "up" : "down"), link(RTM_NEWLINK, 0, index, up ? IFF_UP : 0, IFF_UP));
    }

    /**
     * Removes a virtual interface.
     *
     * @param index the interface
     * @throws ErrnoException EPERM without CAP_NET_ADMIN, EOPNOTSUPP for hardware
     */
    public void delete(int index) throws ErrnoException {
        change("delete interface", link(RTM_DELLINK, 0, index, 0, 0));
    }

    /**
     * Lists the addresses of an interface.
     *
     * @param index the interface
     * @return its addresses, IPv4 first
     * @throws ErrnoException if the kernel refuses
     */
    public List<InterfaceAddress> addresses(int index) throws ErrnoException {
        List<InterfaceAddress> list = new ArrayList<>();
        NetlinkRequest request = address(RTM_GETADDR, NetlinkRequest.FLAG_DUMP, AF_UNSPEC, 0, 0, 0);
        socket.exchange("list addresses", request, body -> {
            if (body.getInt(4) == index) {
                Map<Integer, ByteBuffer> attributes = NetlinkSocket.attributes(body, IFADDRMSG_LENGTH);
                ByteBuffer value = attributes.getOrDefault(IFA_LOCAL, attributes.get(IFA_ADDRESS));
                if (value != null && (value.limit() == 4 || value.limit() == 16)) {
                    list.add(new InterfaceAddress(IpAddress.of(NetlinkSocket.bytes(value)), body.get(1) & 0xff));
                }
            }
        });
        return list;
    }

    /**
     * Adds an address; an IPv6 one is usable at once, without duplicate address detection.
     *
     * @param index the interface
     * @param address the address
     * @throws ErrnoException EEXIST if it is there, EPERM without CAP_NET_ADMIN, EACCES if IPv6 is disabled on the
     *     interface, EOPNOTSUPP if the kernel has no IPv6
     */
    public void addAddress(int index, InterfaceAddress address) throws ErrnoException {
        change(
                "add address " + address,
                addressRequest(RTM_NEWADDR, NetlinkRequest.FLAG_CREATE_EXCLUSIVE, index, address));
    }

    /**
     * Removes an address.
     *
     * @param index the interface
     * @param address the address
     * @throws ErrnoException EADDRNOTAVAIL if it is not there, EPERM without CAP_NET_ADMIN
     */
    public void removeAddress(int index, InterfaceAddress address) throws ErrnoException {
        change("remove address " + address, addressRequest(RTM_DELADDR, 0, index, address));
    }

    private static NetlinkRequest addressRequest(int type, int flags, int index, InterfaceAddress address) {
        boolean ipv4 = address.address().isIpv4();
        byte[] bytes = address.address().toBytes();
        return address(type, flags, ipv4 ? AF_INET : AF_INET6, address.prefixLength(), ipv4 ? 0 : IFA_F_NODAD, index)
                .attribute(IFA_LOCAL, bytes)
                .attribute(IFA_ADDRESS, bytes);
    }

    private void change(String what, NetlinkRequest request) throws ErrnoException {
        socket.exchange(what, request, body -> {});
    }

    /** A request with a struct ifinfomsg (linux/rtnetlink.h). */
    private static NetlinkRequest link(int type, int flags, int index, int linkFlags, int changed) {
        return new NetlinkRequest(type, flags)
                .putByte(AF_UNSPEC)
                .putByte(0)
                .putShort(0)
                .putInt(index)
                .putInt(linkFlags)
                .putInt(changed);
    }

    /** A request with a struct ifaddrmsg (linux/if_addr.h). */
    private static NetlinkRequest address(
            int type, int flags, int family, int prefixLength, int addressFlags, int index) {
        return new NetlinkRequest(type, flags)
                .putByte(family)
                .putByte(prefixLength)
                .putByte(addressFlags)
                .putByte(0)
                .putInt(index);
    }

    private static NetInterface parseLink(ByteBuffer body) {
        Map<Integer, ByteBuffer> attributes = NetlinkSocket.attributes(body, IFINFOMSG_LENGTH);
        String kind = "";
        Optional<TunAttributes> tun = Optional.empty();
        ByteBuffer info = attributes.get(IFLA_LINKINFO);
        if (info != null) {
            Map<Integer, ByteBuffer> nested = NetlinkSocket.attributes(info, 0);
            ByteBuffer kindValue = nested.get(IFLA_INFO_KIND);
            kind = kindValue == null ? "" : NetlinkSocket.string(kindValue);
            ByteBuffer data = nested.get(IFLA_INFO_DATA);
            if (kind.equals("tun") && data != null) {
                tun = Optional.of(parseTun(NetlinkSocket.attributes(data, 0)));
            }
        }
        return new NetInterface(
                body.getInt(4),
                NetlinkSocket.string(attributes.get(IFLA_IFNAME)),
                attributes.get(IFLA_MTU).getInt(0),
                (body.getInt(8) & IFF_UP) != 0,
                flag(attributes, IFLA_CARRIER),
                kind,
                tun);
    }

    private static TunAttributes parseTun(Map<Integer, ByteBuffer> attributes) {
        ByteBuffer type = attributes.get(IFLA_TUN_TYPE);
        ByteBuffer queues = attributes.get(IFLA_TUN_NUM_QUEUES);
        return new TunAttributes(
                type != null && type.get(0) == TUN_TYPE_TAP,
                flag(attributes, IFLA_TUN_PI),
                flag(attributes, IFLA_TUN_VNET_HDR),
                flag(attributes, IFLA_TUN_MULTI_QUEUE),
                flag(attributes, IFLA_TUN_PERSIST),
                number(attributes, IFLA_TUN_OWNER),
                number(attributes, IFLA_TUN_GROUP),
                queues == null ? -1 : queues.getInt(0));
    }

    private static boolean flag(Map<Integer, ByteBuffer> attributes, int type) {
        ByteBuffer value = attributes.get(type);
        return value != null && value.get(0) != 0;
    }

    private static long number(Map<Integer, ByteBuffer> attributes, int type) {
        ByteBuffer value = attributes.get(type);
        return value == null ? -1 : value.getInt(0) & 0xffff_ffffL;
    }

    @Override
    public void close() {
        socket.close();
    }
}
