package io.tun2socks.tcpstack.sim.script;

import io.tun2socks.tcpstack.sim.Seg;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A segment in a {@link PacketScript}, field by field. Sequence numbers are relative: each side's SYN is 0 and its first
 * byte 1. What the client sends has defaults for what is not said; of what the stack replies only what is said is
 * compared, and always flags (PSH aside) and length.
 */
public final class Line {
    /** URG, ECE and CWR are no concern of {@link Seg}. */
    static final int URG = 0x20;

    final int flags;
    Integer seq;
    Integer ack;
    Integer window;
    Integer mss;
    Integer windowScale;
    Boolean sackPermitted;
    Integer tsVal;
    Integer tsEcr;
    Boolean push;
    int[] sack;
    byte[] payload = {};

    private Line(int flags) {
        this.flags = flags;
    }

    /** Returns a SYN, number 0. */
    public static Line syn() {
        return new Line(Seg.SYN).seq(0);
    }

    /** Returns a SYN-ACK, number 0, that acknowledges a SYN. */
    public static Line synAck() {
        return new Line(Seg.SYN | Seg.ACK).seq(0).acking(1);
    }

    /** Returns a segment that acknowledges up to a number. */
    public static Line ack(int number) {
        return new Line(Seg.ACK).acking(number);
    }

    /** Returns a FIN that acknowledges up to a number. */
    public static Line finAck(int number) {
        return new Line(Seg.FIN | Seg.ACK).acking(number);
    }

    /** Returns a RST without ACK. */
    public static Line rst() {
        return new Line(Seg.RST);
    }

    /** Returns a RST that acknowledges up to a number. */
    public static Line rstAck(int number) {
        return new Line(Seg.RST | Seg.ACK).acking(number);
    }

    /** Returns a segment with any flags. */
    public static Line flags(int bits) {
        return new Line(bits);
    }

    /** Sets the sequence number. */
    public Line seq(int number) {
        seq = number;
        return this;
    }

    /** Sets the acknowledgement number. */
    public Line acking(int number) {
        ack = number;
        return this;
    }

    /** Sets the window field, as it stands in the header. */
    public Line window(int field) {
        window = field;
        return this;
    }

    /** Sets the MSS option. */
    public Line mss(int bytes) {
        mss = bytes;
        return this;
    }

    /** Sets the window scale option. */
    public Line windowScale(int shift) {
        windowScale = shift;
        return this;
    }

    /** Sets the SACK-permitted option. */
    public Line sackPermitted() {
        sackPermitted = true;
        return this;
    }

    /** Says that the stack's segment has no option of those that open a connection. */
    public Line withoutOptions() {
        sackPermitted = false;
        windowScale = -1;
        return this;
    }

    /** Sets the timestamps option; of the stack's only TSecr is compared. */
    public Line timestamps(int val, int ecr) {
        tsVal = val;
        tsEcr = ecr;
        return this;
    }

    /** Sets the SACK blocks: start and end of each. */
    public Line sack(int... edges) {
        sack = edges;
        return this;
    }

    /** Says that PSH is set. */
    public Line push() {
        push = true;
        return this;
    }

    /** Sets the payload. */
    public Line data(String ascii) {
        payload = ascii.getBytes(StandardCharsets.US_ASCII);
        return this;
    }

    /** Sets a payload of so many bytes {@code x}. */
    public Line length(int bytes) {
        payload = new byte[bytes];
        Arrays.fill(payload, (byte) 'x');
        return this;
    }

    /** Returns what the client sends, with defaults for what was not said. */
    Seg toSegment(int defaultSeq, int defaultAck) {
        Seg s = Seg.of(flags | (push != null && push ? Seg.PSH : 0))
                .seq(seq == null ? defaultSeq : seq)
                .ack(ack == null ? defaultAck : ack)
                .mss(mss == null ? -1 : mss)
                .windowScale(windowScale == null ? -1 : windowScale)
                .sackPermitted(sackPermitted != null && sackPermitted)
                .data(payload);
        if (window != null) {
            s.window(window);
        }
        if (tsVal != null) {
            s.timestamps(tsVal, tsEcr);
        }
        if (sack != null) {
            s.sack(sack);
        }
        return s;
    }
}
