package io.tun2socks.tcpstack.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.tun2socks.tcpstack.MemoryAccount;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.StackStats;
import io.tun2socks.tcpstack.icmp.IcmpLayer;
import io.tun2socks.tcpstack.icmp.Unreachable;
import io.tun2socks.tcpstack.ip.IpOutput;
import io.tun2socks.tcpstack.ip.PathMtus;
import io.tun2socks.tcpstack.timer.TimerWheel;
import io.tun2socks.tcpstack.wire.TcpHeader;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** All TCP connections of a stack: demultiplexing, new connections, limits. Confined to the stack's thread. */
public final class TcpLayer {
    /** The most connections in TIME-WAIT; over it the oldest ends early, as in Linux (tcp_max_tw_buckets). */
    private static final int MAX_TIME_WAIT = 8192;

    private final StackConfig config;
    private final StackStats stats;
    private final TcpContext context;
    private final ConnectionTable table;
    private final IsnGenerator isn;
    private final IcmpLayer icmp;
    private final PathMtus paths;
    private final Consumer<TcpConnection> onSyn;
    private final Runnable flushRequest;
    private final Segment segment = new Segment();
    private ArrayDeque<TcpConnection> dirty = new ArrayDeque<>();
    private ArrayDeque<TcpConnection> flushing = new ArrayDeque<>();
    private final ArrayDeque<TcpConnection> timeWaits = new ArrayDeque<>();
    private int timeWaitCount;
    private final SynQueue synQueue;

    /**
     * Makes an empty layer.
     *
     * @param config limits
     * @param stats counters
     * @param timers the stack's wheel
     * @param ip where segments go
     * @param icmp tells clients of unreachable targets
     * @param paths how long packets to clients may be
     * @param allocator for small copies
     * @param memory where the bytes of all flows count
     * @param random for ISNs and hash seeds
     * @param onSyn hears of half-open connections; sets their handler
     * @param flushRequest called when something becomes due while nothing was
     */
    public TcpLayer(
            StackConfig config,
            StackStats stats,
            TimerWheel timers,
            IpOutput ip,
            IcmpLayer icmp,
            PathMtus paths,
            ByteBufAllocator allocator,
            MemoryAccount memory,
            RandomGenerator random,
            Consumer<TcpConnection> onSyn,
            Runnable flushRequest) {
        this.config = config;
        this.stats = stats;
        this.icmp = icmp;
        this.paths = paths;
        this.onSyn = onSyn;
        this.flushRequest = flushRequest;
        this.isn = new IsnGenerator(random);
        this.table = new ConnectionTable(random.nextLong());
        this.context =
                new TcpContext(config, stats, timers, new TcpOutput(config, ip, stats, paths), allocator, this, memory);
        this.synQueue = new SynQueue(context, random);
    }

    /**
     * Sets the time of the event that is being handled.
     *
     * @param nowNanos the stack's clock
     */
    public void now(long nowNanos) {
        context.nowNanos = nowNanos;
    }

    /**
     * Handles a segment whose header and checksum have been checked.
     *
     * @param packet the packet, borrowed
     * @param offset where the TCP header begins
     * @param end where the segment ends
     * @return false if it belongs to no connection and is no SYN: another shard may know it, or it is to be passed to
     *     {@link #refuseUnknown}
     */
    public boolean input(ByteBuf packet, int offset, int end, long srcHi, long srcLo, long dstHi, long dstLo) {
        Segment s = segment;
        s.parse(packet, offset, end);
        int ports = packet.getInt(offset);
        TcpConnection connection = table.find(srcHi, srcLo, dstHi, dstLo, ports);
        boolean opening = s.has(TcpHeader.SYN) && !s.has(TcpHeader.ACK) && !s.has(TcpHeader.RST);
        long issFloor = 0;
        if (connection != null && opening && SegmentChecks.mayReplace(connection, s)) {
            issFloor = connection.sndNxt();
            connection.forget();
            connection = null;
        }
        if (connection != null && !connection.input(s)) {
            return true;
        }
        FourTuple tuple = new FourTuple(srcHi, srcLo, dstHi, dstLo, ports);
        if (opening) {
            open(s, tuple, issFloor);
            return true;
        }
        TcpConnection early = synQueue.onReturn(s, tuple);
        if (early == null) {
            return false;
        }
        if (mayAdd(s, early)) {
            add(early);
            early.input(s);
        } else {
            early.forget();
        }
        return true;
    }

    /** Answers a segment for which {@link #input} returned false with RST, unless it is one itself. */
    public void refuseUnknown(ByteBuf packet, int offset, int end, long srcHi, long srcLo, long dstHi, long dstLo) {
        segment.parse(packet, offset, end);
        if (!segment.has(TcpHeader.RST)) {
            context.output.resetFor(segment, new FourTuple(srcHi, srcLo, dstHi, dstLo, packet.getInt(offset)));
        }
    }

