package io.tun2socks.rules.explain;

import io.tun2socks.rules.match.Evaluator;
import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.Condition.End;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Ranges;
import io.tun2socks.rules.model.RuleSets;
import java.util.List;

/**
 * Measures how far a condition that is false is from being true for a flow. The measure is a guess at what somebody who
 * expected the rule to match has overlooked.
 */
final class Nearness {
    /** The condition has little to do with the flow. */
    static final int FAR = Integer.MAX_VALUE;

    private static final int ONE_PART = 5;
    private static final int NAME_ITSELF = 10;
    private static final int LIST_WITHOUT_MATCH = 12;
    private static final int ONE_PART_FAR = 15;
    private static final int NO_SET = 18;
    private static final int SIBLING = 20;
    private static final int NEXT_BLOCK = 30;
    private static final int PORT = 35;
    private static final int UNKNOWN_OWNER = 45;
    private static final int MAX_PORT_DISTANCE = 10;
    private static final int MAX_BITS_OFF = 2;

    private final Evaluator evaluator;
    private final RuleSets sets;

    Nearness(Evaluator evaluator, RuleSets sets) {
        this.evaluator = evaluator;
        this.sets = sets;
    }

    /** Returns the distance, from 1, or {@link #FAR}; the condition is false for the flow. */
    int of(Condition condition, FlowMetadata flow) {
        if (condition instanceof Condition.And c) {
            return ofAll(c.parts(), flow);
        }
        if (condition instanceof Condition.Or c) {
            int nearest = FAR;
            for (Condition part : c.parts()) {
                nearest = Math.min(nearest, of(part, flow));
            }
            return nearest;
        }
        if (condition instanceof Condition.SubRule c) {
            return evaluator.evaluate(c.condition(), flow) ? LIST_WITHOUT_MATCH : of(c.condition(), flow);
        }
        if (condition instanceof Condition.InRuleSet c) {
            RuleSets.Holder holder = sets.find(c.name());
            return holder == null || holder.current().size() == 0 ? NO_SET : FAR;
        }
        if (condition instanceof Condition.IpCidr c) {
            return ofBlock(c, flow);
        }
        if (condition instanceof Condition.PortIn c) {
            return c.port() == Condition.Port.DESTINATION ? ofPort(c.ranges(), flow.destinationPort()) : FAR;
        }
        if (condition instanceof Condition.ProcessName || condition instanceof Condition.ProcessPath) {
            return flow.process().isEmpty() ? UNKNOWN_OWNER : FAR;
        }
        return flow.ruleHost().isEmpty() ? FAR : ofName(condition, flow.ruleHost());
    }

    /** With one false part among true ones, that part is what is missing, however far it is by itself. */
    private int ofAll(List<Condition> parts, FlowMetadata flow) {
        Condition missing = null;
        for (Condition part : parts) {
            if (!evaluator.evaluate(part, flow)) {
                if (missing != null) {
                    return FAR;
                }
                missing = part;
            }
        }
        if (missing == null) {
            return FAR;
        }
        int distance = of(missing, flow);
        return parts.size() == 1 ? distance : distance == FAR ? ONE_PART_FAR : ONE_PART;
    }

    private static int ofName(Condition condition, String host) {
        if (condition instanceof Condition.Domain c) {
            return host.endsWith("." + c.name()) ? NAME_ITSELF : relation(c.name(), host);
        }
        if (condition instanceof Condition.DomainSuffix c) {
            // Such as notexample.com under example.com.
            return host.endsWith(c.name()) ? NAME_ITSELF : relation(c.name(), host);
        }
        if (condition instanceof Condition.DomainWildcard c) {
            return c.pattern().source().equals("*." + host) ? NAME_ITSELF : FAR;
        }
        return FAR;
    }

    /** Names are related if they share more than what a registry gives out names under. */
    private static int relation(String name, String host) {
        int inName = name.length();
        int inHost = host.length();
        int labels = 0;
        int shortLabels = 0;
        while (inName > 0 && inHost > 0) {
            int nameStart = name.lastIndexOf('.', inName - 1) + 1;
            int hostStart = host.lastIndexOf('.', inHost - 1) + 1;
            String label = name.substring(nameStart, inName);
            if (!label.equals(host.substring(hostStart, inHost))) {
                break;
            }
            labels++;
            shortLabels += label.length() <= 3 && labels <= 2 ? 1 : 0;
            inName = nameStart - 1;
            inHost = hostStart - 1;
        }
        // Such as co.uk and com.cn.
        boolean registry = labels == 2 && shortLabels == 2;
        if (labels < 2 || registry) {
            return FAR;
        }
        int rest = 0;
        for (int i = 0; i < Math.max(0, inName); i++) {
            rest += name.charAt(i) == '.' ? 1 : 0;
        }
        return SIBLING + Math.min(rest, 5);
    }

    private static int ofBlock(Condition.IpCidr condition, FlowMetadata flow) {
        Ip ip = condition.end() == End.SOURCE ? flow.sourceIp() : flow.destinationIp();
        Ip base = condition.cidr().base();
        if (ip == null || ip.isV4() != base.isV4()) {
            return FAR;
        }
        int same = ip.isV4()
                ? Long.numberOfLeadingZeros(ip.low() ^ base.low()) - 32
                : ip.high() == base.high()
                        ? 64 + Long.numberOfLeadingZeros(ip.low() ^ base.low())
                        : Long.numberOfLeadingZeros(ip.high() ^ base.high());
        int off = condition.cidr().prefixLength() - same;
        return same >= 8 && off <= MAX_BITS_OFF ? NEXT_BLOCK + off : FAR;
    }

    private static int ofPort(Ranges ranges, int port) {
        long nearest = MAX_PORT_DISTANCE + 1;
        for (Ranges.Range range : ranges.parts()) {
            nearest = Math.min(nearest, Math.min(Math.abs(range.first() - port), Math.abs(range.last() - port)));
        }
        return nearest > MAX_PORT_DISTANCE ? FAR : PORT;
    }
}
