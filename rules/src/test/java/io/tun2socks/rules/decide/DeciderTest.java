package io.tun2socks.rules.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.rules.decide.Decider.Step;
import io.tun2socks.rules.decide.Targets.Fitness;
import io.tun2socks.rules.match.RuleMatcher;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Network;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeciderTest {
    private final Map<String, Fitness> fitness = new HashMap<>();
    private final List<String> targets = new ArrayList<>();
    private final List<Integer> asked = new ArrayList<>();
    private final Map<String, Ip> hosts = new HashMap<>();
    private int needsAddressAt = -1;
    private int needsProcessAt = -1;

    /** Every rule matches from the number on at which it is asked; some need something first. */
    private final class Scripted implements RuleMatcher {
        @Override
        public int match(FlowMetadata flow, int from) {
            asked.add(from);
            if (from == needsAddressAt && flow.lacksAddress()) {
                flow.resumeAt(from);
                return NEEDS_ADDRESS;
            }
            if (from == needsProcessAt && !flow.processSought()) {
                flow.resumeAt(from);
                return NEEDS_PROCESS;
            }
            return from < targets.size() ? from : NONE;
        }

        @Override
        public String target(int rule, FlowMetadata flow) {
            return targets.get(rule);
        }

        @Override
        public int size() {
            return targets.size();
        }
    }

    private Decider decider(Mode mode, FindProcessMode findProcess, boolean rejectUdp) {
        return new Decider(
                new Scripted(),
                (target, flow) -> fitness.getOrDefault(target, Fitness.FIT),
                hosts::get,
                mode,
                findProcess,
                rejectUdp);
    }

    private static FlowMetadata named(String host) {
        return new FlowMetadata().host(host).destinationPort(443);
    }

    @Test
    void theFirstRuleWhoseTargetFitsDecides() {
        targets.addAll(List.of("pass", "gone", "proxy"));
        fitness.put("pass", Fitness.PASS);
        fitness.put("gone", Fitness.ABSENT);
        Decision decision = Decision.explained();
        assertThat(decider(Mode.RULE, FindProcessMode.STRICT, false).begin(named("a.example"), decision))
                .isEqualTo(Step.DECIDED);
        assertThat(decision.rule()).isEqualTo(2);
        assertThat(decision.target()).isEqualTo("proxy");
        assertThat(decision.skipped())
                .containsExactly(
                        new Decision.Skipped(0, "pass", Fitness.PASS), new Decision.Skipped(1, "gone", Fitness.ABSENT));
    }

    @Test
    void aDecisionGoesOnWhereItAsked() {
        targets.addAll(List.of("pass", "proxy"));
        fitness.put("pass", Fitness.PASS);
        needsAddressAt = 1;
        needsProcessAt = 1;
        Decider decider = decider(Mode.RULE, FindProcessMode.STRICT, false);
        FlowMetadata flow = named("a.example");
        Decision decision = new Decision();
        assertThat(decider.begin(flow, decision)).isEqualTo(Step.NEEDS_ADDRESS);
        flow.resolved(true);
        assertThat(decider.resume(flow, decision)).isEqualTo(Step.NEEDS_PROCESS);
        flow.processSought(true);
        assertThat(decider.resume(flow, decision)).isEqualTo(Step.DECIDED);
        assertThat(decision.rule()).isEqualTo(1);
        assertThat(asked).containsExactly(0, 1, 1, 1);
    }

    @Test
    void anAddressOfHostsReplacesTheFlowsOwnAndNothingIsLookedUp() {
        targets.add("proxy");
        needsAddressAt = 0;
        hosts.put("a.example", Ip.literal("10.1.2.3"));
        FlowMetadata flow = named("a.example").destinationIp(Ip.literal("192.0.2.1"));
        Decision decision = new Decision();
        assertThat(decider(Mode.RULE, FindProcessMode.STRICT, false).begin(flow, decision))
                .isEqualTo(Step.DECIDED);
        assertThat(flow.destinationIp()).isEqualTo(Ip.literal("10.1.2.3"));
        assertThat(flow.resolved()).isTrue();
    }

    @Test
    void modesPassTheRulesBy() {
        targets.add("proxy");
        Decision global = new Decision();
        decider(Mode.GLOBAL, FindProcessMode.ALWAYS, false).begin(named("a.example"), global);
        Decision direct = new Decision();
        decider(Mode.GLOBAL, FindProcessMode.ALWAYS, false)
                .withMode(Mode.DIRECT)
                .begin(named("a.example"), direct);
        assertThat(global.target()).isEqualTo("GLOBAL");
        assertThat(direct.target()).isEqualTo("DIRECT");
        assertThat(asked).isEmpty();
    }

    @Test
    void ownersAreSoughtFirstAlwaysOrNever() {
        targets.add("proxy");
        needsProcessAt = 0;
        assertThat(decider(Mode.RULE, FindProcessMode.ALWAYS, false).begin(named("a.example"), new Decision()))
                .isEqualTo(Step.NEEDS_PROCESS);
        assertThat(asked).isEmpty();
        assertThat(decider(Mode.RULE, FindProcessMode.OFF, false).begin(named("a.example"), new Decision()))
                .isEqualTo(Step.DECIDED);
    }

    @Test
    void udpThatNoTargetCarriesGoesDirectOrIsRejected() {
        targets.add("http");
        fitness.put("http", Fitness.NO_UDP);
        Decision direct = new Decision();
        decider(Mode.RULE, FindProcessMode.STRICT, false)
                .begin(named("a.example").network(Network.UDP), direct);
        Decision reject = new Decision();
        decider(Mode.RULE, FindProcessMode.STRICT, true)
                .begin(named("a.example").network(Network.UDP), reject);
        Decision tcp = new Decision();
        decider(Mode.RULE, FindProcessMode.STRICT, true).begin(named("a.example"), tcp);
        assertThat(List.of(direct.target(), reject.target(), tcp.target()))
                .containsExactly("DIRECT", "REJECT", "DIRECT");
        assertThat(List.of(direct.rule(), reject.rule(), tcp.rule())).containsOnly(RuleMatcher.NONE);
    }
}
