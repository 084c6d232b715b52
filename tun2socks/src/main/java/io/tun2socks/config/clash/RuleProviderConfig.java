package io.tun2socks.config.clash;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One entry of {@code rule-providers}.
 *
 * @param name unique among rule providers
 * @param type where the rules come from
 * @param behavior what the rules are
 * @param format how the file is written
 * @param url where it is fetched; empty unless http
 * @param path the file, or the cache; null for inline
 * @param interval seconds between updates; 0 for none
 * @param proxy the proxy or group to fetch through; empty for what the rules say
 * @param header sent when fetching
 * @param sizeLimit bytes that a download may have; 0 for no limit
 * @param payload the rules themselves, inline or for when the file is not there
 * @param line where it stands in the file, from 1; 0 if unknown
 */
public record RuleProviderConfig(
        String name,
        ProviderType type,
        Behavior behavior,
        Format format,
        String url,
        Path path,
        int interval,
        String proxy,
        Map<String, List<String>> header,
        long sizeLimit,
        List<String> payload,
        int line) {
    /** Copies the collections. */
    public RuleProviderConfig {
        header = Map.copyOf(header);
        payload = List.copyOf(payload);
    }

    /** What the lines of a provider are. */
    public enum Behavior {
        /** Names with clash's wildcards. */
        DOMAIN,
        /** Blocks of addresses. */
        IPCIDR,
        /** Rules without targets. */
        CLASSICAL
    }

    /** How a provider's file is written. */
    public enum Format {
        /** A YAML document with the key {@code payload}. */
        YAML,
        /** A line for each. */
        TEXT,
        /** Mihomo's binary form, compressed. */
        MRS
    }
}
