package io.tun2socks.engine;

import io.tun2socks.outbound.Destination;
import io.tun2socks.outbound.Outbound;
import java.util.List;

/**
 * Where a flow goes, and why.
 *
 * @param outbound the way out
 * @param destination where to, or null for what the client asked for; to UDP it does not apply
 * @param rule the rule that decided, for people, such as {@code DomainSuffix(example.com)}; empty if none did
 * @param chain the names from the rule's target down to the proxy that is used
 * @param feedback hears how the attempt to go there ended
 */
public record Route(Outbound outbound, Destination destination, String rule, List<String> chain, Feedback feedback) {
    /** Hears how connecting went; on the flow's event loop. */
    @FunctionalInterface
    public interface Feedback {
        /** Hears nothing. */
        Feedback NONE = failure -> {};

        /**
         * An attempt has ended.
         *
         * @param failure why it failed, or null if it did not
         */
        void onAttempt(Throwable failure);
    }

    /**
     * Returns the route of flows that no rule was asked about.
     *
     * @param outbound the way out
     * @return the route
     */
    public static Route to(Outbound outbound) {
        return new Route(outbound, null, "", List.of(outbound.name()), Feedback.NONE);
    }
}
