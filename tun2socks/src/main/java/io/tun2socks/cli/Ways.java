package io.tun2socks.cli;

import io.tun2socks.config.Settings;
import io.tun2socks.config.UsageException;
import io.tun2socks.engine.FlowRouter;
import io.tun2socks.outbound.Outbound;

/** The ways out of a run, and what decides between them. */
interface Ways extends AutoCloseable {
    /** Returns what decides where flows go. */
    FlowRouter router();

    /** Returns what is told of them when all is up. */
    String description();

    /** Reads the configuration again, if there is one; what cannot be followed is logged, and all stays as it was. */
    default void reload() {}

    @Override
    void close();

    /** Makes the ways out. */
    @FunctionalInterface
    interface Opener {
        /**
         * Makes the ways out; nothing is connected yet.
         *
         * @param parts what a run is put together from
         * @return the ways
         * @throws UsageException if what was asked for is not understood
         * @throws RunFailure if it cannot be done
         */
        Ways open(ProxyParts parts) throws UsageException, RunFailure;
    }

    /**
     * One way for everything.
     *
     * @param settings with the proxy's URL
     * @return makes it
     */
    static Opener only(Settings settings) {
        return parts -> {
            Outbound outbound;
            try {
                outbound = parts.outbound(settings.proxy(), settings.sockets());
            } catch (IllegalArgumentException e) {
                throw new UsageException("--proxy: " + e.getMessage());
            }
            FlowRouter router = FlowRouter.to(outbound);
            return new Ways() {
                @Override
                public FlowRouter router() {
                    return router;
                }

                @Override
                public String description() {
                    return outbound.name();
                }

                @Override
                public void close() {
                    outbound.close();
                }
            };
        };
    }
}
