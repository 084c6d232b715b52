package io.tun2socks.tcpstack.sim;

import io.tun2socks.tcpstack.wire.VirtioNetHeader;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** One direction of a path, with everything that paths do to packets. */
public final class VirtualLink {
    /**
     * What the path does.
     *
     * @param loss the share of packets lost, 0 to 1
     * @param duplication the share delivered twice
     * @param reordering the share held back for up to three times the delay and a millisecond
     * @param corruption the share with one byte changed
     * @param delayNanos how long a packet is under way
     * @param bitsPerSecond the bandwidth; 0 is unlimited
     * @param queueBytes what waits for the bandwidth at most; more is dropped
     */
    public record Path(
            double loss,
            double duplication,
            double reordering,
            double corruption,
            long delayNanos,
            long bitsPerSecond,
            int queueBytes) {
        /** Returns a path that only delays. */
        public static Path clean(long delayNanos) {
            return new Path(0, 0, 0, 0, delayNanos, 0, 0);
        }

        /** Returns the path with a share of its packets lost. */
        public Path withLoss(double share) {
            return new Path(share, duplication, reordering, corruption, delayNanos, bitsPerSecond, queueBytes);
        }
    }

    private final EventQueue events;
    private final RandomGenerator random;
    private final Path path;
    private final Consumer<SimPacket> receiver;
    private long busyUntil;

    /** Makes a link that hands what comes through to a receiver. */
    public VirtualLink(EventQueue events, RandomGenerator random, Path path, Consumer<SimPacket> receiver) {
        this.events = events;
        this.random = random;
        this.path = path;
        this.receiver = receiver;
        this.busyUntil = events.now();
    }

    /** Puts a packet on the link. */
    public void send(SimPacket packet) {
        if (random.nextDouble() < path.loss()) {
            return;
        }
        long departure = events.now();
        if (path.bitsPerSecond() > 0) {
            long waiting = Math.max(busyUntil - events.now(), 0);
            if (waiting * path.bitsPerSecond() / 8_000_000_000L > path.queueBytes()) {
                return;
            }
            departure += waiting + packet.ip().length * 8_000_000_000L / path.bitsPerSecond();
            busyUntil = departure;
        }
        SimPacket delivered = packet;
        if (random.nextDouble() < path.corruption() && packet.gsoType() == VirtioNetHeader.GSO_NONE) {
            delivered = packet.corrupted(random.nextInt(packet.ip().length), random.nextInt(1, 256));
        }
        deliver(delivered, departure);
        if (random.nextDouble() < path.duplication()) {
            deliver(packet, departure);
        }
    }

    private void deliver(SimPacket packet, long departure) {
        long arrival = departure + path.delayNanos();
        if (random.nextDouble() < path.reordering()) {
            arrival += random.nextLong(3 * path.delayNanos() + SimClock.MS);
        }
        events.at(arrival, () -> receiver.accept(packet));
    }
}
