package io.tun2socks.tcpstack.sim;

/**
 * How a simulated client behaves.
 *
 * @param mss the MSS that it announces, or -1 for none
 * @param sack whether it offers SACK
 * @param timestamps whether it offers timestamps
 * @param windowScale the shift that it offers, or -1 for none
 * @param receiveBuffer the most bytes that lie unread
 * @param readPauseNanos the application reads everything every so often; 0 reads at once
 * @param maxSegment the most payload of a packet that it sends; more than the peer's MSS makes super-segments
 * @param randomSegments whether segments have random lengths
 * @param ackEvery it acknowledges every so many segments, or after 20 ms
 * @param maxFlight the most bytes in flight
 * @param finAfterInput whether it closes its direction only after the other side has closed
 * @param isn its initial sequence number
 */
public record ClientOptions(
        int mss,
        boolean sack,
        boolean timestamps,
        int windowScale,
        int receiveBuffer,
        long readPauseNanos,
        int maxSegment,
        boolean randomSegments,
        int ackEvery,
        int maxFlight,
        boolean finAfterInput,
        int isn) {
    /** Returns a modern client for an MTU. */
    public static ClientOptions modern(boolean ipv4, int mtu) {
        int mss = mtu - Packets.ipHeader(ipv4) - 20;
        return new ClientOptions(mss, true, true, 7, 1 << 18, 0, mss - 12, false, 2, 1 << 18, false, 1000);
    }

    /** Returns the same with another ISN. */
    public ClientOptions withIsn(int value) {
        return new ClientOptions(
                mss,
                sack,
                timestamps,
                windowScale,
                receiveBuffer,
                readPauseNanos,
                maxSegment,
                randomSegments,
                ackEvery,
                maxFlight,
                finAfterInput,
                value);
    }

    /** Returns the same with a receive buffer that is read in pauses. */
    public ClientOptions reading(int buffer, long pauseNanos) {
        return new ClientOptions(
                mss,
                sack,
                timestamps,
                windowScale,
                buffer,
                pauseNanos,
                maxSegment,
                randomSegments,
                ackEvery,
                maxFlight,
                finAfterInput,
                isn);
    }

    /** Returns the same with another number of segments that an acknowledgement waits for. */
    public ClientOptions acknowledging(int segments) {
        return new ClientOptions(
                mss,
                sack,
                timestamps,
                windowScale,
                receiveBuffer,
                readPauseNanos,
                maxSegment,
                randomSegments,
                segments,
                maxFlight,
                finAfterInput,
                isn);
    }

    /** Returns the same with a small receive buffer, and a scale that lets it be told. */
    public ClientOptions tinyWindow(int buffer) {
        return new ClientOptions(
                mss,
                sack,
                timestamps,
                Math.min(windowScale, 3),
                buffer,
                readPauseNanos,
                maxSegment,
                randomSegments,
                ackEvery,
                maxFlight,
                finAfterInput,
                isn);
    }
}
