package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.wire.VirtioNetHeader;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A simple TCP client: active open, one stream each way, go-back-N on time-out, fast retransmit. It shares no code with
 * the stack but the views of headers, and holds the stack to what a peer may expect.
 */
public final class SimClient {
    private static final long FIRST_RTO = 1000 * SimClock.MS;
    private static final long MIN_RTO = 250 * SimClock.MS;
    private static final long MAX_RTO = 8000 * SimClock.MS;
    private static final long DELAYED_ACK = 20 * SimClock.MS;

    private enum State {
        NEW,
        SYN_SENT,
        OPEN,
        /** The stack has reset it. */
        RESET,
        /** We have: whatever still comes is answered with RST, as a host does that knows of no connection. */
        ABORTED
    }

    private final FlowKey flow;
    private final ClientOptions options;
    private final EventQueue events;
    private final RandomGenerator random;
    private final Consumer<SimPacket> out;
    private final byte[] stream;
    private final TreeMap<Long, Long> sacked = new TreeMap<>();

    private State state = State.NEW;
    private ClientReceiver receiver;
    private long una;
    private long nxt;
    private long maxSent;
    private final long first;
    private final long finSeq;
    private long edge;
    private long recover;
    private int dupAcks;
    private int peerShift;
    private int peerMss = 536;
    private boolean sack;
    private boolean timestamps;
    private int tsRecent;
    private int unacked;
    private long rto = FIRST_RTO;
    private long timedSeq = -1;
    private long timedAt;
    private long timerDeadline = Long.MAX_VALUE;
    private int timerGeneration;
    private boolean ackTimer;
    private boolean readTimer;
    private boolean superSegments;
    private int pathMtu = Integer.MAX_VALUE;
    private Trouble trouble = Trouble.NONE;
    private RandomGenerator chance = new SplittableRandom(0);

    /** Makes a client that sends a stream once it is started. */
    public SimClient(
            FlowKey flow,
            ClientOptions options,
            EventQueue events,
            RandomGenerator random,
            Consumer<SimPacket> out,
            byte[] stream) {
        this.flow = flow;
        this.options = options;
        this.events = events;
        this.random = random;
        this.out = out;
        this.stream = stream;
        long iss = (1L << 32) + Integer.toUnsignedLong(options.isn());
        first = iss + 1;
        finSeq = first + stream.length;
        una = iss;
        nxt = iss;
        maxSent = iss;
    }

    /** Sends SYN. */
    public void start() {
        state = State.SYN_SENT;
        nxt = first;
        maxSent = first;
        sendSyn();
    }

    /** Makes the client a difficult one; its moods come from a seed. */
    public void misbehave(Trouble how, long seed) {
        trouble = how;
        chance = new SplittableRandom(seed);
    }

    /** Ends the connection with RST. */
    public void abort() {
        if (state == State.SYN_SENT) {
            out.accept(SimPacket.plain(Packets.tcp(flow, Seg.of(Seg.RST).seq((int) first))));
        } else if (state == State.OPEN && !isFinished()) {
            out.accept(SimPacket.plain(Packets.tcp(
                    flow, Seg.of(Seg.RST | Seg.ACK).seq((int) maxSent).ack((int) receiver.nxt()))));
        } else {
            return;
        }
        state = State.ABORTED;
        stopTimer();
    }

    /** Tells the client that the path carries packets of this length at most (RFC 1191, RFC 8201). */
    public void onPathMtu(int mtu) {
        if (mtu < pathMtu) {
            pathMtu = mtu;
            if (state == State.OPEN && maxSent > una) {
                nxt = una;
                transmit();
            }
        }
    }

    /** Tells whether the client has ended the connection itself. */
    public boolean isAborted() {
        return state == State.ABORTED;
    }

    /** Tells whether it holds the connection for established, or once did. */
    public boolean isConnected() {
        return receiver != null;
    }

    /** Tells whether it waits for an acknowledgement, or has more to send. */
    public boolean isSending() {
        return state == State.SYN_SENT || (state == State.OPEN && una <= finSeq);
    }

