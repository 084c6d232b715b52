package io.tun2socks.tcpstack.tcp;

/**
 * Looks whether a silent client is still there (RFC 9293 3.8.4). Probes carry no data and an old sequence number, which
 * any TCP answers with its acknowledgement.
 */
final class KeepAlive {
    private final TcpConnection connection;
    private final TcpContext context;
    private long heardNanos;
    private int unanswered;

    KeepAlive(TcpConnection connection, TcpContext context) {
        this.connection = connection;
        this.context = context;
        onHeard();
    }

    /** Something acceptable has come from the client. */
    void onHeard() {
        heardNanos = context.nowNanos;
        unanswered = 0;
    }

    /**
     * Probes if it is time.
     *
     * @return when to call again; not used any more if the connection has ended
     */
    long onTimer(long now) {
        TcpConfig config = context.config.tcp();
        if (unanswered == 0 && now < heardNanos + config.keepAliveIdleNanos()) {
            return heardNanos + config.keepAliveIdleNanos();
        }
        if (!connection.sender().isIdle()) {
            // What is outstanding is repeated, and ends the connection if nothing answers.
            return now + config.keepAliveIdleNanos();
        }
        if (unanswered >= config.keepAliveProbes()) {
            connection.onTimedOut();
            return now;
        }
        unanswered++;
        context.output.payload();
        context.output.segment(connection, connection.sender().nxt() - 1, 0, 1);
        return now + config.keepAliveIntervalNanos();
    }
}
