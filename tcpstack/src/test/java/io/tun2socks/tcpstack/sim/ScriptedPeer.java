package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.FlowHandler;
import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.Stack;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.tcp.CloseReason;
import io.tun2socks.tcpstack.tcp.TcpConnection;
import io.tun2socks.tcpstack.tcp.TcpHandler;
import io.tun2socks.tcpstack.udp.UdpEndpoint;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A peer that follows a script, as packetdrill does: inject a segment, expect a segment at about a time. Sequence
 * numbers are relative: SYN is 0 on both sides, the first byte 1. The script is the application behind the stack as
 * well.
 */
public final class ScriptedPeer implements AutoCloseable {
    /** How much later than expected a segment may come: a timer's tick, and a little. */
    private static final long TOLERANCE = 2 * SimClock.MS;

    private static final int CLIENT_ISN = 0x7fff_0000;

    /** One connection of the stack and what its handler was told. */
    public static final class Flow implements TcpHandler {
        public final TcpConnection connection;
        public final StringBuilder received = new StringBuilder();
        public final List<ByteBuf> held = new ArrayList<>();
        public boolean established;
        public boolean inputShutdown;
        public int writable;
        public CloseReason closed;
        /** Whether data is reported as consumed at once. */
        public boolean consuming = true;

        Flow(TcpConnection connection) {
            this.connection = connection;
            connection.handler(this);
        }

        @Override
        public void onEstablished() {
            established = true;
        }

        @Override
        public void onData(ByteBuf data) {
            received.append(data.toString(StandardCharsets.ISO_8859_1));
            if (consuming) {
                int length = data.readableBytes();
                data.release();
                connection.consumed(length);
            } else {
                held.add(data);
            }
        }

        /** Consumes everything that was held back. */
        public void consumeAll() {
            int length = 0;
            for (ByteBuf data : held) {
                length += data.readableBytes();
                data.release();
            }
            held.clear();
            connection.consumed(length);
        }

        @Override
        public void onInputShutdown() {
            inputShutdown = true;
        }

        @Override
        public void onWritable() {
            writable++;
        }

        @Override
        public void onClosed(CloseReason reason) {
            assertThat(closed).as("closed twice").isNull();
            closed = reason;
        }
    }

    private final SimClock clock = new SimClock(1_000_000_000L);
    private final EventQueue events = new EventQueue(clock);
    private final SimHost host;
    private final ArrayDeque<Seg> fromStack = new ArrayDeque<>();
    private final ArrayDeque<byte[]> otherFromStack = new ArrayDeque<>();
    private final List<Flow> flows = new ArrayList<>();
    private FlowKey key = FlowKey.v4(40000);
    private int serverIsn;
    private int tsOffset;
    private boolean timestamps;
    private RuntimeException userFailure;

    /** Makes a peer of a stack. */
    public ScriptedPeer(StackConfig config) {
        this(config, true);
    }

    /** Makes a peer of a stack for very many packets: a leak is found, but not where it began. */
    static ScriptedPeer untraced(StackConfig config) {
        return new ScriptedPeer(config, false);
    }

    private ScriptedPeer(StackConfig config, boolean traceLeaks) {
        host = new SimHost(
                events,
                config,
                42,
                traceLeaks,
                new FlowHandler() {
                    @Override
                    public void onTcp(TcpConnection connection) {
                        if (userFailure != null) {
                            throw userFailure;
                        }
                        flows.add(new Flow(connection));
                    }

                    @Override
                    public void onUdp(UdpEndpoint endpoint) {
                        endpoint.close();
                    }
                },
                this::capture);
    }

    /** Returns a peer on a device without offloads, MTU 1500. */
    public static ScriptedPeer plain() {
        return new ScriptedPeer(StackConfig.defaults(1500, Offloads.NONE));
    }

    /** Returns a peer on a device with all offloads, MTU 1500. */
    public static ScriptedPeer offloading() {
        return new ScriptedPeer(StackConfig.defaults(1500, Offloads.ALL));
    }

