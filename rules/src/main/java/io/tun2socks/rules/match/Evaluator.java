package io.tun2socks.rules.match;

import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.DomainMatcher;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.GeoData;
import io.tun2socks.rules.model.GeoDataException;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.model.RuleSet;
import io.tun2socks.rules.model.RuleSets;
import io.tun2socks.rules.model.TextPattern;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Answers single conditions about flows. Any thread; no allocation per question.
 *
 * <p>What is unknown makes a condition false, and its NOT true: an address that was not found, an owner that was not found.
 * One difference from mihomo: user id 0 is an id like others, where mihomo takes it for unknown.
 */
public final class Evaluator {
    static final String LAN = "lan";
    private static final DomainMatcher EMPTY = new DomainMatcher() {
        @Override
        public boolean matches(String host) {
            return false;
        }

        @Override
        public int size() {
            return 0;
        }
    };

    private final Map<String, List<Rule>> subRules;
    private final RuleSets sets;
    private final GeoData geo;
    private final Map<String, DomainMatcher> geosites = new ConcurrentHashMap<>();

    /**
     * Makes an evaluator.
     *
     * @param subRules the lists that SUB-RULE conditions name, without cycles
     * @param sets the sets that RULE-SET conditions name; a set that is missing holds nothing
     * @param geo what GEOIP, IP-ASN and GEOSITE conditions ask
     */
    public Evaluator(Map<String, List<Rule>> subRules, RuleSets sets, GeoData geo) {
        this.subRules = Map.copyOf(subRules);
        this.sets = sets;
        this.geo = geo;
    }

    /**
     * Checks that the geographic data which a condition asks for is there, and loads its categories of names, so that
     * {@link #evaluate} need not.
     *
     * @param condition the condition; rules of lists that it names are not looked at
     * @throws GeoDataException if something is missing
     */
    public void require(Condition condition) throws GeoDataException {
        if (condition instanceof Condition.Geosite c) {
            geosites.put(c.code(), geo.geosite(c.code()));
        } else if (condition instanceof Condition.GeoIp c) {
            if (!c.code().equals(LAN)) {
                geo.requireCountry(c.code());
            }
        } else if (condition instanceof Condition.IpAsn) {
            geo.requireAsn();
        } else {
            List<Condition> parts = Conditions.parts(condition);
            for (int i = 0; i < parts.size(); i++) {
                require(parts.get(i));
            }
        }
    }

    /**
     * Tells whether a condition holds for a flow.
     *
     * @param condition the condition
     * @param flow the flow; unchanged when this returns, but for what it remembers of look-ups in geographic data
     * @return whether it holds
     */
    public boolean evaluate(Condition condition, FlowMetadata flow) {
        // Records are final, so that each test below is a comparison of classes; the frequent ones come first.
        if (condition instanceof Condition.Domain c) {
            return flow.ruleHost().equals(c.name());
        }
        if (condition instanceof Condition.DomainSuffix c) {
            return isWithin(flow.ruleHost(), c.name());
        }
        if (condition instanceof Condition.DomainKeyword c) {
            return flow.ruleHost().contains(c.word());
        }
        if (condition instanceof Condition.IpCidr c) {
            Ip ip = address(flow, c.end());
            return ip != null && c.cidr().contains(ip);
        }
        if (condition instanceof Condition.And c) {
            return all(c.parts(), flow);
        }
        if (condition instanceof Condition.Or c) {
            return any(c.parts(), flow);
        }
        if (condition instanceof Condition.Not c) {
            return !evaluate(c.part(), flow);
        }
        if (condition instanceof Condition.InRuleSet c) {
            RuleSets.Holder holder = sets.find(c.name());
            return holder != null && isIn(holder.current(), c.source(), flow);
        }
        if (condition instanceof Condition.Geosite c) {
            String host = flow.ruleHost();
            return !host.isEmpty() && geosite(c.code()).matches(host);
        }
        if (condition instanceof Condition.GeoIp c) {
            return isFrom(c, flow);
        }
        if (condition instanceof Condition.PortIn c) {
            return c.ranges().contains(port(flow, c.port()));
        }
        if (condition instanceof Condition.NetworkIs c) {
            return flow.network() == c.network();
        }
        if (condition instanceof Condition.Always) {
            return true;
        }
        return evaluateRare(condition, flow);
    }

    /** The rest, in a method of its own so that the first is small enough for the compiler to make good code of. */
    private boolean evaluateRare(Condition condition, FlowMetadata flow) {
        if (condition instanceof Condition.DomainWildcard c) {
            return c.pattern().matches(flow.ruleHost());
        }
        if (condition instanceof Condition.DomainRegex c) {
            return c.pattern().matches(flow.ruleHost());
        }
        if (condition instanceof Condition.SubRule c) {
            return evaluate(c.condition(), flow) && matching(c.list(), flow) != null;
        }
        if (condition instanceof Condition.IpSuffix c) {
            Ip ip = address(flow, c.end());
            return ip != null && endsWith(ip, c.suffix(), c.bits());
        }
        if (condition instanceof Condition.IpAsn c) {
            boolean source = c.end() == Condition.End.SOURCE;
            return address(flow, c.end()) != null
                    && (source ? flow.sourceAsn(geo) : flow.destinationAsn(geo)) == c.asn();
        }
        if (condition instanceof Condition.InType c) {
            return c.types().contains(flow.inboundType());
        }
        if (condition instanceof Condition.InUser c) {
            return holds(c.users(), flow.inboundUser());
        }
        if (condition instanceof Condition.InName c) {
            return holds(c.names(), flow.inboundName());
        }
        if (condition instanceof Condition.DscpIn c) {
            return c.ranges().contains(flow.dscp());
        }
        if (condition instanceof Condition.SourceMac c) {
            return flow.sourceMac() != FlowMetadata.UNKNOWN && flow.sourceMac() == c.address();
        }
        return evaluateOwner(condition, flow);
    }

