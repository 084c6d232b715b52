package io.tun2socks.rules.model;

/**
 * One rule as parsed.
 *
 * @param type upper-case name as written, such as {@code DOMAIN-SUFFIX}
 * @param payload what stands between type and target, trimmed; empty for MATCH
 * @param target the proxy, the group, or for SUB-RULE the list of rules; empty in a rule set
 * @param condition what it asks
 * @param line the line of the file, from 1; 0 if unknown
 */
public record Rule(String type, String payload, String target, Condition condition, int line) {
    /** Returns the rule as a line of a configuration, without parameters. */
    @Override
    public String toString() {
        return type + (payload.isEmpty() ? "" : "," + payload) + (target.isEmpty() ? "" : "," + target);
    }
}
