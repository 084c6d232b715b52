package io.tun2socks.route;

import io.tun2socks.engine.Route;
import io.tun2socks.outbound.Outbound;
import java.util.List;

/**
 * The proxy that a target stands for at present.
 *
 * @param outbound the way out
 * @param chain the names from the target down to the proxy
 * @param feedback tells the groups on the way how connecting went
 */
public record Choice(Outbound outbound, List<String> chain, Route.Feedback feedback) {
    /** Finds the proxy of a target. */
    @FunctionalInterface
    public interface Chooser {
        /**
         * Follows the choices of groups.
         *
         * @param target a rule's target
         * @param flow the flow that it is for
         * @return the proxy; a target that has gone in between is rejected
         */
        Choice choose(String target, io.tun2socks.rules.model.FlowMetadata flow);
    }
}
