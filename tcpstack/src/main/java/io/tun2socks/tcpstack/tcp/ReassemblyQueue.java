package io.tun2socks.tcpstack.tcp;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Data that came ahead of RCV.NXT, in order and without overlaps; what came first wins. Knows what to say of it in
 * the SACK option.
 */
final class ReassemblyQueue {
    /** The most pieces held: a client that sends single bytes out of order is bounded in memory and in time. */
    static final int MAX_PIECES = 4096;

    private static final int INITIAL_SIZE = 8;
    private static final ByteBuf[] NO_BUFFERS = {};
    private static final long[] NO_STARTS = {};

    /** Without length while nothing is held: most connections never see a gap. */
    private ByteBuf[] buffers = NO_BUFFERS;

    private long[] starts = NO_STARTS;
    private int count;
    private final ReceivedRanges ranges = new ReceivedRanges();
    private long bytes;
    private long duplicateStart;
    private long duplicateEnd;

    boolean isEmpty() {
        return count == 0;
    }

    /** Returns the bytes held. */
    long bytes() {
        return bytes;
    }

    /**
     * Inserts a piece.
     *
     * @param start its first sequence number, above RCV.NXT
     * @param data the bytes, at least one; owned by this object from now on
     */
    void insert(long start, ByteBuf data) {
        long from = start;
        long end = start + data.readableBytes();
        int at = position(from);
        duplicateStart = 0;
        duplicateEnd = 0;
        if (at > 0 && endOf(at - 1) > from) {
            onDuplicate(from, Math.min(endOf(at - 1), end));
            from = endOf(at - 1);
        }
        // Fill the gaps between the pieces that are there; the piece is cut up only if it spans some of them.
        while (from < end) {
            long gapEnd = at < count ? Math.min(starts[at], end) : end;
            if (gapEnd > from && !insertAt(at, from, data, (int) (from - start), (int) (gapEnd - from))) {
                break;
            }
            if (gapEnd > from) {
                at++;
            }
            if (at < count && gapEnd < end) {
                onDuplicate(gapEnd, Math.min(endOf(at), end));
            }
            from = at < count ? Math.max(gapEnd, endOf(at)) : end;
            at++;
        }
        if (from > start) {
            ranges.add(start, Math.min(from, end));
        }
        data.release();
    }

    private void onDuplicate(long start, long end) {
        if (duplicateEnd == 0) {
            duplicateStart = start;
            duplicateEnd = end;
        } else if (start == duplicateEnd) {
            duplicateEnd = end;
        }
    }

    /** Where the first range that the last {@link #insert} brought again begins. */
    long duplicateStart() {
        return duplicateStart;
    }

    /** Where that range ends; not above its start if there is none. */
    long duplicateEnd() {
        return duplicateEnd;
    }

    /** Returns the number of pieces held. */
    int size() {
        return count;
    }

    /** Returns the first sequence number of a piece, counted from 0 in their order. */
    long start(int index) {
        return starts[index];
    }

    /** Returns the number behind the last of a piece. */
    long end(int index) {
        return endOf(index);
    }

    /** Returns the first piece's sequence number; there is one. */
    long firstStart() {
        return starts[0];
    }

    /** Removes the first piece and passes its ownership to the caller. */
    ByteBuf removeFirst() {
        ByteBuf data = buffers[0];
        count--;
        System.arraycopy(buffers, 1, buffers, 0, count);
        System.arraycopy(starts, 1, starts, 0, count);
        buffers[count] = null;
        bytes -= data.readableBytes();
        if (count == 0) {
            forgetAll();
        }
        return data;
    }

    /**
     * Finds the ranges to report.
     *
     * @param rcvNxt RCV.NXT: ranges below are done with
     * @param blocks filled with start and end of each range, the most recent first
     * @param limit the most ranges wanted
     * @return the number of ranges
     */
    int sackBlocks(long rcvNxt, long[] blocks, int limit) {
        ranges.removeBelow(rcvNxt);
        return ranges.mostRecent(blocks, limit);
    }

    /** Releases everything. */
    void close() {
        for (int i = 0; i < count; i++) {
            buffers[i].release();
            buffers[i] = null;
        }
        count = 0;
        bytes = 0;
        forgetAll();
    }

    private void forgetAll() {
        buffers = NO_BUFFERS;
        starts = NO_STARTS;
        ranges.clear();
    }

    private long endOf(int index) {
        return starts[index] + buffers[index].readableBytes();
    }

    /** The number of pieces that begin below a sequence number. */
    private int position(long seq) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (starts[middle] < seq) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private boolean insertAt(int at, long start, ByteBuf data, int offset, int length) {
        if (count == MAX_PIECES) {
            return false;
        }
        if (count == buffers.length) {
            int size = Math.max(INITIAL_SIZE, count * 2);
            buffers = Arrays.copyOf(buffers, size);
            starts = Arrays.copyOf(starts, size);
        }
        System.arraycopy(buffers, at, buffers, at + 1, count - at);
        System.arraycopy(starts, at, starts, at + 1, count - at);
        buffers[at] = data.retainedSlice(data.readerIndex() + offset, length);
        starts[at] = start;
        count++;
        bytes += length;
        return true;
    }
}
