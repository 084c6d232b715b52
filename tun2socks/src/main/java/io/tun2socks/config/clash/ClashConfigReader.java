package io.tun2socks.config.clash;

import io.tun2socks.config.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads configurations in the format of clash, with the keys and defaults of mihomo. Stateless; any thread. */
public final class ClashConfigReader {
    /**
     * What was read.
     *
     * @param config the configuration
     * @param remarks what its writer should know, by line
     */
    public record Result(ClashConfig config, List<Remark> remarks) {
        /** Copies the list. */
        public Result {
            remarks = List.copyOf(remarks);
        }
    }

    private ClashConfigReader() {}

    /**
     * Reads a file.
     *
     * @param file where it is
     * @param options how it is read
     * @return the configuration, and remarks
     * @throws IOException if it cannot be read
     * @throws ClashConfigException if it has errors; the exception holds all that were found
     */
    public static Result read(Path file, ReadOptions options) throws IOException, ClashConfigException {
        if (Files.size(file) > YamlTree.MAX_BYTES) {
            throw new ClashConfigException(
                    List.of(file + ": the file has more than " + YamlTree.MAX_BYTES + " bytes; expected fewer"));
        }
        return read(file.toString(), Files.readAllBytes(file), options);
    }

    /**
     * Reads a document.
     *
     * @param name what messages call it
     * @param content the document, in UTF-8
     * @param options how it is read
     * @return the configuration, and remarks
     * @throws ClashConfigException if it has errors; the exception holds all that were found
     */
    public static Result read(String name, byte[] content, ReadOptions options) throws ClashConfigException {
        Findings findings = new Findings(name);
        Optional<Node> document = YamlTree.read(content, findings);
        findings.throwIfErrors();
        Fields root = document.map(node -> Fields.root(node, findings)).orElseGet(() -> Fields.empty(findings));
        ClashConfig config = config(root, options);
        findings.throwIfErrors();
        return new Result(config, findings.remarks());
    }

    /**
     * Reads the file of a proxy provider.
     *
     * @param name what messages call it
     * @param content the document, in UTF-8, with the key {@code proxies}
     * @param options how it is read
     * @return the proxies that are served, in order; of several with one name the first
     * @throws ClashConfigException if it has errors; the exception holds all that were found
     */
    public static List<ProxyConfig> readProxies(String name, byte[] content, ReadOptions options)
            throws ClashConfigException {
        return readProxies(name, content, options, remark -> {});
    }

    /**
     * Reads the file of a proxy provider.
     *
     * @param name what messages call it
     * @param content the document, in UTF-8, with the key {@code proxies}
     * @param options how it is read
     * @param remarks told what its writer should know
     * @return the proxies that are served, in order; of several with one name the first
     * @throws ClashConfigException if it has errors; the exception holds all that were found
     */
    public static List<ProxyConfig> readProxies(
            String name, byte[] content, ReadOptions options, Consumer<Remark> remarks) throws ClashConfigException {
        Findings findings = new Findings(name);
        Optional<Node> document = YamlTree.read(content, findings);
        findings.throwIfErrors();
        Fields root = document.map(node -> Fields.root(node, findings)).orElseGet(() -> Fields.empty(findings));
        if (!findings.hasErrors() && !root.has("proxies")) {
            root.error("proxies", "there is no such key; expected a list of proxies");
        }
        List<ProxyConfig> proxies =
                new ProxyReader(findings, options.skipUnsupported()).read(root.items("proxies"), true);
        findings.throwIfErrors();
        findings.remarks().forEach(remarks);
        return List.copyOf(proxies);
    }

    /**
     * Tells whether a file is a configuration in clash's format rather than one in that of xjasonlyu's tun2socks.
     *
     * @param file where it is
     * @return whether a key at its root is one that only clash's format has; false if it is no YAML
     * @throws IOException if it cannot be read
     */
    public static boolean looksLikeClash(Path file) throws IOException {
        if (Files.size(file) > YamlTree.MAX_BYTES) {
            return false;
        }
        Set<String> keys = ClashKeys.atRoot(Files.readAllBytes(file));
        keys.retainAll(ClashKeys.ALL);
        Setting.keys().forEach(keys::remove);
        return !keys.isEmpty();
    }

    static ClashConfig config(Fields root, ReadOptions options) {
        Findings findings = root.findings();
        GeneralConfig general = GeneralReader.read(root);
        DnsConfig dns = DnsReader.read(root);
        ProxyReader proxyReader = new ProxyReader(findings, options.skipUnsupported());
        List<ProxyConfig> proxies = proxyReader.read(root.items("proxies"), false);
        Set<String> leftOut = new LinkedHashSet<>(proxyReader.leftOut());
        proxies = withDialers(proxies, leftOut, findings);
        List<ProxyProviderConfig> proxyProviders = new ProxyProviderReader(options, proxyReader).read(root);
        List<GroupConfig> groups = new GroupReader(root, proxies, leftOut, proxyProviders).read();
        List<RuleProviderConfig> ruleProviders = new RuleProviderReader(options).read(root);
        References references = new References(findings, proxies, groups, leftOut);
        references.checkDialers(proxies);
        references.checkProxyProviders(proxyProviders);
        references.checkRuleProviders(ruleProviders);
        references.checkGroups(groups);
        ClashConfig config = new ClashConfig(
                general,
                MiscReader.inbound(root),
                TunReader.read(root, general.ipv6(), dns.fakeIpRange()),
                dns,
                SnifferReader.read(root),
                MiscReader.controller(root),
                MiscReader.profile(root),
                MiscReader.geo(root),
                proxies,
                groups,
                proxyProviders,
                ruleProviders,
                RulesReader.rules(root),
                RulesReader.subRules(root),
                leftOut);
        root.known("ntp", "iptables", "experimental", "tls", "clash-for-android", "global-client-fingerprint");
        root.foreign(
                Set.copyOf(Setting.keys()),
                "this key belongs to the format of xjasonlyu's tun2socks, and has no effect beside clash's keys;"
                        + " expected keys of one format");
        root.finish();
        return config;
    }

    /** A proxy that is reached through one that is left out cannot be reached: it is left out too. */
    private static List<ProxyConfig> withDialers(List<ProxyConfig> proxies, Set<String> leftOut, Findings findings) {
        List<ProxyConfig> left = new ArrayList<>(proxies);
        boolean changed = !leftOut.isEmpty();
        while (changed) {
            changed = left.removeIf(proxy -> {
                boolean lacks = leftOut.contains(proxy.dialerProxy());
                if (lacks) {
                    leftOut.add(proxy.name());
                    findings.remark(
                            proxy.line(),
                            "proxies",
                            "the proxy " + Findings.quote(proxy.name()) + " is left out, since "
                                    + Findings.quote(proxy.dialerProxy()) + ", through which it is reached, is");
                }
                return lacks;
            });
        }
        return left;
    }
}
