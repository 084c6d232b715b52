package io.tun2socks.rules.explain;

import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.Condition.End;
import io.tun2socks.rules.model.InboundType;
import io.tun2socks.rules.model.TextPattern;
import io.tun2socks.rules.parse.WildcardPattern;
import java.util.List;
import java.util.stream.Collectors;

/** Writes conditions as rules do: {@code DOMAIN-SUFFIX,example.com}. */
public final class ConditionText {
    private ConditionText() {}

    /**
     * Writes a condition.
     *
     * @param condition the condition
     * @return type, payload and parameters, without a target
     */
    public static String of(Condition condition) {
        if (condition instanceof Condition.And c) {
            return "AND," + joined(c.parts());
        }
        if (condition instanceof Condition.Or c) {
            return "OR," + joined(c.parts());
        }
        if (condition instanceof Condition.Not c) {
            return "NOT," + joined(List.of(c.part()));
        }
        if (condition instanceof Condition.SubRule c) {
            return "SUB-RULE,(" + of(c.condition()) + ")," + c.list();
        }
        if (condition instanceof Condition.Always) {
            return "MATCH";
        }
        String name = ofName(condition);
        if (!name.isEmpty()) {
            return name;
        }
        String address = ofAddress(condition);
        return address.isEmpty() ? ofOther(condition) : address;
    }

    private static String joined(List<Condition> parts) {
        return parts.stream().map(part -> "(" + of(part) + ")").collect(Collectors.joining(",", "(", ")"));
    }

    private static String ofName(Condition condition) {
        if (condition instanceof Condition.Domain c) {
            return "DOMAIN," + c.name();
        }
        if (condition instanceof Condition.DomainSuffix c) {
            return "DOMAIN-SUFFIX," + c.name();
        }
        if (condition instanceof Condition.DomainKeyword c) {
            return "DOMAIN-KEYWORD," + c.word();
        }
        if (condition instanceof Condition.DomainWildcard c) {
            return "DOMAIN-WILDCARD," + c.pattern().source();
        }
        if (condition instanceof Condition.DomainRegex c) {
            return "DOMAIN-REGEX," + c.pattern().source();
        }
        return condition instanceof Condition.Geosite c ? "GEOSITE," + c.code() : "";
    }

    private static String ofAddress(Condition condition) {
        if (condition instanceof Condition.IpCidr c) {
            return address("IP-CIDR," + c.cidr(), c.end(), c.noResolve());
        }
        if (condition instanceof Condition.IpSuffix c) {
            return address("IP-SUFFIX," + c.suffix() + "/" + c.bits(), c.end(), c.noResolve());
        }
        if (condition instanceof Condition.IpAsn c) {
            return address("IP-ASN," + c.asn(), c.end(), c.noResolve());
        }
        if (condition instanceof Condition.GeoIp c) {
            return address("GEOIP," + c.code(), c.end(), c.noResolve());
        }
        if (condition instanceof Condition.InRuleSet c) {
            return "RULE-SET," + c.name() + (c.source() ? ",src" : c.noResolve() ? ",no-resolve" : "");
        }
        return "";
    }

    private static String address(String text, End end, boolean noResolve) {
        return end == End.SOURCE ? "SRC-" + text : noResolve ? text + ",no-resolve" : text;
    }

    private static String ofOther(Condition condition) {
        if (condition instanceof Condition.PortIn c) {
            String type = switch (c.port()) {
                case DESTINATION -> "DST-PORT,";
                case SOURCE -> "SRC-PORT,";
                case INBOUND -> "IN-PORT,";
            };
            return type + c.ranges();
        }
        if (condition instanceof Condition.InType c) {
            return "IN-TYPE," + types(c);
        }
        if (condition instanceof Condition.InUser c) {
            return "IN-USER," + String.join("/", c.users());
        }
        if (condition instanceof Condition.InName c) {
            return "IN-NAME," + String.join("/", c.names());
        }
        if (condition instanceof Condition.NetworkIs c) {
            return "NETWORK," + c.network();
        }
        if (condition instanceof Condition.DscpIn c) {
            return "DSCP," + c.ranges();
        }
        if (condition instanceof Condition.SourceMac c) {
            return "SRC-MAC," + mac(c.address());
        }
        return ofOwner(condition);
    }

    private static String ofOwner(Condition condition) {
        if (condition instanceof Condition.ProcessName c) {
            return "PROCESS-NAME," + c.name();
        }
        if (condition instanceof Condition.ProcessPath c) {
            return "PROCESS-PATH," + c.path();
        }
        if (condition instanceof Condition.ProcessNamePattern c) {
            return "PROCESS-NAME" + kind(c.pattern()) + c.pattern().source();
        }
        if (condition instanceof Condition.ProcessPathPattern c) {
            return "PROCESS-PATH" + kind(c.pattern()) + c.pattern().source();
        }
        if (condition instanceof Condition.UidIn c) {
            return "UID," + c.ranges();
        }
        throw new AssertionError("no text for conditions of " + condition.getClass());
    }

    private static String kind(TextPattern pattern) {
        return pattern instanceof WildcardPattern ? "-WILDCARD," : "-REGEX,";
    }

    static String types(Condition.InType condition) {
        return condition.types().stream().sorted().map(InboundType::name).collect(Collectors.joining("/"));
    }

    static String mac(long address) {
        StringBuilder text = new StringBuilder(17);
        for (int shift = 40; shift >= 0; shift -= 8) {
            int part = (int) (address >>> shift) & 0xff;
            text.append(text.isEmpty() ? "" : ":").append(part < 16 ? "0" : "").append(Integer.toHexString(part));
        }
        return text.toString();
    }
}