    /** Returns what has come, in order. */
    public byte[] received() {
        return receiver == null ? new byte[0] : receiver.received();
    }

    /** Tells whether the stack has reset the connection. */
    public boolean isReset() {
        return state == State.RESET;
    }

    /** Tells whether both directions are closed and acknowledged. */
    public boolean isFinished() {
        return state == State.OPEN && una > finSeq && receiver.isFinished();
    }

    /** Takes a packet from the link. */
    public void receive(SimPacket packet) {
        Seg s = Packets.tcp(packet.ip());
        if (s == null || state == State.NEW || state == State.RESET) {
            return;
        }
        if (state == State.ABORTED) {
            if (!s.has(Seg.RST)) {
                out.accept(SimPacket.plain(Packets.tcp(flow, Seg.of(Seg.RST).seq(s.ack))));
            }
            return;
        }
        if (s.has(Seg.RST)) {
            reset(s);
        } else if (state == State.SYN_SENT) {
            synAck(s);
        } else if (s.has(Seg.SYN)) {
            sendAck();
        } else {
            segment(s);
        }
    }

    /** Only a reset that this connection has earned counts (RFC 9293 3.10.7.3, RFC 5961 3.2). */
    private void reset(Seg s) {
        boolean mine = state == State.SYN_SENT
                ? s.has(Seg.ACK) && s.ack == (int) first
                : s.seq == (int) receiver.nxt() && !isFinished();
        if (mine) {
            state = State.RESET;
        }
    }

    private void synAck(Seg s) {
        if (s.ack != (int) first) {
            // The answer to somebody else's SYN (RFC 9293 3.10.7.3).
            out.accept(SimPacket.plain(Packets.tcp(flow, Seg.of(Seg.RST).seq(s.ack))));
            return;
        }
        assertThat(s.flags).as("flags of the answer to SYN").isEqualTo(Seg.SYN | Seg.ACK);
        assertThat(s.sackPermitted && !options.sack()).as("SACK unasked").isFalse();
        assertThat(s.timestamps && !options.timestamps())
                .as("timestamps unasked")
                .isFalse();
        assertThat(s.windowScale >= 0 && options.windowScale() < 0)
                .as("window scale unasked")
                .isFalse();
        sack = s.sackPermitted;
        timestamps = s.timestamps;
        tsRecent = s.tsVal;
        peerShift = Math.max(s.windowScale, 0);
        peerMss = s.mss < 0 ? 536 : s.mss;
        una = first;
        edge = first + s.window;
        int shift = s.windowScale >= 0 ? options.windowScale() : 0;
        long irs = (1L << 32) + Integer.toUnsignedLong(s.seq);
        receiver = new ClientReceiver(irs + 1, irs + 1 + synWindow(), options.receiveBuffer(), shift);
        superSegments = options.maxSegment() > mss();
        state = State.OPEN;
        stopTimer();
        sendAck();
        transmit();
    }

    private void segment(Seg s) {
        long seq = unwrap(s.seq, receiver.nxt());
        long ack = unwrap(s.ack, una);
        assertThat(s.has(Seg.ACK)).as("ACK is set").isTrue();
        if (isFinished() && (ack > maxSent || s.timestamps != timestamps)) {
            // Of another connection of the same name, after this one.
            return;
        }
        assertThat(ack).as("acknowledges only what was sent").isLessThanOrEqualTo(maxSent);
        assertThat(s.timestamps).as("timestamps in every segment").isEqualTo(timestamps);
        if (timestamps && seq <= receiver.nxt() && s.tsVal - tsRecent >= 0) {
            tsRecent = s.tsVal;
        }
        acknowledge(s, ack);
        if (s.length() > 0) {
            boolean inOrder = receiver.input(seq, s.payload, s.has(Seg.FIN));
            if (receiver.hasGap() && chance.nextDouble() < trouble.renege()) {
                receiver.renege();
            }
            if (chance.nextDouble() < trouble.shrink()) {
                receiver.shrink(chance.nextInt(options.receiveBuffer()));
                events.after(chance.nextLong(1, 3000) * SimClock.MS, () -> {
                    receiver.grow();
                    if (state == State.OPEN) {
                        sendAck();
                    }
                });
            }
            unacked++;
            if (!inOrder || receiver.hasGap() || s.has(Seg.FIN) || unacked >= options.ackEvery()) {
                sendAck();
            } else {
                delayAck();
            }
            read();
        } else if (seq < receiver.nxt()) {
            // A zero-window probe, or an old segment.
            sendAck();
        }
        transmit();
    }

