package io.tun2socks.rules.parse;

import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.Condition.Port;
import io.tun2socks.rules.model.InboundType;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Names;
import io.tun2socks.rules.model.Network;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads the payloads of rules that hold no other rules. */
final class Payloads {
    private static final long MAX_PORT = 65_535;
    private static final long MAX_32 = 0xffff_ffffL;
    private static final long MAX_DSCP = 63;
    private static final WildcardPattern ANY_NAME = new WildcardPattern("?*");
    private static final Cidr ALL_V4 = new Cidr(Ip.v4(0), 0);
    private static final Cidr ALL_V6 = new Cidr(Ip.of(0, 0), 0);

    private Payloads() {}

    static Condition read(RuleType type, String payload, Params params) throws RuleSyntaxException {
        if (payload.isEmpty() && type != RuleType.DSCP && type != RuleType.MATCH) {
            throw new RuleSyntaxException(
                    "the payload of " + type + " is empty; expected one such as " + type.examplePayload());
        }
        return switch (type) {
            case DOMAIN -> new Condition.Domain(Names.normalize(payload));
            case DOMAIN_SUFFIX -> new Condition.DomainSuffix(Names.normalize(payload));
            case DOMAIN_KEYWORD -> new Condition.DomainKeyword(keyword(payload));
            case DOMAIN_WILDCARD -> new Condition.DomainWildcard(new WildcardPattern(Names.normalize(payload)));
            case DOMAIN_REGEX -> new Condition.DomainRegex(RegexPattern.ofDomain(payload));
            case GEOSITE -> geosite(payload.toLowerCase(Locale.ROOT));
            case IP_CIDR, IP_CIDR6, SRC_IP_CIDR ->
                new Condition.IpCidr(block(payload), params.end(), params.noResolve());
            case IP_SUFFIX, SRC_IP_SUFFIX -> suffix(payload, params);
            case IP_ASN, SRC_IP_ASN -> new Condition.IpAsn(asn(payload), params.end(), params.noResolve());
            case GEOIP, SRC_GEOIP -> geoIp(payload.toLowerCase(Locale.ROOT), params);
            case DST_PORT -> port(payload, Port.DESTINATION);
            case SRC_PORT -> port(payload, Port.SOURCE);
            case IN_PORT -> port(payload, Port.INBOUND);
            case IN_TYPE -> inType(payload);
            case IN_USER -> new Condition.InUser(list(type, payload));
            case IN_NAME -> new Condition.InName(list(type, payload));
            case PROCESS_NAME -> new Condition.ProcessName(payload);
            case PROCESS_PATH -> new Condition.ProcessPath(payload);
            case PROCESS_NAME_REGEX -> new Condition.ProcessNamePattern(RegexPattern.ofText(payload));
            case PROCESS_PATH_REGEX -> new Condition.ProcessPathPattern(RegexPattern.ofText(payload));
            case PROCESS_NAME_WILDCARD -> new Condition.ProcessNamePattern(new WildcardPattern(payload));
            case PROCESS_PATH_WILDCARD -> new Condition.ProcessPathPattern(new WildcardPattern(payload));
            case UID -> new Condition.UidIn(RangeText.parse(payload, "user id", MAX_32));
            case NETWORK -> new Condition.NetworkIs(network(payload));
            case DSCP -> new Condition.DscpIn(RangeText.parse(payload, "DSCP", MAX_DSCP));
            case SRC_MAC -> new Condition.SourceMac(mac(payload));
            case RULE_SET -> new Condition.InRuleSet(payload, params.source(), params.noResolve());
            case MATCH -> new Condition.Always();
            case AND, OR, NOT, SUB_RULE -> throw new IllegalArgumentException(type + " holds other rules");
        };
    }

    /** A dot at the end of a keyword is part of it: {@code google.} is not in {@code googleapis.com}. */
    private static String keyword(String payload) {
        String normalized = Names.normalize(payload);
        return payload.endsWith(".") && !normalized.endsWith(".") ? normalized + "." : normalized;
    }

    /** With {@code !} in front: whatever has a name that is not in the category. */
    private static Condition geosite(String code) throws RuleSyntaxException {
        if (!code.startsWith("!")) {
            return new Condition.Geosite(code);
        }
        Condition inside = new Condition.Geosite(afterMark(RuleType.GEOSITE, code));
        return new Condition.And(List.of(new Condition.DomainWildcard(ANY_NAME), new Condition.Not(inside)));
    }

    /** With {@code !} in front: whatever has an address that is not in the country. */
    private static Condition geoIp(String code, Params params) throws RuleSyntaxException {
        if (!code.startsWith("!")) {
            return new Condition.GeoIp(code, params.end(), params.noResolve());
        }
        Condition inside = new Condition.GeoIp(afterMark(RuleType.GEOIP, code), params.end(), params.noResolve());
        Condition v4 = new Condition.IpCidr(ALL_V4, params.end(), params.noResolve());
        Condition v6 = new Condition.IpCidr(ALL_V6, params.end(), params.noResolve());
        return new Condition.And(List.of(new Condition.Or(List.of(v4, v6)), new Condition.Not(inside)));
    }

