package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;

/**
 * Watches one connection at the stack's device and holds the stack to what every packet must obey. Knows only what has
 * passed it: what the stack was given and what it gave. Numbers count from each side's SYN.
 */
public final class WireMonitor {
    private final FlowKey flow;
    private final byte[] down;
    private final TreeMap<Integer, Integer> ahead = new TreeMap<>();
    private boolean synSeen;
    private int clientIsn;
    private int clientMss;
    private int clientShift;
    private boolean clientSack;
    private boolean clientTimestamps;
    /** Behind the last number that came without a gap. */
    private int contiguous;
    /** Behind the last byte that the client has allowed. */
    private long clientEdge;

    private boolean answered;
    private int iss;
    private boolean scaling;
    private int scale;
    private boolean timestamps;
    private long edge;
    private int highestAck;
    private int sent;
    private int resets;
    private long packets;

    /**
     * Makes a monitor.
     *
     * @param flow the connection
     * @param down what our side writes
     */
    public WireMonitor(FlowKey flow, byte[] down) {
        this.flow = flow;
        this.down = down;
    }

    /** Returns how many resets the stack has sent. */
    public int resets() {
        return resets;
    }

    /** Returns how many packets the stack has sent. */
    public long packets() {
        return packets;
    }

    /** Takes note of a packet that the stack is handed. */
    public void toStack(byte[] ip) {
        Seg s = Packets.tcp(ip);
        if (s == null || !Packets.source(ip).equals(flow.client())) {
            return;
        }
        if (s.has(Seg.SYN) && !s.has(Seg.RST)) {
            clientIsn = s.seq;
            clientMss = s.mss < 0 ? flow.isIpv4() ? 536 : 1220 : s.mss;
            clientShift = Math.max(Math.min(s.windowScale, 14), 0);
            scaling = s.windowScale >= 0;
            clientSack = s.sackPermitted;
            clientTimestamps = s.timestamps;
            contiguous = Math.max(contiguous, 1);
            clientEdge = Math.max(clientEdge, 1L + s.window);
            synSeen = true;
        }
        if (!synSeen) {
            return;
        }
        int start = s.seq - clientIsn;
        if (s.length() > 0 && start + s.length() > contiguous) {
            ahead.merge(start, start + s.length(), Math::max);
            while (!ahead.isEmpty() && ahead.firstKey() <= contiguous) {
                contiguous = Math.max(contiguous, ahead.pollFirstEntry().getValue());
            }
        }
        if (answered && s.has(Seg.ACK) && !s.has(Seg.SYN)) {
            clientEdge = Math.max(clientEdge, s.ack - iss + ((long) s.window << clientShift));
        }
    }

    /** Holds a packet that the stack sends to the rules. */
    public void fromStack(byte[] ip) {
        Seg s = Packets.tcp(ip);
        if (s == null) {
            return;
        }
        packets++;
        if (s.has(Seg.RST)) {
            resets++;
            return;
        }
        assertThat(s.has(Seg.ACK)).as("ACK in %s", s).isTrue();
        assertThat(synSeen).as("answer without a question: %s", s).isTrue();
        if (s.has(Seg.SYN)) {
            synAck(s);
        } else {
            acknowledgement(s);
            payload(s);
        }
    }

    private void synAck(Seg s) {
        if (!answered || s.seq != iss) {
            iss = s.seq;
            edge = 0;
            highestAck = 1;
            sent = 1;
            answered = true;
        }
        assertThat(s.ack - clientIsn).as("ack of SYN-ACK").isEqualTo(1);
        assertThat(s.windowScale >= 0).as("scaling as offered").isEqualTo(scaling);
        assertThat(s.sackPermitted).as("SACK as offered").isEqualTo(clientSack);
        assertThat(s.timestamps).as("timestamps as offered").isEqualTo(clientTimestamps);
        assertThat(s.payload).as("payload of SYN-ACK").isEmpty();
        timestamps = s.timestamps;
        scale = scaling ? s.windowScale : 0;
        edge = Math.max(edge, 1L + s.window);
    }

    private void acknowledgement(Seg s) {
        int ack = s.ack - clientIsn;
        assertThat(ack).as("acknowledges what came (%s)", s).isLessThanOrEqualTo(contiguous);
        assertThat(ack).as("acknowledgements do not go back (%s)", s).isGreaterThanOrEqualTo(highestAck);
        highestAck = ack;
        long newEdge = ack + ((long) s.window << scale);
        // What the scale cannot express may be taken back, and no more (RFC 7323 2.4).
        assertThat(newEdge)
                .as("right edge of the window does not move left (%s)", s)
                .isGreaterThan(edge - (1L << scale));
        edge = Math.max(edge, newEdge);
        assertThat(s.timestamps).as("timestamps in %s", s).isEqualTo(timestamps);
        for (int i = 0; i < s.sack.length; i += 2) {
            sackBlock(s.sack[i] - clientIsn, s.sack[i + 1] - clientIsn, s);
        }
    }

    private void sackBlock(int start, int end, Seg s) {
        assertThat(start).as("start and end of a block of %s", s).isLessThan(end);
        if (end <= contiguous) {
            return;
        }
        int known = Math.max(start, start <= contiguous ? contiguous : start);
        for (Map.Entry<Integer, Integer> range : ahead.entrySet()) {
            if (range.getKey() <= known) {
                known = Math.max(known, range.getValue());
            }
        }
        assertThat(end).as("SACKs what came (%s)", s).isLessThanOrEqualTo(known);
    }

    private void payload(Seg s) {
        int length = s.payload.length;
        int start = s.seq - iss;
        assertThat(length + (timestamps ? 12 : 0))
                .as("payload and options against the client's MSS (%s)", s)
                .isLessThanOrEqualTo(clientMss);
        if (s.length() == 0) {
            assertThat(start).as("number of %s", s).isBetween(0, sent);
            return;
        }
        assertThat((long) start + s.length())
                .as("end against the client's window (%s)", s)
                .isLessThanOrEqualTo(clientEdge);
        assertThat(start).as("start of %s", s).isBetween(1, sent);
        sent = Math.max(sent, start + s.length());
        for (int i = 0; i < length; i++) {
            if (s.payload[i] != down[start - 1 + i]) {
                assertThat(s.payload[i])
                        .as("byte %d of our stream", start - 1 + i)
                        .isEqualTo(down[start - 1 + i]);
            }
        }
        if (s.has(Seg.FIN)) {
            assertThat(start + length).as("place of FIN").isEqualTo(down.length + 1);
        }
    }
}