    // ---- receiving ----

    private void read() {
        if (options.readPauseNanos() == 0) {
            receiver.read();
        } else if (!readTimer) {
            readTimer = true;
            events.after(options.readPauseNanos(), () -> {
                readTimer = false;
                if (receiver.read() && state == State.OPEN) {
                    sendAck();
                }
            });
        }
    }

    private void delayAck() {
        if (!ackTimer) {
            ackTimer = true;
            events.after(DELAYED_ACK, () -> {
                ackTimer = false;
                if (unacked > 0 && state == State.OPEN) {
                    sendAck();
                }
            });
        }
    }

    // ---- sending ----

    private void acknowledge(Seg s, long ack) {
        for (int i = 0; i < s.sack.length; i += 2) {
            long start = unwrap(s.sack[i], una);
            long end = unwrap(s.sack[i + 1], una);
            assertThat(start).as("start of a SACK block").isLessThan(end);
            assertThat(end).as("end of a SACK block").isLessThanOrEqualTo(Math.min(maxSent, finSeq));
            assertThat(sack).as("SACK was negotiated").isTrue();
            if (i == 0 && end <= ack) {
                // What has come twice (RFC 2883).
                continue;
            }
            assertThat(start).as("start of a SACK block").isGreaterThanOrEqualTo(ack);
            sacked.merge(start, end, Math::max);
        }
        if (ack < una) {
            return;
        }
        long newEdge = ack + ((long) s.window << peerShift);
        boolean sameWindow = newEdge == edge;
        edge = Math.max(edge, newEdge);
        if (ack == una) {
            if (s.length() == 0 && sameWindow && maxSent > una && ++dupAcks == 3 && una >= recover) {
                recover = maxSent;
                retransmitHole();
            }
            return;
        }
        if (timedSeq >= 0 && ack > timedSeq) {
            rto = Math.min(Math.max(2 * (events.now() - timedAt), MIN_RTO), MAX_RTO);
            timedSeq = -1;
        }
        una = ack;
        nxt = Math.max(nxt, una);
        dupAcks = 0;
        sacked.headMap(una).clear();
        if (una < recover) {
            retransmitHole();
        }
        restartTimer();
    }

    private void retransmitHole() {
        timedSeq = -1;
        if (una == finSeq) {
            emit(una, 0, true);
            return;
        }
        long sent = Math.min(maxSent, finSeq) - una;
        int length = (int) Math.min(Math.min(segmentLength(), sent), nextSacked(una) - una);
        if (una < finSeq && length > 0) {
            emit(una, length, false);
        }
    }

    private long nextSacked(long seq) {
        Long next = sacked.ceilingKey(seq);
        return next == null ? Long.MAX_VALUE : next;
    }

    private void transmit() {
        while (state == State.OPEN) {
            Map.Entry<Long, Long> known = sacked.floorEntry(nxt);
            if (known != null && known.getValue() > nxt) {
                nxt = known.getValue();
                continue;
            }
            long limit = Math.min(edge, una + options.maxFlight());
            if (nxt < finSeq) {
                long length = Math.min(Math.min(segmentLength(), finSeq - nxt), limit - nxt);
                length = Math.min(length, nextSacked(nxt) - nxt);
                if (length <= 0) {
                    break;
                }
                boolean fin = nxt + length == finSeq && mayFin() && limit > finSeq && random.nextBoolean();
                emit(nxt, (int) length, fin);
                nxt += length + (fin ? 1 : 0);
            } else if (nxt == finSeq && mayFin() && limit > nxt) {
                emit(nxt, 0, true);
                nxt++;
            } else {
                break;
            }
            maxSent = Math.max(maxSent, nxt);
        }
        boolean waiting = maxSent > una || nxt < finSeq || (nxt == finSeq && mayFin());
        if (waiting && timerDeadline == Long.MAX_VALUE) {
            restartTimer();
        }
    }

