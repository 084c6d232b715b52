package io.tun2socks.tcpstack.ip;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.tun2socks.tcpstack.wire.InternetChecksum;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.Ipv4Header;
import io.tun2socks.tcpstack.wire.Ipv6FragmentHeader;
import io.tun2socks.tcpstack.wire.Ipv6Header;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;
import java.util.ArrayList;
import java.util.List;

/** The fragments of one datagram that have come so far, copied out of the packets that brought them. */
final class FragmentedDatagram {
    /** What a fragment is to those that are already there. */
    enum Fit {
        /** It fills a gap. */
        NEW,
        /** It is there already, byte for byte. */
        DUPLICATE,
        /** It overlaps another, or they disagree about the datagram's length. */
        CONFLICT
    }

    private record Piece(int start, ByteBuf data) {
        int end() {
            return start + data.readableBytes();
        }
    }

    /** What an entry costs beside the bytes of its fragments; an estimate. */
    static final int ENTRY_OVERHEAD = 512;
    /** What a fragment costs beside its bytes; an estimate. */
    static final int FRAGMENT_OVERHEAD = 256;

    /** More than the longest ICMP error quotes. */
    private static final int MAX_QUOTE = 1280;

    private static final int NOT_ECT = 0;
    private static final int CE = 3;

    private final FragmentKey key;
    private final long sequence;
    private final long deadlineNanos;
    private final List<Piece> pieces = new ArrayList<>(4);
    private ByteBuf header;
    private boolean ipv6;
    private int nextHeaderAt;
    private boolean poisoned;
    private int totalLength = -1;
    private int receivedLength;
    private int ecnSeen;
    private int charge = ENTRY_OVERHEAD;

    /**
     * Makes an entry without fragments.
     *
     * @param key what its fragments have in common
     * @param sequence grows with every datagram
     * @param deadlineNanos when it is given up
     */
    FragmentedDatagram(FragmentKey key, long sequence, long deadlineNanos) {
        this.key = key;
        this.sequence = sequence;
        this.deadlineNanos = deadlineNanos;
    }

    FragmentKey key() {
        return key;
    }

