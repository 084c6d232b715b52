package io.tun2socks.device;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A counter that one thread adds to at the cost of a plain store, and that any thread reads. */
final class OwnedCounter {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(OwnedCounter.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private long value;

    /** Adds; on the owning thread. */
    void add(long amount) {
        VALUE.setOpaque(this, value + amount);
    }

    /** Returns the sum; on any thread. */
    long get() {
        return (long) VALUE.getOpaque(this);
    }
}
