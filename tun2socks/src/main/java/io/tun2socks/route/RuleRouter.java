package io.tun2socks.route;

import io.netty.channel.EventLoop;
import io.tun2socks.engine.FlowRouter;
import io.tun2socks.engine.Route;
import io.tun2socks.outbound.Destination;
import io.tun2socks.rules.decide.Decider;
import io.tun2socks.rules.decide.Decision;
import io.tun2socks.rules.decide.Mode;
import io.tun2socks.rules.match.RuleMatcher;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Routes flows by rules. What it decides with can be replaced at any time; a decision under way ends with what it began
 * with. Any thread.
 */
public final class RuleRouter implements FlowRouter {
    private static final Logger log = LoggerFactory.getLogger(RuleRouter.class);

    private final Lookups lookups;
    private volatile Table table;

    /**
     * What decisions are made with.
     *
     * @param decider makes them
     * @param chooser finds the proxies of targets
     * @param text tells people what a rule is, by its number
     */
    public record Table(Decider decider, Choice.Chooser chooser, IntFunction<String> text) {}

    /**
     * Makes a router.
     *
     * @param lookups answers what rules need to know
     * @param table what decisions are made with at first
     */
    public RuleRouter(Lookups lookups, Table table) {
        this.lookups = lookups;
        this.table = table;
    }

    /**
     * Replaces what decisions are made with; flows that have been decided about stay where they are.
     *
     * @param replacement what new flows are decided with
     */
    public void replace(Table replacement) {
        table = replacement;
    }

    /** Returns what decides at present. */
    public Mode mode() {
        return table.decider().mode();
    }

    /**
     * Switches what decides.
     *
     * @param mode for new flows
     */
    public synchronized void mode(Mode mode) {
        Table now = table;
        table = new Table(now.decider().withMode(mode), now.chooser(), now.text());
    }

    @Override
    public void route(EventLoop loop, FlowMetadata flow, Listener listener) {
        new Pending(loop, flow, listener, table).begin();
    }

    /** One decision under way; on the flow's loop only. */
    private final class Pending {
        private final EventLoop loop;
        private final FlowMetadata flow;
        private final Listener listener;
        private final Table table;
        private final Decision decision = new Decision();

        Pending(EventLoop loop, FlowMetadata flow, Listener listener, Table table) {
            this.loop = loop;
            this.flow = flow;
            this.listener = listener;
            this.table = table;
        }

        void begin() {
            proceed(() -> table.decider().begin(flow, decision));
        }

        private void proceed(Supplier<Decider.Step> next) {
            Decider.Step step;
            Route route = null;
            try {
                step = next.get();
                if (step == Decider.Step.DECIDED) {
                    route = decided();
                }
            } catch (RuntimeException e) {
                // Nobody else would ever end the flow; others go on.
                log.error("{}: cannot be decided about, and is rejected", flow, e);
                step = Decider.Step.DECIDED;
                Choice reject = table.chooser().choose(Decider.REJECT, flow);
                route = new Route(reject.outbound(), null, "", reject.chain(), reject.feedback());
            }
            switch (step) {
                case DECIDED -> listener.onRoute(route);
                case NEEDS_ADDRESS -> lookups.address(loop, flow.host(), this::onAddress);
                case NEEDS_PROCESS -> lookups.owner(loop, flow, this::onOwner);
            }
        }

        private void onAddress(Ip address) {
            if (address == null) {
                log.debug("{}: the name has no address that could be found", flow);
            } else {
                flow.destinationIp(address);
            }
            flow.resolved(true);
            proceed(() -> table.decider().resume(flow, decision));
        }

        private void onOwner() {
            flow.processSought(true);
            proceed(() -> table.decider().resume(flow, decision));
        }

        private Route decided() {
            Choice choice = table.chooser().choose(decision.target(), flow);
            String rule =
                    decision.rule() == RuleMatcher.NONE ? "" : table.text().apply(decision.rule());
            log.debug("{}: {} by {}", flow, choice.chain(), rule.isEmpty() ? "no rule" : rule);
            return new Route(choice.outbound(), destination(), rule, choice.chain(), choice.feedback());
        }

        /** A name goes on to the proxy, which resolves it where it is. */
        private Destination destination() {
            if (flow.host().isEmpty()) {
                return null;
            }
            Ip ip = flow.destinationIp();
            IpAddress address = ip == null ? null : IpAddress.of(ip.toBytes());
            return new Destination(flow.host(), address, flow.destinationPort());
        }
    }
}