    /**
     * Takes a router's word that a segment of ours was too long for the path, if it is in flight (RFC 5927 4.1): who
     * cannot see the connection cannot slow it down.
     *
     * @param ports the client's port in the upper half, the target's in the lower
     * @param seq the sequence number of the segment
     * @param mtu the longest packet that the path takes
     * @return false if there is no such connection: another shard may know it
     */
    public boolean onPacketTooBig(
            long clientHi, long clientLo, long targetHi, long targetLo, int ports, int seq, int mtu) {
        TcpConnection connection = table.find(clientHi, clientLo, targetHi, targetLo, ports);
        if (connection == null) {
            return false;
        }
        Sender sender = connection.isOpen() ? connection.sender() : null;
        if (sender != null && sender.isInFlight(seq)) {
            stats.packetTooBig++;
            paths.reduce(clientHi, clientLo, mtu);
            sender.onMssReduced(context.output.mss(connection));
            connection.markDirty();
        } else {
            stats.ignored++;
        }
        return true;
    }

    private void open(Segment s, FourTuple tuple, long issFloor) {
        if (s.has(TcpHeader.FIN) || tuple.targetPort() == 0 || tuple.clientPort() == 0) {
            stats.malformed++;
        } else if (synQueue.isFull()) {
            synQueue.answer(s, tuple);
        } else if (mayAdd(s, tuple)) {
            synQueue.onAdded();
            PeerOptions peer = PeerOptions.of(s.options, tuple.isIpv4());
            add(new TcpConnection(context, tuple, Seq.initial(s.seq), peer, s.options.tsVal(), issFloor));
        }
    }

    /** Tells whether there may be one more connection; if not, the client is told by RST. */
    private boolean mayAdd(Segment s, FourTuple tuple) {
        if (context.memory.isFull()) {
            stats.memoryRefused++;
        } else if (table.size() < config.tcp().maxConnections() || endOldestTimeWait()) {
            return true;
        } else {
            stats.synOverflow++;
        }
        context.output.resetFor(s, tuple);
        return false;
    }

    private void add(TcpConnection connection) {
        table.add(connection);
        try {
            onSyn.accept(connection);
        } catch (RuntimeException e) {
            // The user knows nothing of it, so nobody would ever end it.
            connection.abandon();
            throw e;
        }
    }

    /** Sends what is due on all connections. */
    public void flush() {
        while (!dirty.isEmpty()) {
            ArrayDeque<TcpConnection> now = dirty;
            dirty = flushing;
            flushing = now;
            for (TcpConnection connection = now.poll(); connection != null; connection = now.poll()) {
                connection.flush();
            }
        }
    }

    /** Returns the number of connections, TIME-WAIT included. */
    public int size() {
        return table.size();
    }

    /** Returns the connections that are open now. */
    public List<TcpConnection> connections() {
        return table.all().stream().filter(TcpConnection::isOpen).toList();
    }

    /** Aborts everything and forgets what waits in TIME-WAIT. */
    public void close() {
        for (TcpConnection connection : table.all()) {
            connection.abort();
            connection.forget();
        }
        dirty.clear();
        timeWaits.clear();
    }

    void addDirty(TcpConnection connection) {
        if (dirty.isEmpty()) {
            flushRequest.run();
        }
        dirty.add(connection);
    }

    void remove(TcpConnection connection) {
        table.remove(connection);
    }

    /** A connection has entered TIME-WAIT: a storm of short connections must not fill the table with what is over. */
    void onTimeWait(TcpConnection connection) {
        timeWaits.add(connection);
        timeWaitCount++;
        while (timeWaits.peek().state() != TcpState.TIME_WAIT) {
            timeWaits.remove();
        }
        if (timeWaitCount > MAX_TIME_WAIT) {
            endOldestTimeWait();
        }
    }

    void onTimeWaitEnded() {
        timeWaitCount--;
    }

    private boolean endOldestTimeWait() {
        for (TcpConnection oldest = timeWaits.poll(); oldest != null; oldest = timeWaits.poll()) {
            if (oldest.state() == TcpState.TIME_WAIT) {
                oldest.forget();
                return true;
            }
        }
        return false;
    }

    SynQueue synQueue() {
        return synQueue;
    }

    void sendUnreachable(TcpConnection c, Unreachable reason, int seq) {
        icmp.unreachableForTcp(
                c.clientHi, c.clientLo, c.clientPort(), c.targetHi, c.targetLo, c.targetPort(), seq, reason);
    }

    int nextIsn(TcpConnection c) {
        return isn.next(c.clientHi, c.clientLo, c.targetHi, c.targetLo, c.ports, context.nowNanos);
    }

    int nextTimestampOffset(FourTuple c) {
        return (int) (isn.hash(c.targetHi, c.targetLo, c.clientHi, c.clientLo, c.ports) >>> 32);
    }
}