    private void capture(byte[] ip) {
        Seg s = Packets.tcp(ip);
        if (s == null || !Packets.destination(ip).equals(key.client())) {
            otherFromStack.add(ip);
            return;
        }
        s.atNanos = events.now();
        fromStack.add(s);
    }

    /** Makes the stack's user fail on each new flow, or, with null, take it as usual. */
    public ScriptedPeer userFailsWith(RuntimeException failure) {
        userFailure = failure;
        return this;
    }

    /** Uses other addresses or ports from now on. */
    public ScriptedPeer use(FlowKey flow) {
        key = flow;
        return this;
    }

    /** Returns the latest flow. */
    public Flow flow() {
        return flows.get(flows.size() - 1);
    }

    /** Returns how many flows there were. */
    public int flowCount() {
        return flows.size();
    }

    /** Returns the stack. */
    public Stack stack() {
        return host.stack();
    }

    /** Returns the milliseconds since the script began. */
    public long nowMillis() {
        return (clock.now() - 1_000_000_000L) / SimClock.MS;
    }

    /** Returns an ISN of the stack that has been seen last. */
    public int serverIsn() {
        return serverIsn;
    }

    // ---- what the script does ----

    /** Sends a segment whose numbers are relative, and lets the stack answer. */
    public ScriptedPeer inject(Seg s) {
        return injectRaw(absolute(s));
    }

    /** Sends a super-segment as a device with offloads hands it over. */
    public ScriptedPeer injectSuper(Seg s, int mss) {
        return deliver(new SimPacket(Packets.tcp(key, absolute(s)), VirtioNetHeader.GSO_TCPV4, mss));
    }

    private Seg absolute(Seg s) {
        int[] sack = Arrays.stream(s.sack).map(edge -> edge + serverIsn).toArray();
        Seg wire = Seg.of(s.flags)
                .seq(s.seq + CLIENT_ISN)
                .ack(s.has(Seg.ACK) ? s.ack + serverIsn : 0)
                .window(s.window)
                .mss(s.mss)
                .windowScale(s.windowScale)
                .sackPermitted(s.sackPermitted)
                .sack(sack)
                .data(s.payload);
        if (s.timestamps) {
            wire.timestamps(s.tsVal, s.tsEcr);
        } else if (timestamps && !s.has(Seg.RST)) {
            wire.timestamps((int) nowMillis() + tsOffset, 0);
        }
        return wire;
    }

    /** Sends a segment whose numbers stand as they are. */
    public ScriptedPeer injectRaw(Seg s) {
        return deliver(SimPacket.plain(Packets.tcp(key, s)));
    }

    /** Sends any packet. */
    public ScriptedPeer deliver(SimPacket packet) {
        host.receive(packet);
        return settle();
    }

    /** Hands several segments over as one device read: the stack answers after the last. */
    public ScriptedPeer injectBatch(Seg... segments) {
        for (Seg s : segments) {
            host.receive(SimPacket.plain(Packets.tcp(key, absolute(s))));
        }
        return settle();
    }

    /** Lets everything happen that is due now. */
    public ScriptedPeer settle() {
        events.runTo(clock.now());
        return this;
    }

    /** Lets time pass. */
    public ScriptedPeer advance(long millis) {
        events.runTo(clock.now() + millis * SimClock.MS);
        return this;
    }

    /** Completes a handshake with MSS 1460 and SACK, without scaling and timestamps. */
    public ScriptedPeer connect() {
        return connect(Seg.of(Seg.SYN).mss(1460).sackPermitted(true));
    }

    /** Completes a handshake with the options of a SYN. */
    public ScriptedPeer connect(Seg syn) {
        inject(syn);
        flow().connection.accept();
        settle();
        Seg answer = expect(Seg.SYN | Seg.ACK, 0, 1, 0);
        timestamps = answer.timestamps;
        inject(Seg.of(Seg.ACK).seq(1).ack(1).window(syn.window));
        assertThat(flow().established).as("established").isTrue();
        return this;
    }

