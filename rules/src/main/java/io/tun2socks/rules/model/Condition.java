package io.tun2socks.rules.model;

import java.util.List;
import java.util.Set;

/** What a rule asks of a flow: the parsed form, a tree. Immutable. */
public sealed interface Condition {
    /** Which end of the flow an address condition looks at. */
    enum End {
        /** The destination. */
        DESTINATION,
        /** The source ({@code src}, or a SRC- rule). */
        SOURCE
    }

    /** Which port a port condition looks at. */
    enum Port {
        /** DST-PORT. */
        DESTINATION,
        /** SRC-PORT. */
        SOURCE,
        /** IN-PORT. */
        INBOUND
    }

    /** DOMAIN: the name itself. */
    record Domain(String name) implements Condition {}

    /** DOMAIN-SUFFIX: the name and all below it. */
    record DomainSuffix(String name) implements Condition {}

    /** DOMAIN-KEYWORD: the name holds the word. */
    record DomainKeyword(String word) implements Condition {}

    /** DOMAIN-WILDCARD: {@code *} stands for any characters, {@code ?} for one; the whole name. */
    record DomainWildcard(TextPattern pattern) implements Condition {}

    /** DOMAIN-REGEX: found anywhere in the name, case ignored. */
    record DomainRegex(TextPattern pattern) implements Condition {}

    /** GEOSITE: the name is in a category. */
    record Geosite(String code) implements Condition {}

    /** IP-CIDR, IP-CIDR6, SRC-IP-CIDR. */
    record IpCidr(Cidr cidr, End end, boolean noResolve) implements Condition {}

    /** IP-SUFFIX, SRC-IP-SUFFIX: the last {@code bits} bits are those of the address; another family never matches. */
    record IpSuffix(Ip suffix, int bits, End end, boolean noResolve) implements Condition {}

    /** IP-ASN, SRC-IP-ASN. */
    record IpAsn(long asn, End end, boolean noResolve) implements Condition {}

    /** GEOIP, SRC-GEOIP; {@code lan} is {@link Ip#isLan}. The code is in lower case. */
    record GeoIp(String code, End end, boolean noResolve) implements Condition {}

    /** DST-PORT, SRC-PORT, IN-PORT. */
    record PortIn(Ranges ranges, Port port) implements Condition {}

    /** IN-TYPE. */
    record InType(Set<InboundType> types) implements Condition {}

    /** IN-USER; the case counts. */
    record InUser(List<String> users) implements Condition {}

    /** IN-NAME; the case counts. */
    record InName(List<String> names) implements Condition {}

    /** PROCESS-NAME: the whole name, case ignored. */
    record ProcessName(String name) implements Condition {}

    /** PROCESS-PATH: the whole path, case ignored. */
    record ProcessPath(String path) implements Condition {}

    /** PROCESS-NAME-REGEX and -WILDCARD. */
    record ProcessNamePattern(TextPattern pattern) implements Condition {}

    /** PROCESS-PATH-REGEX and -WILDCARD. */
    record ProcessPathPattern(TextPattern pattern) implements Condition {}

    /** UID. An unknown owner is in no range. */
    record UidIn(Ranges ranges) implements Condition {}

    /** NETWORK. */
    record NetworkIs(Network network) implements Condition {}

    /** DSCP. */
    record DscpIn(Ranges ranges) implements Condition {}

    /** SRC-MAC; 48 bits. */
    record SourceMac(long address) implements Condition {}

    /** RULE-SET; with {@code source} the set sees the flow with its ends exchanged. */
    record InRuleSet(String name, boolean source, boolean noResolve) implements Condition {}

    /** AND; true if it is empty. */
    record And(List<Condition> parts) implements Condition {}

    /** OR; false if it is empty. */
    record Or(List<Condition> parts) implements Condition {}

    /** NOT. */
    record Not(Condition part) implements Condition {}

    /** SUB-RULE: the condition holds, and a rule of the list matches, whose target counts. */
    record SubRule(Condition condition, String list) implements Condition {}

    /** MATCH. */
    record Always() implements Condition {}
}