    private boolean mayFin() {
        return !options.finAfterInput() || receiver.isFinished();
    }

    private int segmentLength() {
        int room = Math.min(options.maxSegment(), superSegments ? 60_000 : mss());
        return options.randomSegments() ? random.nextInt(1, room + 1) : room;
    }

    private int mss() {
        int path = pathMtu - Packets.ipHeader(flow.isIpv4()) - 20;
        return Math.min(peerMss, path) - (timestamps ? 12 : 0);
    }

    private void emit(long seq, int length, boolean fin) {
        int offset = (int) (seq - first);
        boolean last = seq + length == finSeq;
        Seg s = Seg.of(Seg.ACK | (last ? Seg.PSH : 0) | (fin ? Seg.FIN : 0))
                .data(Arrays.copyOfRange(stream, offset, offset + length));
        if (seq >= maxSent && timedSeq < 0) {
            timedSeq = seq;
            timedAt = events.now();
        }
        send(s, seq);
    }

    private void sendAck() {
        Seg s = Seg.of(Seg.ACK);
        if (sack && receiver.hasGap()) {
            s.sack(receiver.sackBlocks(timestamps ? 3 : 4));
        }
        send(s, nxt);
    }

    private void send(Seg s, long seq) {
        s.seq((int) seq).ack((int) receiver.nxt()).window(receiver.advertise());
        if (timestamps) {
            s.timestamps(timestampClock(), tsRecent);
        }
        unacked = 0;
        byte[] ip = Packets.tcp(flow, s);
        int gso = flow.isIpv4() ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_TCPV6;
        out.accept(s.payload.length > mss() ? new SimPacket(ip, gso, mss()) : SimPacket.plain(ip));
    }

    private void sendSyn() {
        Seg s = Seg.of(Seg.SYN)
                .seq((int) (first - 1))
                .window(synWindow())
                .mss(options.mss())
                .windowScale(options.windowScale())
                .sackPermitted(options.sack());
        if (options.timestamps()) {
            s.timestamps(timestampClock(), 0);
        }
        out.accept(SimPacket.plain(Packets.tcp(flow, s)));
        restartTimer();
    }

    private int synWindow() {
        return Math.min(options.receiveBuffer(), 0xffff);
    }

    private int timestampClock() {
        return (int) (events.now() / SimClock.MS) + 77;
    }

    // ---- the timer ----

    private void restartTimer() {
        timerDeadline = events.now() + rto;
        int generation = ++timerGeneration;
        events.at(timerDeadline, () -> {
            if (generation == timerGeneration && timerDeadline != Long.MAX_VALUE) {
                onTimer();
            }
        });
    }

    private void stopTimer() {
        timerDeadline = Long.MAX_VALUE;
        timerGeneration++;
    }

    private void onTimer() {
        stopTimer();
        if (state == State.SYN_SENT) {
            rto = Math.min(rto * 2, MAX_RTO);
            sendSyn();
            return;
        }
        boolean pending = maxSent > una || nxt < finSeq || (nxt == finSeq && mayFin());
        if (state != State.OPEN || !pending) {
            return;
        }
        rto = Math.min(rto * 2, MAX_RTO);
        timedSeq = -1;
        dupAcks = 0;
        recover = maxSent;
        if (edge <= una) {
            // Zero window: an old number, which the other side answers.
            send(Seg.of(Seg.ACK), una - 1);
        } else if (maxSent > una) {
            sacked.clear();
            nxt = una;
            transmit();
        }
        if (timerDeadline == Long.MAX_VALUE) {
            restartTimer();
        }
    }

    private static long unwrap(int wire, long reference) {
        return reference + (wire - (int) reference);
    }
}