    private static String afterMark(RuleType type, String code) throws RuleSyntaxException {
        String name = code.substring(1).trim();
        if (name.isEmpty() || name.startsWith("!")) {
            throw new RuleSyntaxException("'" + code + "' is not a code of " + type + "; expected one such as !cn");
        }
        return name;
    }

    private static Cidr block(String payload) throws RuleSyntaxException {
        Cidr cidr = Cidr.parse(payload).orElse(null);
        if (cidr != null) {
            return cidr;
        }
        int slash = payload.indexOf('/');
        Ip ip = Ip.parse(slash < 0 ? payload : payload.substring(0, slash)).orElse(null);
        String expected = "; expected one such as 10.0.0.0/8 or 2001:db8::/32";
        if (ip != null && payload.indexOf('%') < 0) {
            expected = slash < 0
                    ? "; did you mean " + ip + "/" + ip.bits() + "?"
                    : "; expected a prefix length of 0 to " + ip.bits();
        }
        throw new RuleSyntaxException("'" + payload + "' is not a block of addresses" + expected);
    }

    private static Condition suffix(String payload, Params params) throws RuleSyntaxException {
        int slash = payload.indexOf('/');
        // Checks the length; the address is read again, since a block drops the bits that count here.
        Cidr cidr = block(payload);
        Ip ip = Ip.literal(payload.substring(0, slash));
        if (ip.isV4() && payload.indexOf(':') >= 0) {
            throw new RuleSyntaxException(
                    "'" + payload + "' is an IPv4 address in IPv6 form; write the suffix of " + ip + " itself");
        }
        return new Condition.IpSuffix(ip, cidr.prefixLength(), params.end(), params.noResolve());
    }

    private static long asn(String payload) throws RuleSyntaxException {
        boolean prefixed = payload.regionMatches(true, 0, "AS", 0, 2);
        String digits = prefixed ? payload.substring(2) : payload;
        boolean number = !digits.isEmpty() && digits.length() <= 10;
        for (int i = 0; i < digits.length(); i++) {
            number &= digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
        }
        if (!number || Long.parseLong(digits) > MAX_32) {
            throw new RuleSyntaxException(
                    "'" + payload + "' is not the number of an autonomous system; expected 0 to " + MAX_32);
        }
        return Long.parseLong(digits);
    }

    private static Condition port(String payload, Port port) throws RuleSyntaxException {
        return new Condition.PortIn(RangeText.parse(payload, "port", MAX_PORT), port);
    }

    private static Condition inType(String payload) throws RuleSyntaxException {
        Set<InboundType> types = EnumSet.noneOf(InboundType.class);
        for (String name : list(RuleType.IN_TYPE, payload)) {
            if (name.equalsIgnoreCase("SOCKS")) {
                types.add(InboundType.SOCKS4);
                types.add(InboundType.SOCKS5);
                continue;
            }
            InboundType type = InboundType.of(name).orElse(null);
            if (type == null) {
                throw new RuleSyntaxException("'" + name + "' is not a type of inbound" + inTypeHint(name));
            }
            types.add(type);
        }
        return new Condition.InType(Collections.unmodifiableSet(types));
    }

    private static String inTypeHint(String name) {
        List<String> names = new ArrayList<>();
        names.add("SOCKS");
        for (InboundType type : InboundType.values()) {
            names.add(type.name());
        }
        String hint = Spelling.hint(name, names);
        return hint.isEmpty() ? "; expected some of " + String.join("/", names) : hint;
    }

    private static List<String> list(RuleType type, String payload) throws RuleSyntaxException {
        List<String> names = new ArrayList<>();
        for (String name : payload.split("/", -1)) {
            if (name.isBlank()) {
                throw new RuleSyntaxException(
                        "a name in '" + payload + "' is empty; expected a list such as " + type.examplePayload());
            }
            names.add(name.trim());
        }
        return List.copyOf(names);
    }

    private static Network network(String payload) throws RuleSyntaxException {
        if (payload.equalsIgnoreCase("tcp")) {
            return Network.TCP;
        }
        if (payload.equalsIgnoreCase("udp")) {
            return Network.UDP;
        }
        throw new RuleSyntaxException("'" + payload + "' is not a network; expected tcp or udp");
    }

    private static long mac(String payload) throws RuleSyntaxException {
        long address = 0;
        boolean valid = payload.length() == 17;
        for (int i = 0; i < payload.length() && valid; i++) {
            char c = payload.charAt(i);
            if (i % 3 == 2) {
                valid = c == ':' || c == '-';
            } else {
                int digit = c < 128 ? Character.digit(c, 16) : -1;
                valid = digit >= 0;
                address = (address << 4) | Math.max(digit, 0);
            }
        }
        if (!valid) {
            throw new RuleSyntaxException("'" + payload + "' is not a hardware address; expected one such as "
                    + RuleType.SRC_MAC.examplePayload());
        }
        return address;
    }
}
