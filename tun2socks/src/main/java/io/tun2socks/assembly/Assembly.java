package io.tun2socks.assembly;

import io.netty.channel.EventLoop;
import io.tun2socks.config.clash.ClashConfig;
import io.tun2socks.config.clash.ClashConfigReader;
import io.tun2socks.config.clash.GeneralConfig;
import io.tun2socks.config.clash.ProxyConfig;
import io.tun2socks.config.clash.ReadOptions;
import io.tun2socks.engine.FlowRouter;
import io.tun2socks.http.HttpFetch;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.outbound.Outbounds;
import io.tun2socks.outbound.SocketSettings;
import io.tun2socks.outbound.group.HttpUrlTester;
import io.tun2socks.outbound.group.Policies;
import io.tun2socks.outbound.group.SelectedStore;
import io.tun2socks.provider.Download;
import io.tun2socks.provider.ProxyProviders;
import io.tun2socks.provider.Timers;
import io.tun2socks.route.RuleRouter;
import io.tun2socks.rules.decide.Decider;
import io.tun2socks.rules.model.Ip;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * All that one configuration makes: rules, providers, proxies and groups. Made, started and closed by one thread; what
 * it gives to the router is for any thread.
 */
public final class Assembly implements AutoCloseable {
    private static final String SELECTED = "selected.json";

    private final String file;
    private final Surroundings around;
    private final Map<String, Outbound> leaves = new LinkedHashMap<>();
    private final RuleBook book;
    private final ProxyProviders proxyProviders;
    private final Policies policies;
    private final Decider decider;
    private volatile Outbound routed;

    /**
     * What an assembly finds there and leaves there.
     *
     * @param options how the configuration was read
     * @param sockets what sockets get that a proxy says nothing of
     * @param loop where checks and downloads are done
     * @param timers the thread of the providers
     * @param selected what was selected in groups
     */
    public record Surroundings(
            ReadOptions options, SocketSettings sockets, EventLoop loop, Timers timers, SelectedStore selected) {}

    /**
     * Puts a configuration together; nothing is fetched or connected.
     *
     * @param file the configuration's name, for messages
     * @param config the configuration
     * @param around what is there already
     * @throws AssemblyException if something in the configuration cannot be followed
     */
    public Assembly(String file, ClashConfig config, Surroundings around) throws AssemblyException {
        this.file = file;
        this.around = around;
        GeneralConfig general = config.general();
        HttpFetch http = general.globalUserAgent().isEmpty()
                ? new HttpFetch("tun2socks")
                : new HttpFetch(general.globalUserAgent());
        Download download = new ProxiedDownload(http, around.loop(), this::way);
        book = new RuleBook(file, around.options().home(), config, download, around.timers());
        try {
            for (ProxyConfig.Type type : new ProxyConfig.Type[] {
                ProxyConfig.Type.DIRECT, ProxyConfig.Type.REJECT, ProxyConfig.Type.REJECT_DROP, ProxyConfig.Type.PASS
            }) {
                String name = type.name().replace('_', '-');
                leaves.put(name, outbound(builtIn(name, type)));
            }
            leaves.put("COMPATIBLE", outbound(builtIn("COMPATIBLE", ProxyConfig.Type.DIRECT)));
            for (ProxyConfig proxy : config.proxies()) {
                leaves.put(proxy.name(), checked(proxy));
            }
            proxyProviders = new ProxyProviders(
                    config.proxyProviders(),
                    (provider, content) -> ClashConfigReader.readProxies(provider.name(), content, around.options()),
                    this::outbound,
                    download,
                    around.timers());
            policies = new Policies(
                    new Policies.Parts(
                            leaves, config.proxies(), config.groups(), proxyProviders.all(), Outbounds::relay),
                    around.selected(),
                    new HttpUrlTester(http, around.loop(), general.unifiedDelay()),
                    around.loop());
        } catch (IllegalArgumentException e) {
            closeLeaves();
            book.close();
            throw new AssemblyException(List.of(file + ": " + e.getMessage()));
        } catch (AssemblyException | RuntimeException e) {
            closeLeaves();
            book.close();
            throw e;
        }
        decider = new Decider(
                book.matcher(),
                policies,
                new HostsTable(general.hosts(), Assembly::lanAddress),
                general.mode(),
                general.findProcessMode(),
                general.udpFallback() == GeneralConfig.UdpFallback.REJECT);
    }

    /**
     * Opens what remembers the selections of a configuration's groups; the caller must be able to wait for the disk.
     *
     * @param config the configuration
     * @param options how it was read
     * @param executor writes
     * @return the store; the caller's to close
     */
    public static SelectedStore selected(ClashConfig config, ReadOptions options, Executor executor) {
        return config.profile().storeSelected()
                ? SelectedStore.open(options.home().resolve(SELECTED), executor)
                : SelectedStore.inMemory();
    }

    private static ProxyConfig builtIn(String name, ProxyConfig.Type type) {
        return new ProxyConfig(
                name, type, "", 0, "", "", null, true, Map.of(), ProxyConfig.IpVersion.DUAL, "", 0, "", false, 0);
    }

    private Outbound checked(ProxyConfig proxy) throws AssemblyException {
        try {
            return outbound(proxy);
        } catch (IllegalArgumentException e) {
            throw new AssemblyException(
                    List.of(file + ":" + proxy.line() + ": proxies: '" + proxy.name() + "': " + e.getMessage()));
        }
    }

    private Outbound outbound(ProxyConfig proxy) {
        return Outbounds.create(proxy, around.sockets(), this::way);
    }

    /** The way of a proxy or group, of the rules for no name; null if there is none. */
    private Outbound way(String name) {
        return name.isEmpty() ? routed : policies.outbound(name);
    }

    /** The first IPv4 address of this machine that others can reach, or null. */
    private static Ip lanAddress() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> address instanceof Inet4Address
                            && !address.isLoopbackAddress()
                            && !address.isLinkLocalAddress())
                    .map(InetAddress::getAddress)
                    .map(Ip::of)
                    .findFirst()
                    .orElse(null);
        } catch (SocketException e) {
            return null;
        }
    }

    /**
     * Loads what providers have on the disk, and begins to fetch, to renew and to check. Does not wait for the network.
     *
     * @param router what downloads ask for their way, if no proxy is named for them
     */
    public void start(FlowRouter router) {
        routed = new RoutedOutbound(router);
        proxyProviders.start();
        book.providers().start();
        policies.start();
    }

    /** Loads what providers have on the disk, and no more: for commands that ask the rules and end. */
    public void load() {
        proxyProviders.start();
        book.providers().start();
    }

    /** Returns what decisions are made with. */
    public RuleRouter.Table table() {
        return new RuleRouter.Table(decider, policies, book::text);
    }

    /** Returns what makes decisions. */
    public Decider decider() {
        return decider;
    }

    /** Returns the rules. */
    public RuleBook book() {
        return book;
    }

    /** Returns the proxies and groups. */
    public Policies policies() {
        return policies;
    }

    /** Returns the proxy providers. */
    public ProxyProviders proxyProviders() {
        return proxyProviders;
    }

    /** Ends renewing and checking; decisions under way and connections that are being opened go on. */
    public void retire() {
        policies.close();
        proxyProviders.stop();
        book.providers().close();
    }

    /** Ends all that {@link #retire} ends, and lets go of what connecting needs; connections that are open stay. */
    @Override
    public void close() {
        retire();
        proxyProviders.close();
        book.close();
        closeLeaves();
    }

    private void closeLeaves() {
        leaves.values().forEach(Outbound::close);
    }
}
