package io.tun2socks.rules.explain;

import io.tun2socks.rules.match.Evaluator;
import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.Condition.End;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.GeoData;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.RuleSets;
import java.util.List;

/** Says why a condition does not hold for a flow. Any thread. */
final class FalseText {
    private final Evaluator evaluator;
    private final RuleSets sets;
    private final GeoData geo;

    FalseText(Evaluator evaluator, RuleSets sets, GeoData geo) {
        this.evaluator = evaluator;
        this.sets = sets;
        this.geo = geo;
    }

    /** Returns a clause such as "the destination's port is 80"; the condition is false for the flow. */
    String of(Condition condition, FlowMetadata flow) {
        if (condition instanceof Condition.And c) {
            return firstFalse(c.parts(), flow);
        }
        if (condition instanceof Condition.Or c) {
            return c.parts().size() == 1
                    ? of(c.parts().get(0), flow)
                    : "none of its " + c.parts().size() + " conditions holds";
        }
        if (condition instanceof Condition.Not c) {
            return "what it excludes holds: " + ConditionText.of(c.part());
        }
        if (condition instanceof Condition.SubRule c) {
            return evaluator.evaluate(c.condition(), flow)
                    ? "its condition holds, but no rule of the list '" + c.list() + "' matches"
                    : of(c.condition(), flow);
        }
        String name = ofName(condition, flow.ruleHost());
        if (!name.isEmpty()) {
            return name;
        }
        String address = ofAddress(condition, flow);
        return address.isEmpty() ? ofOther(condition, flow) : address;
    }

    private String firstFalse(List<Condition> parts, FlowMetadata flow) {
        for (Condition part : parts) {
            if (!evaluator.evaluate(part, flow)) {
                return of(part, flow);
            }
        }
        return "all of its conditions hold now";
    }

    private static String ofName(Condition condition, String host) {
        String not = "";
        if (condition instanceof Condition.Domain c) {
            not = " is not " + c.name();
        } else if (condition instanceof Condition.DomainSuffix c) {
            not = " is neither " + c.name() + " nor below it";
        } else if (condition instanceof Condition.DomainKeyword c) {
            not = " does not hold '" + c.word() + "'";
        } else if (condition instanceof Condition.DomainWildcard c) {
            not = " does not fit " + c.pattern().source();
        } else if (condition instanceof Condition.DomainRegex c) {
            not = " does not fit " + c.pattern().source();
        } else if (condition instanceof Condition.Geosite c) {
            not = " is not in the category '" + c.code() + "'";
        }
        return not.isEmpty() ? "" : host.isEmpty() ? "the flow has no name" : "the name " + host + not;
    }

    private String ofAddress(Condition condition, FlowMetadata flow) {
        if (condition instanceof Condition.IpCidr c) {
            return address(c.end(), condition, flow, " is not in " + c.cidr());
        }
        if (condition instanceof Condition.IpSuffix c) {
            return address(c.end(), condition, flow, " does not end as " + c.suffix() + "/" + c.bits());
        }
        if (condition instanceof Condition.IpAsn c) {
            long asn = ip(c.end(), flow) == null
                    ? 0
                    : c.end() == End.SOURCE ? flow.sourceAsn(geo) : flow.destinationAsn(geo);
            String is = asn == 0 ? " is of no known autonomous system" : " is of the autonomous system " + asn;
            return address(c.end(), condition, flow, is);
        }
        if (condition instanceof Condition.GeoIp c) {
            return address(c.end(), condition, flow, country(c, flow));
        }
        return condition instanceof Condition.InRuleSet c ? ruleSet(c) : "";
    }

    private String country(Condition.GeoIp condition, FlowMetadata flow) {
        if (condition.code().equals("lan")) {
            return " is not a local one";
        }
        if (ip(condition.end(), flow) == null) {
            return "";
        }
        List<String> codes = condition.end() == End.SOURCE ? flow.sourceCountries(geo) : flow.destinationCountries(geo);
        return codes.isEmpty() ? " is of no known country" : " is of " + String.join(", ", codes);
    }

    private String ruleSet(Condition.InRuleSet condition) {
        RuleSets.Holder holder = sets.find(condition.name());
        if (holder == null) {
            return "there is no rule set '" + condition.name() + "'";
        }
        return holder.current().size() == 0
                ? "the rule set '" + condition.name() + "' is empty; it may not have been loaded yet"
                : "no rule of the set '" + condition.name() + "' matches";
    }

    private static String address(End end, Condition condition, FlowMetadata flow, String isNot) {
        String what = end == End.SOURCE ? "the source's address" : "the destination's address";
        Ip ip = ip(end, flow);
        if (ip != null) {
            return what + " " + ip + isNot;
        }
        if (end == End.SOURCE || flow.host().isEmpty()) {
            return what + " is not known";
        }
        return Parts.noResolve(condition) && !flow.resolved()
                ? what + " is not known, and no-resolve keeps the rule from looking " + flow.host() + " up"
                : "no address is known for " + flow.host();
    }

    private static Ip ip(End end, FlowMetadata flow) {
        return end == End.SOURCE ? flow.sourceIp() : flow.destinationIp();
    }

    private static String ofOther(Condition condition, FlowMetadata flow) {
        if (condition instanceof Condition.PortIn c) {
            return switch (c.port()) {
                case DESTINATION -> "the destination's port is " + flow.destinationPort();
                case SOURCE -> "the source's port is " + flow.sourcePort();
                case INBOUND ->
                    flow.inboundPort() == 0 ? "it came in by no port" : "it came in by port " + flow.inboundPort();
            };
        }
        if (condition instanceof Condition.InType) {
            return "it came in by " + flow.inboundType();
        }
        if (condition instanceof Condition.InUser) {
            return flow.inboundUser().isEmpty() ? "it has no user" : "its user is '" + flow.inboundUser() + "'";
        }
        if (condition instanceof Condition.InName) {
            return flow.inboundName().isEmpty()
                    ? "its listener has no name"
                    : "it came in by '" + flow.inboundName() + "'";
        }
        if (condition instanceof Condition.NetworkIs) {
            return "it is " + flow.network();
        }
        if (condition instanceof Condition.DscpIn) {
            return "its DSCP is " + flow.dscp();
        }
        if (condition instanceof Condition.SourceMac) {
            return flow.sourceMac() == FlowMetadata.UNKNOWN
                    ? "the client's hardware address is not known"
                    : "the client's hardware address is " + ConditionText.mac(flow.sourceMac());
        }
        return ofOwner(condition, flow);
    }

    private static String ofOwner(Condition condition, FlowMetadata flow) {
        if (condition instanceof Condition.UidIn) {
            return flow.uid() == FlowMetadata.UNKNOWN
                    ? "its owner is not known"
                    : "its owner's user id is " + flow.uid();
        }
        boolean path = condition instanceof Condition.ProcessPath || condition instanceof Condition.ProcessPathPattern;
        String owner = path ? flow.processPath() : flow.process();
        return owner.isEmpty() ? "its owner is not known" : "its owner is '" + owner + "'";
    }
}
