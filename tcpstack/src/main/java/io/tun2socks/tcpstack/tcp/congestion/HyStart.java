package io.tun2socks.tcpstack.tcp.congestion;

/**
 * HyStart++ (RFC 9406): leaves slow start when the round trip grows, before the bottleneck's queue overflows and a
 * whole window is lost. Conservative slow start (CSS) in between finds out whether the growth was only jitter.
 */
final class HyStart {
    private static final long MIN_RTT_THRESHOLD = 4_000_000;
    private static final long MAX_RTT_THRESHOLD = 16_000_000;
    private static final int MIN_RTT_DIVISOR = 8;
    private static final int RTT_SAMPLES = 8;
    private static final int CSS_GROWTH_DIVISOR = 4;
    private static final int CSS_ROUNDS = 5;

    private static final long NONE = Long.MAX_VALUE;

    private long lastRoundMinRtt = NONE;
    private long currentRoundMinRtt = NONE;
    /** NONE outside of CSS. */
    private long cssBaselineMinRtt = NONE;
    /** What has to be acknowledged until the round is over. */
    private long roundLeft;

    private int samples;
    private int cssRounds;

    /**
     * Takes an acknowledgement in slow start.
     *
     * @return by how much cwnd is to grow, or -1 if slow start is over
     */
    long onAck(AckSample ack) {
        if (ack.rttNanos >= 0) {
            currentRoundMinRtt = Math.min(currentRoundMinRtt, ack.rttNanos);
            samples++;
        }
        boolean inCss = cssBaselineMinRtt != NONE;
        long growth = inCss ? ack.ackedBytes / CSS_GROWTH_DIVISOR : ack.ackedBytes;
        if (samples >= RTT_SAMPLES && currentRoundMinRtt != NONE) {
            if (inCss) {
                if (currentRoundMinRtt < cssBaselineMinRtt) {
                    cssBaselineMinRtt = NONE;
                }
            } else if (lastRoundMinRtt != NONE && currentRoundMinRtt >= lastRoundMinRtt + threshold()) {
                cssBaselineMinRtt = currentRoundMinRtt;
                cssRounds = 0;
            }
        }
        roundLeft -= ack.ackedBytes;
        if (roundLeft <= 0) {
            roundLeft = ack.flightSize;
            lastRoundMinRtt = currentRoundMinRtt;
            currentRoundMinRtt = NONE;
            samples = 0;
            if (cssBaselineMinRtt != NONE && ++cssRounds >= CSS_ROUNDS) {
                return -1;
            }
        }
        return growth;
    }

    private long threshold() {
        return Math.max(MIN_RTT_THRESHOLD, Math.min(lastRoundMinRtt / MIN_RTT_DIVISOR, MAX_RTT_THRESHOLD));
    }
}