    private static boolean evaluateOwner(Condition condition, FlowMetadata flow) {
        if (condition instanceof Condition.ProcessName c) {
            return flow.process().equalsIgnoreCase(c.name());
        }
        if (condition instanceof Condition.ProcessPath c) {
            return flow.processPath().equalsIgnoreCase(c.path());
        }
        if (condition instanceof Condition.ProcessNamePattern c) {
            TextPattern pattern = c.pattern();
            return pattern.matches(flow.process());
        }
        if (condition instanceof Condition.ProcessPathPattern c) {
            return c.pattern().matches(flow.processPath());
        }
        if (condition instanceof Condition.UidIn c) {
            return flow.uid() != FlowMetadata.UNKNOWN && c.ranges().contains(flow.uid());
        }
        // A kind that was added to the model and forgotten here; EvaluatorTest goes through all of them.
        throw new AssertionError("no answer for conditions of " + condition.getClass());
    }

    /**
     * Returns where a SUB-RULE that matches leads.
     *
     * @param rule the SUB-RULE
     * @param flow the flow
     * @return the target of the first rule of its list that matches, through lists within lists; empty if none matches any
     *     more, because a rule set has been updated since it did
     */
    public String subRuleTarget(Condition.SubRule rule, FlowMetadata flow) {
        Rule found = matching(rule.list(), flow);
        while (found != null && found.condition() instanceof Condition.SubRule next) {
            found = matching(next.list(), flow);
        }
        return found == null ? "" : found.target();
    }

    /**
     * Returns the target of a rule that matches.
     *
     * @param rule the rule
     * @param flow the flow
     * @return its own, or as for {@link #subRuleTarget}
     */
    String target(Rule rule, FlowMetadata flow) {
        return rule.condition() instanceof Condition.SubRule sub ? subRuleTarget(sub, flow) : rule.target();
    }

    /** Returns the names of a category. */
    DomainMatcher geosite(String code) {
        DomainMatcher names = geosites.get(code);
        return names == null ? load(code) : names;
    }

    /** Tells whether a flow, or with {@code source} the same with its ends exchanged, is in a set. */
    static boolean isIn(RuleSet set, boolean source, FlowMetadata flow) {
        if (!source) {
            return set.matches(flow);
        }
        flow.swapEnds();
        try {
            return set.matches(flow);
        } finally {
            flow.swapEnds();
        }
    }

    private DomainMatcher load(String code) {
        DomainMatcher names;
        try {
            names = geo.geosite(code);
        } catch (GeoDataException e) {
            // Who cares for the reason has called require before.
            names = EMPTY;
        }
        geosites.put(code, names);
        return names;
    }

    private Rule matching(String list, FlowMetadata flow) {
        List<Rule> rules = subRules.get(list);
        int count = rules == null ? 0 : rules.size();
        for (int i = 0; i < count; i++) {
            Rule rule = rules.get(i);
            if (evaluate(rule.condition(), flow)) {
                return rule;
            }
        }
        return null;
    }

    private boolean all(List<Condition> parts, FlowMetadata flow) {
        for (int i = 0; i < parts.size(); i++) {
            if (!evaluate(parts.get(i), flow)) {
                return false;
            }
        }
        return true;
    }

    private boolean any(List<Condition> parts, FlowMetadata flow) {
        for (int i = 0; i < parts.size(); i++) {
            if (evaluate(parts.get(i), flow)) {
                return true;
            }
        }
        return false;
    }

    private boolean isFrom(Condition.GeoIp condition, FlowMetadata flow) {
        Ip ip = address(flow, condition.end());
        if (ip == null) {
            return false;
        }
        if (condition.code().equals(LAN)) {
            return ip.isLan();
        }
        boolean source = condition.end() == Condition.End.SOURCE;
        return holds(source ? flow.sourceCountries(geo) : flow.destinationCountries(geo), condition.code());
    }

    private static boolean isWithin(String host, String name) {
        int rest = host.length() - name.length();
        return rest == 0 ? host.equals(name) : rest > 0 && host.charAt(rest - 1) == '.' && host.endsWith(name);
    }

    private static Ip address(FlowMetadata flow, Condition.End end) {
        return end == Condition.End.SOURCE ? flow.sourceIp() : flow.destinationIp();
    }

    private static int port(FlowMetadata flow, Condition.Port port) {
        return switch (port) {
            case DESTINATION -> flow.destinationPort();
            case SOURCE -> flow.sourcePort();
            case INBOUND -> flow.inboundPort();
        };
    }

    private static boolean endsWith(Ip ip, Ip suffix, int bits) {
        if (ip.isV4() != suffix.isV4()) {
            return false;
        }
        long low = ip.low() ^ suffix.low();
        if (bits < 64) {
            return (low & ((1L << bits) - 1)) == 0;
        }
        long high = ip.high() ^ suffix.high();
        return low == 0 && (bits == 128 ? high == 0 : (high & ((1L << (bits - 64)) - 1)) == 0);
    }

    private static boolean holds(List<String> list, String text) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).equals(text)) {
                return true;
            }
        }
        return false;
    }
}
