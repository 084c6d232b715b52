package io.tun2socks.system;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the process has done and must undo, in reverse order, whatever happens.
 *
 * <p>Thread-safe. Each undo runs once, even if several threads unwind; the failure of one does not keep the others from
 * running.
 */
public final class UndoStack {
    private static final Logger LOG = LoggerFactory.getLogger(UndoStack.class);

    private final Deque<Step> steps = new ArrayDeque<>();
    private final Object unwinding = new Object();

    /** Makes an empty stack. */
    public UndoStack() {}

    /**
     * Adds an undo, to be run before all that were added earlier.
     *
     * @param what names it in the log, such as {@code close device tun0}
     * @param undo what to do
     */
    public void push(String what, Action undo) {
        synchronized (steps) {
            steps.push(new Step(what, undo));
        }
    }

    /**
     * Runs the undos that have not run yet, last one first; returns when all have ended, also those that another thread
     * is running.
     *
     * @return how many failed here; each failure has been logged
     */
    public int unwind() {
        int failures = 0;
        synchronized (unwinding) {
            for (Step step = pop(); step != null; step = pop()) {
                LOG.debug("undo: {}", step.what);
                try {
                    step.undo.run();
                } catch (Exception | LinkageError e) {
                    failures++;
                    LOG.error("undo failed: {}", step.what, e);
                }
            }
        }
        return failures;
    }

    private Step pop() {
        synchronized (steps) {
            return steps.poll();
        }
    }

    private record Step(String what, Action undo) {}

    /** What undoes something. */
    @FunctionalInterface
    public interface Action {
        /**
         * Undoes it.
         *
         * @throws Exception if that fails
         */
        void run() throws Exception;
    }
}
