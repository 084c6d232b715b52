package io.tun2socks.engine;

import io.netty.channel.EventLoop;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.rules.model.FlowMetadata;

/**
 * Decides where flows go. One instance serves all shards, so implementations are thread-safe; each flow is decided about
 * on its event loop.
 */
public interface FlowRouter {
    /**
     * Returns the route of every flow, if there is only one, so that nothing need be found out about flows.
     *
     * @return the route, or null if {@link #route} is to be asked
     */
    default Route only() {
        return null;
    }

    /**
     * Decides about a flow.
     *
     * @param loop the flow's event loop; the caller is on it
     * @param flow what is known of it; belongs to the router until it has answered
     * @param listener gets the answer on the loop: perhaps before this returns, perhaps after a name was resolved
     */
    void route(EventLoop loop, FlowMetadata flow, Listener listener);

    /** Gets the answer. */
    interface Listener {
        /**
         * The flow has been decided about.
         *
         * @param route where it goes
         */
        void onRoute(Route route);
    }

    /**
     * Returns a router that sends everything one way.
     *
     * @param outbound the way
     * @return the router
     */
    static FlowRouter to(Outbound outbound) {
        Route route = Route.to(outbound);
        return new FlowRouter() {
            @Override
            public Route only() {
                return route;
            }

            @Override
            public void route(EventLoop loop, FlowMetadata flow, Listener listener) {
                listener.onRoute(route);
            }
        };
    }
}
