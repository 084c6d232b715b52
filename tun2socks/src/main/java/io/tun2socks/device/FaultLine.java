package io.tun2socks.device;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEventLoop;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One direction of a faulty queue. One thread. */
final class FaultLine implements AutoCloseable {
    private static final long LONGEST_DELAY_MILLIS = 10;

    private final FaultDevice.Faults faults;
    private final SplittableRandom random;
    private final Consumer<ByteBuf> output;
    private ByteBuf held;
    /** Brings what is held, at the latest. */
    private Future<?> timer;

    private boolean closed;

    /**
     * Makes a line.
     *
     * @param faults what happens to packets
     * @param random decides
     * @param output gets packets that are late or doubled, lent for the call
     */
    FaultLine(FaultDevice.Faults faults, SplittableRandom random, Consumer<ByteBuf> output) {
        this.faults = faults;
        this.random = random;
        this.output = output;
    }

    /**
     * Lets a packet through, or not.
     *
     * @param forward passes the packet itself on
     * @param copy makes a copy of it
     * @param loop brings late packets that no other follows; null before the queue is started: nothing is late then
     * @param afterLate runs after such a late packet
     */
    void pass(Runnable forward, Supplier<ByteBuf> copy, IoEventLoop loop, Runnable afterLate) {
        // Always three numbers, so that one fault does not shift the others.
        boolean lost = random.nextDouble() < faults.loss();
        boolean twice = random.nextDouble() < faults.duplicate();
        boolean late = random.nextDouble() < faults.reorder();
        if (lost || closed) {
            return;
        }
        if (late && held == null && loop != null) {
            held = copy.get();
            timer = loop.schedule(
                    () -> {
                        if (!closed) {
                            releaseHeld();
                            afterLate.run();
                        }
                    },
                    LONGEST_DELAY_MILLIS,
                    TimeUnit.MILLISECONDS);
            return;
        }
        ByteBuf twin = twice ? copy.get() : null;
        forward.run();
        if (twin != null) {
            hand(twin);
        }
        releaseHeld();
    }

    private void releaseHeld() {
        if (held != null) {
            ByteBuf packet = held;
            held = null;
            timer.cancel(false);
            hand(packet);
        }
    }

    private void hand(ByteBuf packet) {
        try {
            output.accept(packet);
        } finally {
            packet.release();
        }
    }

    @Override
    public void close() {
        closed = true;
        if (held != null) {
            held.release();
            held = null;
        }
    }
}
