package io.tun2socks.process;

import io.tun2socks.linux.ErrnoException;
import io.tun2socks.rules.model.FlowMetadata;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link ProcessFinder} that is opened when the first owner is sought: most configurations have no rule about owners. If
 * it cannot be opened that is told once, and all owners are unknown. Any thread.
 */
public final class LazyProcessFinder implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LazyProcessFinder.class);

    private ProcessFinder finder;
    private boolean failed;

    /** Makes one; nothing is opened yet. */
    public LazyProcessFinder() {}

    /**
     * Begins to seek the owner of a flow.
     *
     * @param flow only read before this returns
     * @param answer gets the owner, on any thread
     */
    public void find(FlowMetadata flow, Consumer<Owner> answer) {
        ProcessFinder open = flow.sourceIp() == null ? null : finder();
        if (open == null) {
            answer.accept(Owner.UNKNOWN);
        } else {
            open.find(
                    flow.network(),
                    flow.sourceIp(),
                    flow.sourcePort(),
                    flow.destinationIp(),
                    flow.destinationPort(),
                    answer);
        }
    }

    private synchronized ProcessFinder finder() {
        if (finder == null && !failed) {
            try {
                finder = ProcessFinder.open();
            } catch (ErrnoException e) {
                failed = true;
                log.warn(
                        "the owners of flows cannot be found, so rules about processes and users never match: {}",
                        e.getMessage());
            }
        }
        return finder;
    }

    @Override
    public synchronized void close() {
        failed = true;
        if (finder != null) {
            finder.close();
            finder = null;
        }
    }
}
