package io.tun2socks.tcpstack.sim;

/**
 * What goes wrong in a simulation beyond lost packets.
 *
 * @param renege the share of segments ahead of a gap at which the client forgets what it has reported by SACK
 * @param shrink the share of segments at which the client takes a part of its window back for a while
 * @param clientAbortNanos when the client resets the connection, or 0 for never
 * @param appAbortNanos when our side aborts it, or 0 for never
 * @param pathMtu what the path carries from {@code pathMtuNanos} on, or 0 for no change
 * @param pathMtuNanos when the path changes
 */
public record Trouble(
        double renege, double shrink, long clientAbortNanos, long appAbortNanos, int pathMtu, long pathMtuNanos) {
    /** Nothing. */
    public static final Trouble NONE = new Trouble(0, 0, 0, 0, 0, 0);

    /** Tells whether one of the ends may give up before the streams are complete. */
    public boolean aborts() {
        return clientAbortNanos > 0 || appAbortNanos > 0;
    }
}
