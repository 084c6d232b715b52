package io.tun2socks.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.tun2socks.engine.Route;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.outbound.Outbounds;
import io.tun2socks.outbound.SocketSettings;
import io.tun2socks.rules.decide.Decider;
import io.tun2socks.rules.decide.FindProcessMode;
import io.tun2socks.rules.decide.Mode;
import io.tun2socks.rules.decide.Targets.Fitness;
import io.tun2socks.rules.match.RuleMatcher;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RuleRouterTest {
    private static final Ip LAN = Ip.literal("10.0.0.7");

    private final EventLoop loop = new DefaultEventLoop();
    private final Outbound proxy = Outbounds.parse("reject://", SocketSettings.DEFAULT);
    private final List<Consumer<Ip>> addressQuestions = new ArrayList<>();
    private final List<Runnable> ownerQuestions = new ArrayList<>();
    private final List<Route> routes = new ArrayList<>();

    private final Lookups lookups = new Lookups() {
        @Override
        public void address(EventLoop on, String host, Consumer<Ip> answer) {
            addressQuestions.add(answer);
        }

        @Override
        public void owner(EventLoop on, FlowMetadata flow, Runnable done) {
            ownerQuestions.add(() -> {
                flow.process("curl");
                done.run();
            });
        }
    };

    /** Rule 0: the address is in the LAN. Rule 1: the owner is curl. */
    private static final RuleMatcher RULES = new RuleMatcher() {
        @Override
        public int match(FlowMetadata flow, int from) {
            if (from == 0) {
                if (flow.lacksAddress()) {
                    flow.resumeAt(0);
                    return NEEDS_ADDRESS;
                }
                if (LAN.equals(flow.destinationIp())) {
                    return 0;
                }
            }
            if (!flow.processSought()) {
                flow.resumeAt(1);
                return NEEDS_PROCESS;
            }
            return flow.process().equals("curl") ? 1 : NONE;
        }

        @Override
        public String target(int rule, FlowMetadata flow) {
            return "target-" + rule;
        }

        @Override
        public int size() {
            return 2;
        }
    };

    private final RuleRouter router = new RuleRouter(
            lookups,
            new RuleRouter.Table(
                    new Decider(RULES, (t, f) -> Fitness.FIT, host -> null, Mode.RULE, FindProcessMode.STRICT, false),
                    (target, flow) -> new Choice(proxy, List.of(target, "proxy"), Route.Feedback.NONE),
                    number -> "Rule(" + number + ")"));

    @AfterEach
    void close() {
        loop.shutdownGracefully();
    }

    @Test
    void aFlowWithAnAddressIsDecidedAtOnce() {
        router.route(loop, new FlowMetadata().destinationIp(LAN), routes::add);
        assertThat(routes).singleElement().satisfies(route -> {
            assertThat(route.outbound()).isSameAs(proxy);
            assertThat(route.rule()).isEqualTo("Rule(0)");
            assertThat(route.chain()).containsExactly("target-0", "proxy");
            assertThat(route.destination()).isNull();
        });
    }

    @Test
    void aNameIsLookedUpOnceAndGoesOnToTheProxy() {
        router.route(loop, new FlowMetadata().host("nas.example").destinationPort(443), routes::add);
        assertThat(routes).isEmpty();
        assertThat(addressQuestions).hasSize(1);
        addressQuestions.get(0).accept(LAN);
        assertThat(routes).singleElement().satisfies(route -> {
            assertThat(route.rule()).isEqualTo("Rule(0)");
            assertThat(route.destination()).hasToString("nas.example:443");
            assertThat(route.destination().address()).hasToString("10.0.0.7");
        });
    }

    @Test
    void afterAFailedLookUpTheNextRulesDecide() {
        router.route(loop, new FlowMetadata().host("nas.example"), routes::add);
        addressQuestions.get(0).accept(null);
        assertThat(addressQuestions).hasSize(1);
        ownerQuestions.get(0).run();
        assertThat(ownerQuestions).hasSize(1);
        assertThat(routes)
                .singleElement()
                .satisfies(route -> assertThat(route.rule()).isEqualTo("Rule(1)"));
    }

    @Test
    void theModeIsSwitchedForNewFlows() {
        router.route(loop, new FlowMetadata().host("nas.example"), routes::add);
        router.mode(Mode.GLOBAL);
        router.route(loop, new FlowMetadata().destinationIp(LAN), routes::add);
        addressQuestions.get(0).accept(LAN);
        assertThat(router.mode()).isEqualTo(Mode.GLOBAL);
        assertThat(routes.stream().map(route -> route.chain().get(0))).containsExactly("GLOBAL", "target-0");
        assertThat(routes.get(0).rule()).isEmpty();
    }

    @Test
    void aFlowThatCannotBeDecidedAboutIsRejectedAndOthersGoOn() {
        boolean[] broken = {true};
        router.replace(new RuleRouter.Table(
                new Decider(
                        RULES,
                        (target, flow) -> {
                            if (broken[0]) {
                                throw new IllegalStateException("broken");
                            }
                            return Fitness.FIT;
                        },
                        host -> null,
                        Mode.RULE,
                        FindProcessMode.STRICT,
                        false),
                (target, flow) -> new Choice(proxy, List.of(target), Route.Feedback.NONE),
                number -> "Rule(" + number + ")"));

        router.route(loop, new FlowMetadata().destinationIp(LAN), routes::add);
        router.route(loop, new FlowMetadata(), routes::add);
        ownerQuestions.get(0).run();
        broken[0] = false;
        router.route(loop, new FlowMetadata().destinationIp(LAN), routes::add);

        assertThat(routes.stream().map(route -> route.chain().get(0))).containsExactly("REJECT", "REJECT", "target-0");
    }
}
