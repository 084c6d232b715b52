package io.tun2socks.tcpstack.sim;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.wire.TcpHeader;
import io.tun2socks.tcpstack.wire.TcpOptions;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One TCP segment as the tests see it: made field by field, or decoded from the wire. */
public final class Seg {
    /** FIN, SYN, RST, PSH, ACK: the flags of {@link TcpHeader}, short enough for a script. */
    public static final int FIN = TcpHeader.FIN;

    public static final int SYN = TcpHeader.SYN;
    public static final int RST = TcpHeader.RST;
    public static final int PSH = TcpHeader.PSH;
    public static final int ACK = TcpHeader.ACK;

    public int seq;
    public int ack;
    public int flags;
    public int window = 0xffff;
    public int mss = -1;
    public int windowScale = -1;
    public boolean sackPermitted;
    public boolean timestamps;
    public int tsVal;
    public int tsEcr;
    /** Start and end of each SACK block. */
    public int[] sack = {};

    public byte[] payload = {};
    /** When it was seen. */
    public long atNanos;

    /** Begins a segment. */
    public static Seg of(int flags) {
        Seg s = new Seg();
        s.flags = flags;
        return s;
    }

    public Seg seq(int value) {
        seq = value;
        return this;
    }

    public Seg ack(int value) {
        ack = value;
        return this;
    }

    public Seg window(int value) {
        window = value;
        return this;
    }

    public Seg mss(int value) {
        mss = value;
        return this;
    }

    public Seg windowScale(int value) {
        windowScale = value;
        return this;
    }

    public Seg sackPermitted(boolean value) {
        sackPermitted = value;
        return this;
    }

    public Seg timestamps(int val, int ecr) {
        timestamps = true;
        tsVal = val;
        tsEcr = ecr;
        return this;
    }

    public Seg sack(int... edges) {
        sack = edges;
        return this;
    }

    public Seg data(byte[] bytes) {
        payload = bytes;
        return this;
    }

    public Seg data(String ascii) {
        return data(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    /** Tells whether a flag is set. */
    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** Returns SEG.LEN. */
    public int length() {
        return payload.length + (has(SYN) ? 1 : 0) + (has(FIN) ? 1 : 0);
    }

    /** Returns header, options and payload with a zero checksum. */
    byte[] encode(int sourcePort, int destinationPort) {
        ByteBuf b = Unpooled.buffer(60 + payload.length);
        TcpHeader.write(b, sourcePort, destinationPort, seq, ack, flags, window);
        if (mss >= 0) {
            TcpOptions.writeMss(b, mss);
        }
        if (sackPermitted) {
            TcpOptions.writeSackPermitted(b);
        }
        if (timestamps) {
            TcpOptions.writeTimestamps(b, tsVal, tsEcr);
        }
        if (windowScale >= 0) {
            TcpOptions.writeWindowScale(b, windowScale);
        }
        if (sack.length > 0) {
            TcpOptions.writeSackHead(b, sack.length / 2);
            for (int edge : sack) {
                b.writeInt(edge);
            }
        }
        TcpHeader.headerLength(b, 0, b.writerIndex());
        b.writeBytes(payload);
        return Arrays.copyOf(b.array(), b.writerIndex());
    }

    /** Parses a segment that lies at an offset to the end of a buffer. */
    static Seg decode(ByteBuf b, int offset) {
        Seg s = of(TcpHeader.flags(b, offset));
        s.seq = TcpHeader.seq(b, offset);
        s.ack = TcpHeader.ack(b, offset);
        s.window = TcpHeader.window(b, offset);
        int data = offset + TcpHeader.headerLength(b, offset);
        TcpOptions o = new TcpOptions();
        o.parse(b, offset + TcpHeader.LENGTH, data);
        s.mss = o.mss();
        s.windowScale = o.windowScale();
        s.sackPermitted = o.sackPermitted();
        s.timestamps = o.timestamps();
        s.tsVal = o.tsVal();
        s.tsEcr = o.tsEcr();
        s.sack = new int[2 * o.sackBlocks()];
        for (int i = 0; i < o.sackBlocks(); i++) {
            s.sack[2 * i] = o.sackStart(i);
            s.sack[2 * i + 1] = o.sackEnd(i);
        }
        s.payload = new byte[b.writerIndex() - data];
        b.getBytes(data, s.payload);
        return s;
    }

    @Override
    public String toString() {
        StringBuilder t = new StringBuilder();
        String names = "FSRPA";
        for (int i = 0; i < names.length(); i++) {
            if (has(1 << i)) {
                t.append(names.charAt(i));
            }
        }
        t.append(" seq ").append(seq & 0xffff_ffffL).append(" ack ").append(ack & 0xffff_ffffL);
        t.append(" len ").append(payload.length).append(" win ").append(window);
        if (sack.length > 0) {
            t.append(" sack ").append(Arrays.toString(sack));
        }
        return t.toString();
    }
}
