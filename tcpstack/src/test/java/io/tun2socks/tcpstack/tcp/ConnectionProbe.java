package io.tun2socks.tcpstack.tcp;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Looks into a connection and holds it to what must be true between any two events: RFC 9293 3.3.1 and 3.4, and that
 * the scoreboard's counters are the sums of its segments.
 */
public final class ConnectionProbe {
    /** With more segments than this, only some of the checks walk through all of them. */
    private static final int MANY = 64;

    private final TcpConnection connection;
    private long una;
    private long sndNxt;
    private long rcvNxt;
    private long edge;
    private int skipped;

    /** Makes a probe of a connection. */
    public ConnectionProbe(TcpConnection connection) {
        this.connection = connection;
    }

    /** Returns the connection. */
    public TcpConnection connection() {
        return connection;
    }

    /** Fails if an invariant does not hold. */
    public void check() {
        if (!connection.isOpen()) {
            return;
        }
        receiver();
        Sender sender = connection.sender();
        if (sender != null) {
            sender(sender);
        }
    }

    private void receiver() {
        Receiver receiver = connection.receiver();
        ReceiveWindow window = receiver.window();
        holds(window.nxt() >= rcvNxt, "RCV.NXT went back", rcvNxt, window.nxt());
        holds(window.edge() >= edge, "the window's right edge moved left", edge, window.edge());
        rcvNxt = window.nxt();
        edge = window.edge();
        ReassemblyQueue pieces = receiver.reassembly();
        if (pieces.size() > MANY && ++skipped % MANY != 0) {
            return;
        }
        long last = rcvNxt;
        for (int i = 0; i < pieces.size(); i++) {
            holds(pieces.start(i) >= last, "pieces overlap, or one was to be delivered", last, pieces.start(i));
            holds(pieces.start(i) > rcvNxt, "a piece waits that was next", rcvNxt, pieces.start(i));
            holds(pieces.end(i) > pieces.start(i), "an empty piece", pieces.start(i), pieces.end(i));
            last = pieces.end(i);
        }
        holds(pieces.size() == 0 || last <= edge, "a piece beyond the window", edge, last);
    }

    private void sender(Sender s) {
        holds(s.una() >= una, "SND.UNA went back", una, s.una());
        holds(s.nxt() >= sndNxt, "SND.NXT went back", sndNxt, s.nxt());
        holds(s.una() <= s.nxt(), "SND.UNA beyond SND.NXT", s.una(), s.nxt());
        una = s.una();
        sndNxt = s.nxt();
        long flight = sndNxt - una;
        holds(s.queuedBytes() >= 0, "bytes queued", 0, s.queuedBytes());
        long pipe = s.recovery().pipe();
        holds(pipe >= 0 && pipe <= flight, "pipe within what is outstanding", flight, pipe);
        holds(
                s.congestion().cwnd() >= s.mss(),
                "cwnd of at least a segment",
                s.mss(),
                s.congestion().cwnd());
        holds(flight == 0 || s.isTimerArmed(), "a timer runs while something is outstanding", flight, 0);
        queue(s.queue(), flight);
    }

    private void queue(RetransmissionQueue queue, long flight) {
        holds(queue.isEmpty() == (flight == 0), "a segment is known for what is outstanding", flight, 0);
        if (flight > 1 << 15 && ++skipped % MANY != 0) {
            return;
        }
        long at = una;
        long inFlight = 0;
        long sacked = 0;
        boolean lost = false;
        int ranges = 0;
        for (SentSegment segment = queue.first(); segment != null; segment = segment.next) {
            holds(segment.start == at, "segments without gap or overlap", at, segment.start);
            holds(segment.end > at, "a segment of at least a byte", at, segment.end);
            holds(!(segment.sacked && segment.lost), "SACKed and lost at once", segment.start, segment.end);
            at = segment.end;
            inFlight += segment.inFlight() ? segment.length() : 0;
            sacked += segment.sacked ? segment.length() : 0;
            lost |= segment.lost;
            ranges++;
        }
        holds(ranges == queue.ranges(), "ranges, seen and counted", ranges, queue.ranges());
        long sent = Long.MIN_VALUE;
        for (SentSegment segment = queue.oldest(); segment != null; segment = segment.listNext) {
            holds(segment.inFlight(), "only what is in flight is in the order of sending", segment.start, segment.end);
            holds(segment.xmitNanos >= sent, "in the order of sending", sent, segment.xmitNanos);
            sent = segment.xmitNanos;
        }
        holds(at == sndNxt, "segments up to SND.NXT", sndNxt, at);
        holds(inFlight == queue.inFlight(), "bytes in flight, summed and counted", inFlight, queue.inFlight());
        holds(sacked == queue.sackedBytes(), "SACKed bytes, summed and counted", sacked, queue.sackedBytes());
        holds(lost == queue.hasLost(), "lost segments, seen and counted", lost ? 1 : 0, queue.hasLost() ? 1 : 0);
    }

    /** An assertion that costs nothing while it holds: it is made hundreds of millions of times. */
    private void holds(boolean condition, String what, long expected, long actual) {
        if (!condition) {
            assertThat(condition)
                    .as("%s: %d, %d (%s)", what, expected, actual, connection)
                    .isTrue();
        }
    }
}
