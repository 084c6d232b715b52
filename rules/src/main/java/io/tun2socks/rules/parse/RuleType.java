package io.tun2socks.rules.parse;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The types of rules, with the way in which their lines are cut. */
enum RuleType {
    DOMAIN(Shape.FIELD, "example.com"),
    DOMAIN_SUFFIX(Shape.FIELD, "example.com"),
    DOMAIN_KEYWORD(Shape.FIELD, "example"),
    DOMAIN_WILDCARD(Shape.FIELD, "*.example.com"),
    DOMAIN_REGEX(Shape.REGEX, "^www\\..*$"),
    GEOSITE(Shape.FIELD, "cn"),
    IP_CIDR(Shape.ADDRESS, "10.0.0.0/8"),
    IP_CIDR6(Shape.ADDRESS, "2001:db8::/32"),
    IP_SUFFIX(Shape.ADDRESS, "0.0.0.1/8"),
    IP_ASN(Shape.ADDRESS, "13335"),
    GEOIP(Shape.ADDRESS, "cn"),
    SRC_GEOIP(Shape.SOURCE_ADDRESS, "cn"),
    SRC_IP_ASN(Shape.SOURCE_ADDRESS, "13335"),
    SRC_IP_CIDR(Shape.SOURCE_ADDRESS, "10.0.0.0/8"),
    SRC_IP_SUFFIX(Shape.SOURCE_ADDRESS, "0.0.0.1/8"),
    DST_PORT(Shape.FIELD, "80/8000-9000"),
    SRC_PORT(Shape.FIELD, "1024-65535"),
    IN_PORT(Shape.FIELD, "7890"),
    IN_TYPE(Shape.FIELD, "SOCKS/HTTP"),
    IN_USER(Shape.FIELD, "alice/bob"),
    IN_NAME(Shape.FIELD, "tun-in"),
    PROCESS_NAME(Shape.FIELD, "curl"),
    PROCESS_NAME_REGEX(Shape.REGEX, "^curl$"),
    PROCESS_NAME_WILDCARD(Shape.FIELD, "chrom*"),
    PROCESS_PATH(Shape.FIELD, "/usr/bin/curl"),
    PROCESS_PATH_REGEX(Shape.REGEX, "^/usr/bin/"),
    PROCESS_PATH_WILDCARD(Shape.FIELD, "/opt/*"),
    UID(Shape.FIELD, "1000-1999"),
    NETWORK(Shape.FIELD, "udp"),
    DSCP(Shape.FIELD, "8"),
    SRC_MAC(Shape.FIELD, "02:00:5e:10:00:01"),
    RULE_SET(Shape.ADDRESS, "name"),
    AND(Shape.LOGIC, "((DOMAIN,example.com),(NETWORK,udp))"),
    OR(Shape.LOGIC, "((DOMAIN,example.com),(NETWORK,udp))"),
    NOT(Shape.LOGIC, "((DOMAIN,example.com))"),
    SUB_RULE(Shape.LOGIC, "(NETWORK,udp)"),
    MATCH(Shape.MATCH, "");

    /** How a line is cut into payload, target and parameters. */
    enum Shape {
        /** The payload is one field. */
        FIELD,
        /** The payload is one field; parameters count. */
        ADDRESS,
        /** The payload is one field; about the source and without look-up in any case. */
        SOURCE_ADDRESS,
        /** The payload reaches to the last comma. */
        REGEX,
        /** The payload reaches to the last comma and holds conditions in parentheses. */
        LOGIC,
        /** There is no payload. */
        MATCH
    }

    /** What other programs, and earlier versions of clash, call the same. */
    private static final Map<String, RuleType> ELSEWHERE = Map.ofEntries(
            Map.entry("FINAL", MATCH),
            Map.entry("HOST", DOMAIN),
            Map.entry("HOST-SUFFIX", DOMAIN_SUFFIX),
            Map.entry("HOST-KEYWORD", DOMAIN_KEYWORD),
            Map.entry("HOST-WILDCARD", DOMAIN_WILDCARD),
            Map.entry("URL-REGEX", DOMAIN_REGEX),
            Map.entry("DOMAIN-SET", RULE_SET),
            Map.entry("RULESET", RULE_SET),
            Map.entry("SUB-RULES", SUB_RULE),
            Map.entry("IP6-CIDR", IP_CIDR6),
            Map.entry("SRC-IP", SRC_IP_CIDR),
            Map.entry("DEST-PORT", DST_PORT),
            Map.entry("PORT", DST_PORT),
            Map.entry("PROTOCOL", NETWORK),
            Map.entry("PROCESS", PROCESS_NAME));

    private static final Map<String, RuleType> BY_NAME = new HashMap<>();
    private static final List<String> NAMES =
            Arrays.stream(values()).map(RuleType::toString).toList();

    static {
        for (RuleType type : values()) {
            BY_NAME.put(type.toString(), type);
        }
    }

    private final Shape shape;
    private final String examplePayload;
    private final String text = name().replace('_', '-');

    RuleType(Shape shape, String examplePayload) {
        this.shape = shape;
        this.examplePayload = examplePayload;
    }

    static RuleType of(String name) throws RuleSyntaxException {
        String upper = name.toUpperCase(Locale.ROOT);
        RuleType type = BY_NAME.get(upper);
        if (type != null) {
            return type;
        }
        if (name.isEmpty()) {
            throw new RuleSyntaxException("the rule has no type; expected TYPE,payload,TARGET");
        }
        RuleType same = ELSEWHERE.get(upper);
        String hint = same == null ? Spelling.hint(name, NAMES) : "; did you mean " + same + "?";
        throw new RuleSyntaxException("'" + name + "' is not a rule type"
                + (hint.isEmpty() ? "; expected one such as DOMAIN-SUFFIX, IP-CIDR or MATCH" : hint));
    }

    /** Returns the type that a condition in parentheses begins with, or null. */
    static RuleType lookUp(String name) {
        return BY_NAME.get(name.toUpperCase(Locale.ROOT));
    }

    Shape shape() {
        return shape;
    }

    boolean isAddress() {
        return shape == Shape.ADDRESS || shape == Shape.SOURCE_ADDRESS;
    }

    String examplePayload() {
        return examplePayload;
    }

    /** Returns the type with a payload that would do, without a target. */
    String example() {
        return examplePayload.isEmpty() ? text : text + "," + examplePayload;
    }

    /** Returns the name as rules write it. */
    @Override
    public String toString() {
        return text;
    }
}
