package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The receiving half of {@link SimClient}: reassembly in a tree, window, SACK blocks. Positions are unwrapped. */
final class ClientReceiver {
    private final int fullBuffer;
    private final int shift;
    private final TreeMap<Long, byte[]> ahead = new TreeMap<>();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private long nxt;
    /** The most that was ever promised: the stack may have sent up to there. */
    private long edge;
    /** What is taken in now: less than was promised after the window has shrunk. */
    private long liveEdge;

    private int buffer;
    private long unread;
    private long fin = -1;
    private boolean finished;
    private long lastStart = -1;

    /**
     * Makes a receiver.
     *
     * @param nxt the first byte's number
     * @param edge the right edge that SYN announced
     */
    ClientReceiver(long nxt, long edge, int buffer, int shift) {
        this.nxt = nxt;
        this.edge = edge;
        this.liveEdge = edge;
        this.fullBuffer = buffer;
        this.buffer = buffer;
        this.shift = shift;
    }

    long nxt() {
        return nxt;
    }

    boolean isFinished() {
        return finished;
    }

    byte[] received() {
        return received.toByteArray();
    }

    boolean hasGap() {
        return !ahead.isEmpty();
    }

    /** Takes payload and FIN; returns whether they were the next in order and left no gap behind. */
    boolean input(long seq, byte[] payload, boolean hasFin) {
        long end = seq + payload.length;
        assertThat(end)
                .as("end of a segment, against the window that the stack was told")
                .isLessThanOrEqualTo(edge);
        if (end > liveEdge) {
            return false;
        }
        if (hasFin) {
            assertThat(fin == -1 || fin == end)
                    .as("FIN always at the same place")
                    .isTrue();
            fin = end;
        }
        boolean inOrder = seq == nxt && ahead.isEmpty();
        if (end > nxt) {
            byte[] known = ahead.get(seq);
            if (known == null || known.length < payload.length) {
                ahead.put(seq, payload);
            }
            lastStart = seq;
        }
        drain();
        return inOrder;
    }

    /** Forgets what lies ahead of a gap although it was reported (RFC 2018 8). */
    void renege() {
        ahead.clear();
        fin = finished ? fin : -1;
    }

    /** Takes a part of the window back (RFC 9293 3.8.6: not to be done, and to be borne). */
    void shrink(int bytes) {
        buffer = Math.max(Math.min(bytes, buffer), 1 << shift);
        while (!ahead.isEmpty()
                && ahead.lastEntry().getKey() + ahead.lastEntry().getValue().length > nxt + buffer) {
            ahead.pollLastEntry();
        }
    }

    /** Gives it back. */
    void grow() {
        buffer = fullBuffer;
    }

    private void drain() {
        while (!ahead.isEmpty() && ahead.firstKey() <= nxt) {
            Map.Entry<Long, byte[]> first = ahead.pollFirstEntry();
            int skip = (int) (nxt - first.getKey());
            if (skip < first.getValue().length) {
                received.write(first.getValue(), skip, first.getValue().length - skip);
                unread += first.getValue().length - skip;
                nxt = first.getKey() + first.getValue().length;
            }
        }
        if (fin == nxt && !finished) {
            finished = true;
            nxt++;
        }
    }

    /** The application reads everything; returns whether the window was so small that the other side should hear. */
    boolean read() {
        boolean small = liveEdge - nxt < buffer / 2;
        unread = 0;
        return small;
    }

    /** Returns the window field to announce, and remembers what it promises. */
    int advertise() {
        long window = Math.max((buffer - unread) >> shift, 0);
        if (buffer == fullBuffer && nxt + (window << shift) < edge) {
            window = (edge - nxt + (1L << shift) - 1) >> shift;
        }
        window = Math.max(Math.min(window, 0xffff), 0);
        liveEdge = nxt + (window << shift);
        edge = Math.max(edge, liveEdge);
        return (int) window;
    }

    /** Returns SACK blocks, the one of the latest segment first. */
    int[] sackBlocks(int limit) {
        List<long[]> ranges = new ArrayList<>();
        ahead.forEach((start, bytes) -> {
            long[] last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
            if (last != null && start <= last[1]) {
                last[1] = Math.max(last[1], start + bytes.length);
            } else {
                ranges.add(new long[] {start, start + bytes.length});
            }
        });
        ranges.sort((a, b) -> Boolean.compare(isLatest(b), isLatest(a)));
        return ranges.stream()
                .limit(limit)
                .flatMapToInt(range -> Arrays.stream(new int[] {(int) range[0], (int) range[1]}))
                .toArray();
    }

    private boolean isLatest(long[] range) {
        return range[0] <= lastStart && lastStart < range[1];
    }
}
