package io.tun2socks.tcpstack.udp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.tun2socks.tcpstack.MemoryAccount;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.StackStats;
import io.tun2socks.tcpstack.icmp.IcmpLayer;
import io.tun2socks.tcpstack.icmp.Unreachable;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.ip.IpOutput;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.UdpHeader;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** All UDP endpoints of a stack (RFC 768). Confined to the stack's thread. */
public final class UdpLayer {
    /** Payloads below this are copied, so that a few bytes do not pin a whole read buffer of 64 KiB. */
    private static final int COPY_THRESHOLD = 4096;

    private final StackConfig config;
    private final StackStats stats;
    private final IpOutput ip;
    private final IcmpLayer icmp;
    private final ByteBufAllocator allocator;
    private final MemoryAccount memory;
    private final Consumer<UdpEndpoint> onNew;
    private final long seed;
    private final ArrayDeque<UdpEndpoint> touched = new ArrayDeque<>();
    private UdpEndpoint[] buckets = new UdpEndpoint[256];
    private int size;

    /**
     * Makes an empty layer.
     *
     * @param config limits
     * @param stats counters
     * @param ip where datagrams go
     * @param icmp where errors go
     * @param allocator for small copies
     * @param memory where the bytes of all flows count
     * @param random for the hash seed
     * @param onNew hears of new endpoints; sets their handler
     */
    public UdpLayer(
            StackConfig config,
            StackStats stats,
            IpOutput ip,
            IcmpLayer icmp,
            ByteBufAllocator allocator,
            MemoryAccount memory,
            RandomGenerator random,
            Consumer<UdpEndpoint> onNew) {
        this.config = config;
        this.stats = stats;
        this.ip = ip;
        this.icmp = icmp;
        this.allocator = allocator;
        this.memory = memory;
        this.onNew = onNew;
        this.seed = random.nextLong() | 1;
    }

    /**
     * Handles a datagram, or a super-datagram, whose header and checksum have been checked.
     *
     * @param packet the packet, borrowed
     * @param offset where the UDP header begins
     * @param end where the payload ends
     * @param segmentSize the payload of each datagram in a super-datagram, or 0
     */
    public void input(
            ByteBuf packet, int offset, int end, int segmentSize, long srcHi, long srcLo, long dstHi, long dstLo) {
        int sourcePort = UdpHeader.sourcePort(packet, offset);
        int port = UdpHeader.destinationPort(packet, offset);
        if (sourcePort == 0 || port == 0) {
            stats.malformed++;
            return;
        }
        UdpEndpoint endpoint = find(srcHi, srcLo, sourcePort);
        if (endpoint == null) {
            if (size >= config.maxUdpEndpoints()) {
                stats.udpOverflow++;
                return;
            }
            if (memory.isFull()) {
                stats.memoryRefused++;
                return;
            }
            endpoint = new UdpEndpoint(this, srcHi, srcLo, sourcePort);
            add(endpoint);
            onNew.accept(endpoint);
        }
        int at = offset + UdpHeader.LENGTH;
        do {
            int length = segmentSize == 0 ? end - at : Math.min(segmentSize, end - at);
            stats.datagramsIn++;
            endpoint.deliver(dstHi, dstLo, port, slice(packet, at, length));
            at += length;
        } while (at < end);
        if (!endpoint.touched) {
            endpoint.touched = true;
            touched.add(endpoint);
        }
    }

    /** Tells the endpoints that got datagrams since the last call that the batch is complete. */
    public void batchComplete() {
        for (UdpEndpoint endpoint = touched.poll(); endpoint != null; endpoint = touched.poll()) {
            endpoint.batchComplete();
        }
    }

    /** Tells whether a client's address and port have an endpoint. */
    public boolean isOpen(long clientHi, long clientLo, int clientPort) {
        return find(clientHi, clientLo, clientPort) != null;
    }

    /** Returns the number of endpoints. */
    public int size() {
        return size;
    }

    /**
     * Hashes a source; the same on every stack that was given the same seed.
     *
     * @return a well-mixed hash
     */
    public static int hash(long hi, long lo, int port, long seed) {
        long h = (seed ^ hi) * 0x9e3779b97f4a7c15L;
        h = (h ^ (h >>> 32) ^ lo) * 0xff51afd7ed558ccdL;
        h = (h ^ (h >>> 32) ^ port) * 0xc4ceb9fe1a85ec53L;
        return (int) (h >>> 32);
    }

    void send(UdpEndpoint endpoint, IpAddress source, int port, ByteBuf payload) {
        int length = UdpHeader.LENGTH + payload.readableBytes();
        boolean ipv4 = source.isIpv4();
        if (length > 65535 - (ipv4 ? IpOutput.headerLength(true) : 0)) {
            stats.malformed++;
            return;
        }
        stats.datagramsOut++;
        ByteBuf out = ip.begin(source.hi(), source.lo(), endpoint.clientHi, endpoint.clientLo);
        UdpHeader.write(out, port, endpoint.clientPort, length, 0);
        if (payload.isReadable()) {
            ip.packet().addSlice(payload, payload.readerIndex(), payload.readableBytes());
        }
        ip.send(IpProtocol.UDP, UdpHeader.CHECKSUM_OFFSET, VirtioNetHeader.GSO_NONE, 0);
    }

    void unreachable(UdpEndpoint endpoint, IpAddress destination, int port, ByteBuf payload, Unreachable reason) {
        icmp.unreachableForUdp(
                endpoint.clientHi,
                endpoint.clientLo,
                endpoint.clientPort,
                destination.hi(),
                destination.lo(),
                port,
                payload,
                reason);
    }

    void remove(UdpEndpoint endpoint) {
        int bucket = bucket(endpoint.clientHi, endpoint.clientLo, endpoint.clientPort);
        UdpEndpoint before = null;
        for (UdpEndpoint e = buckets[bucket]; e != null; before = e, e = e.tableNext) {
            if (e == endpoint) {
                if (before == null) {
                    buckets[bucket] = e.tableNext;
                } else {
                    before.tableNext = e.tableNext;
                }
                e.tableNext = null;
                size--;
                return;
            }
        }
    }

    private ByteBuf slice(ByteBuf packet, int offset, int length) {
        if (length < COPY_THRESHOLD) {
            return allocator.directBuffer(Math.max(length, 1)).writeBytes(packet, offset, length);
        }
        return packet.retainedSlice(offset, length);
    }

    private UdpEndpoint find(long hi, long lo, int port) {
        UdpEndpoint e = buckets[bucket(hi, lo, port)];
        while (e != null && !e.matches(hi, lo, port)) {
            e = e.tableNext;
        }
        return e;
    }

    private void add(UdpEndpoint endpoint) {
        if (size >= buckets.length) {
            UdpEndpoint[] old = buckets;
            buckets = new UdpEndpoint[old.length * 2];
            for (UdpEndpoint head : old) {
                UdpEndpoint e = head;
                while (e != null) {
                    UdpEndpoint next = e.tableNext;
                    link(e);
                    e = next;
                }
            }
        }
        link(endpoint);
        size++;
    }

    private void link(UdpEndpoint endpoint) {
        int bucket = bucket(endpoint.clientHi, endpoint.clientLo, endpoint.clientPort);
        endpoint.tableNext = buckets[bucket];
        buckets[bucket] = endpoint;
    }

    private int bucket(long hi, long lo, int port) {
        return hash(hi, lo, port, seed) & (buckets.length - 1);
    }
}