    /** Sets what the client's timestamps add to the script's milliseconds. */
    public ScriptedPeer timestampOffset(int value) {
        tsOffset = value;
        return this;
    }

    /** The application writes bytes in one piece. */
    public ScriptedPeer write(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 'x');
        flow().connection.write(host.allocator().directBuffer(length).writeBytes(bytes));
        return settle();
    }

    /** Returns a buffer from the allocator that is checked in the end. */
    public ByteBuf buffer(int length) {
        return host.allocator().directBuffer(length).writeZero(length);
    }

    /** Returns an empty buffer from the allocator that is checked in the end. */
    public ByteBuf emptyBuffer(int capacity) {
        return host.allocator().directBuffer(capacity);
    }

    /** Returns the bytes of all buffers that live. */
    public long usedMemory() {
        return host.usedMemory();
    }

    // ---- what the script expects ----

    /** Takes the next segment, which must be there and be this. */
    public Seg expect(int flags, int seq, int ack, int length) {
        Seg s = next();
        assertThat(s.flags).as("flags of %s", s).isEqualTo(flags);
        assertThat(s.seq).as("seq of %s", s).isEqualTo(seq);
        assertThat(s.ack).as("ack of %s", s).isEqualTo(ack);
        assertThat(s.payload).as("payload of %s", s).hasSize(length);
        return s;
    }

    /** Lets time pass and takes a segment that must come then and not before. */
    public Seg expectAfter(long millis, int flags, int seq, int ack, int length) {
        awaitAfter(millis);
        return expect(flags, seq, ack, length);
    }

    /** Lets time pass and takes any segment, which must come then and not before. */
    public Seg nextAfter(long millis) {
        awaitAfter(millis);
        return next();
    }

    private void awaitAfter(long millis) {
        long at = clock.now() + millis * SimClock.MS;
        events.runUntil(() -> !fromStack.isEmpty(), at + TOLERANCE);
        assertThat(fromStack).as("a segment by %d ms", nowMillis() + millis).isNotEmpty();
        assertThat(fromStack.peek().atNanos).as("time of %s", fromStack.peek()).isBetween(at, at + TOLERANCE);
    }

    /** Takes the next segment, its numbers made relative. */
    public Seg next() {
        assertThat(fromStack).as("a segment at %d ms", nowMillis()).isNotEmpty();
        Seg s = fromStack.poll();
        if (s.has(Seg.SYN)) {
            serverIsn = s.seq;
        }
        s.seq -= s.has(Seg.RST) && s.seq == 0 ? 0 : serverIsn;
        s.ack -= s.has(Seg.ACK) ? CLIENT_ISN : 0;
        s.sack = Arrays.stream(s.sack).map(edge -> edge - CLIENT_ISN).toArray();
        return s;
    }

    /** Takes all segments that are there. */
    public List<Seg> drain() {
        List<Seg> all = new ArrayList<>();
        while (!fromStack.isEmpty()) {
            all.add(next());
        }
        return all;
    }

    /** Takes the next packet that is no TCP segment for the client. */
    public byte[] nextOther() {
        assertThat(otherFromStack).as("another packet at %d ms", nowMillis()).isNotEmpty();
        return otherFromStack.poll();
    }

    /** Lets go what has come for others than this client. */
    public ScriptedPeer forgetOthers() {
        otherFromStack.clear();
        return this;
    }

    /** Nothing has come that was not taken. */
    public ScriptedPeer expectNothing() {
        assertThat(fromStack).isEmpty();
        assertThat(otherFromStack).isEmpty();
        return this;
    }

    /** Lets time pass in which nothing comes. */
    public ScriptedPeer expectNothingFor(long millis) {
        advance(millis);
        return expectNothing();
    }

    /** Closes the stack and checks that nothing leaks. */
    @Override
    public void close() {
        for (Flow flow : flows) {
            flow.held.forEach(ByteBuf::release);
            flow.held.clear();
        }
        host.close();
    }
}