    /** Returns the entry's age: smaller is older. */
    long sequence() {
        return sequence;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    /** Returns the memory that the entry is charged with, in bytes. */
    int charge() {
        return charge;
    }

    int fragments() {
        return pieces.size();
    }

    /** Tells whether all that comes for this datagram is to be dropped (RFC 5722). */
    boolean poisoned() {
        return poisoned;
    }

    /**
     * Charges for a fragment that is about to be added.
     *
     * @return bytes
     */
    int reserve(FragmentView fragment) {
        int headerLength = fragment.offset() == 0 ? fragment.headerLength() : 0;
        int cost = FRAGMENT_OVERHEAD + headerLength + fragment.dataLength();
        charge += cost;
        return cost;
    }

    /** Compares a fragment with those that are there. */
    Fit fit(ByteBuf packet, FragmentView fragment) {
        int at = indexFor(fragment.offset());
        if (at < pieces.size()
                && pieces.get(at).start == fragment.offset()
                && pieces.get(at).end() == fragment.end()) {
            boolean lastAgrees = fragment.more() != (fragment.end() == totalLength);
            ByteBuf data = pieces.get(at).data;
            return lastAgrees
                            && ByteBufUtil.equals(
                                    data, data.readerIndex(), packet, fragment.dataStart(), fragment.dataLength())
                    ? Fit.DUPLICATE
                    : Fit.CONFLICT;
        }
        boolean overlaps = (at < pieces.size() && pieces.get(at).start < fragment.end())
                || (at > 0 && pieces.get(at - 1).end() > fragment.offset());
        boolean beyondEnd = totalLength >= 0 && (!fragment.more() || fragment.end() >= totalLength);
        // The last fragment must lie behind all others.
        boolean endTooEarly = !fragment.more() && at < pieces.size();
        return overlaps || beyondEnd || endTooEarly ? Fit.CONFLICT : Fit.NEW;
    }

    /** Returns the index of the first piece that begins at an offset or behind it. */
    private int indexFor(int offset) {
        int at = pieces.size();
        while (at > 0 && pieces.get(at - 1).start >= offset) {
            at--;
        }
        return at;
    }

    /** Copies a fragment that is {@link Fit#NEW} and for which {@link #reserve} was called. */
    void add(ByteBuf packet, FragmentView fragment, ByteBufAllocator allocator) {
        if (fragment.offset() == 0) {
            header = copyHeader(packet, fragment, allocator);
            ipv6 = fragment.ipv6();
            nextHeaderAt = fragment.nextHeaderAt();
        }
        ByteBuf data = allocator.buffer(fragment.dataLength());
        data.writeBytes(packet, fragment.dataStart(), fragment.dataLength());
        pieces.add(indexFor(fragment.offset()), new Piece(fragment.offset(), data));
        receivedLength += fragment.dataLength();
        if (!fragment.more()) {
            totalLength = fragment.end();
        }
        ecnSeen |= 1 << fragment.ecn();
    }

    /** Tells whether the fragment that holds the transport header is there. */
    boolean hasFirst() {
        return header != null;
    }

    /**
     * Returns the first fragment as it came, from the IP header on, its end cut off where it is longer than an ICMP error
     * quotes; the caller owns it. There is one.
     */
    ByteBuf quoteFirst(ByteBufAllocator allocator) {
        ByteBuf data = pieces.get(0).data;
        int length = Math.min(data.readableBytes(), MAX_QUOTE);
        ByteBuf quote = allocator.buffer(header.readableBytes() + Ipv6FragmentHeader.LENGTH + length);
        quote.writeBytes(header, header.readerIndex(), header.readableBytes());
        if (ipv6) {
            int protocol = quote.getUnsignedByte(nextHeaderAt);
            quote.setByte(nextHeaderAt, IpProtocol.FRAGMENT);
            Ipv6FragmentHeader.write(quote, protocol, 0, true, key.identification());
        }
        return quote.writeBytes(data, data.readerIndex(), length);
    }

    /** Copies the headers before the data, and unlinks the fragment header. */
    private static ByteBuf copyHeader(ByteBuf packet, FragmentView fragment, ByteBufAllocator allocator) {
        ByteBuf header = allocator.buffer(fragment.headerLength());
        header.writeBytes(packet, fragment.headerStart(), fragment.headerLength());
        if (fragment.ipv6()) {
            header.setByte(fragment.nextHeaderAt(), fragment.protocol());
        }
        return header;
    }

    /** Tells whether no gap is left. */
    boolean complete() {
        return totalLength >= 0 && receivedLength == totalLength;
    }

    /**
     * Puts a complete datagram together; the fragments stay.
     *
     * @return a packet owned by the caller, or null if it would be too long, or if congestion marks contradict each other
     *     (RFC 3168 5.3)
     */
    ByteBuf assemble(ByteBufAllocator allocator) {
        boolean congested = (ecnSeen & 1 << CE) != 0;
        if (totalLength > FragmentView.maxDataLength(ipv6, header.readableBytes())
                || (congested && (ecnSeen & 1 << NOT_ECT) != 0)) {
            return null;
        }
        ByteBuf whole = begin(allocator, header, totalLength);
        for (Piece piece : pieces) {
            whole.writeBytes(piece.data, piece.data.readerIndex(), piece.data.readableBytes());
        }
        finish(whole, ipv6, header.readableBytes(), congested);
        return whole;
    }

    /** Makes a packet of a fragment that is a whole datagram. */
    static ByteBuf ofAtomic(ByteBuf packet, FragmentView fragment, ByteBufAllocator allocator) {
        ByteBuf header = copyHeader(packet, fragment, allocator);
        try {
            ByteBuf whole = begin(allocator, header, fragment.dataLength());
            whole.writeBytes(packet, fragment.dataStart(), fragment.dataLength());
            finish(whole, fragment.ipv6(), header.readableBytes(), false);
            return whole;
        } finally {
            header.release();
        }
    }

    private static ByteBuf begin(ByteBufAllocator allocator, ByteBuf header, int dataLength) {
        ByteBuf whole = allocator.buffer(VirtioNetHeader.LENGTH + header.readableBytes() + dataLength);
        VirtioNetHeader.writePlain(whole);
        return whole.writeBytes(header, header.readerIndex(), header.readableBytes());
    }

    private static void finish(ByteBuf whole, boolean ipv6, int headerLength, boolean congested) {
        int o = whole.readerIndex() + VirtioNetHeader.LENGTH;
        int length = whole.readableBytes() - VirtioNetHeader.LENGTH;
        if (ipv6) {
            whole.setShort(o + 4, length - Ipv6Header.LENGTH);
            if (congested) {
                whole.setByte(o + 1, whole.getByte(o + 1) | CE << 4);
            }
        } else {
            whole.setShort(o + 2, length);
            whole.setShort(o + 6, Ipv4Header.flagsAndOffset(whole, o) & Ipv4Header.DF);
            if (congested) {
                whole.setByte(o + 1, whole.getByte(o + 1) | CE);
            }
            whole.setShort(o + 10, 0);
            whole.setShort(o + 10, InternetChecksum.finish(InternetChecksum.sum(whole, o, headerLength)));
        }
    }

    /** Lets the fragments go, and takes no more. */
    void poison() {
        release();
        poisoned = true;
    }

    /** Lets the fragments go. */
    void release() {
        if (header != null) {
            header.release();
            header = null;
        }
        for (Piece piece : pieces) {
            piece.data.release();
        }
        pieces.clear();
        charge = ENTRY_OVERHEAD;
    }
}
