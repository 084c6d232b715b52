package io.tun2socks.cli;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.tun2socks.assembly.Assembly;
import io.tun2socks.assembly.AssemblyException;
import io.tun2socks.assembly.ClashSettings;
import io.tun2socks.config.RawSettings;
import io.tun2socks.config.Setting;
import io.tun2socks.config.Settings;
import io.tun2socks.config.UsageException;
import io.tun2socks.config.clash.ClashConfig;
import io.tun2socks.engine.FlowRouter;
import io.tun2socks.logging.Logging;
import io.tun2socks.outbound.EpollLoops;
import io.tun2socks.outbound.Resolver;
import io.tun2socks.outbound.SocketSettings;
import io.tun2socks.outbound.group.SelectedStore;
import io.tun2socks.process.LazyProcessFinder;
import io.tun2socks.provider.Timers;
import io.tun2socks.route.RuleRouter;
import io.tun2socks.route.SystemLookups;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ways out of a clash configuration. Opened and closed by one thread, reloaded by any. */
final class ClashWays implements Ways {
    private static final Logger LOG = LoggerFactory.getLogger(ClashWays.class);

    /** How long decisions under way may use what a reload has replaced. */
    private static final Duration GRACE = Duration.ofMinutes(1);

    private static final long STOP_SECONDS = 2;

    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("background", true), EpollLoops.factory());
    private final Timers timers = Timers.thread();
    private final Resolver resolver;
    private final SelectedStore selected;
    private final SocketSettings sockets;
    private final LazyProcessFinder processes = new LazyProcessFinder();
    /** What reloads have replaced, as long as decisions under way may use it. */
    private final Deque<Assembly> replaced = new ArrayDeque<>();

    private volatile ClashFile file;
    private Assembly assembly;
    private RuleRouter router;

    private ClashWays(ClashFile file, Settings settings) {
        this.file = file;
        SocketSettings general = settings.sockets();
        sockets = new SocketSettings(
                general.fwmark(),
                general.interfaceName(),
                general.connectTimeoutMillis(),
                file.config().general().tcpConcurrent());
        resolver = new Resolver(sockets);
        selected = Assembly.selected(file.config(), file.options(), timers);
    }

    /**
     * Makes the ways of a configuration.
     *
     * @param file the configuration
     * @param settings the rest of what was asked for
     * @return makes them
     */
    static Opener of(ClashFile file, Settings settings) {
        return parts -> {
            ClashWays ways = new ClashWays(file, settings);
            try {
                ways.begin();
                return ways;
            } catch (AssemblyException e) {
                ways.close();
                throw new UsageException(String.join("\n", e.messages()));
            } catch (RuntimeException e) {
                ways.close();
                throw e;
            }
        };
    }

    /**
     * Puts a configuration together as a run would, and takes it apart again.
     *
     * @param file the configuration
     * @param settings the rest of what was asked for
     * @throws UsageException if it cannot be followed
     */
    static void test(ClashFile file, Settings settings) throws UsageException {
        try (ClashWays ways = new ClashWays(file, settings)) {
            ways.assembly = ways.assemble(file);
        } catch (AssemblyException e) {
            throw new UsageException(String.join("\n", e.messages()));
        }
    }

    private void begin() throws AssemblyException {
        assembly = assemble(file);
        router = new RuleRouter(
                new SystemLookups(resolver, () -> file.config().general().ipv6(), processes::find), assembly.table());
        assembly.start(router);
    }

    private Assembly assemble(ClashFile from) throws AssemblyException {
        EventLoop loop = group.next();
        return new Assembly(
                from.path().toString(),
                from.config(),
                new Assembly.Surroundings(from.options(), sockets, loop, timers, selected));
    }

    @Override
    public FlowRouter router() {
        return router;
    }

    @Override
    public synchronized String description() {
        ClashConfig config = file.config();
        return assembly.book().rules().size() + " rules, " + config.proxies().size() + " proxies, "
                + config.groups().size() + " groups, mode " + router.mode();
    }

    @Override
    public synchronized void reload() {
        ClashFile again;
        Assembly next;
        try {
            again = file.again();
            next = assemble(again);
        } catch (AssemblyException e) {
            e.messages().forEach(LOG::error);
            LOG.error("{} is not followed: all stays as it was", file.path());
            return;
        } catch (UsageException | IOException | RuntimeException e) {
            LOG.error("{}", e.getMessage());
            LOG.error("{} is not followed: all stays as it was", file.path());
            return;
        }
        Logging.setLevel(again.config().general().logLevel());
        again.remarks().forEach(remark -> LOG.warn("{}", remark));
        tellWhatWaits(file, again);
        next.start(router);
        router.replace(next.table());
        assembly.retire();
        replaced.add(assembly);
        timers.after(GRACE, this::closeOldest);
        file = again;
        assembly = next;
        LOG.info("{} was read again: {}", file.path(), description());
    }

    /** The device and the sockets of outbounds stay as they were made. */
    private static void tellWhatWaits(ClashFile before, ClashFile now) {
        String name = now.path().toString();
        RawSettings settings = ClashSettings.of(name, now.config());
        for (Setting setting : settings.differences(ClashSettings.of(name, before.config()))) {
            if (setting != Setting.LOGLEVEL) {
                LOG.warn("{} has changed, which takes a restart", settings.origin(setting));
            }
        }
        if (now.config().general().tcpConcurrent() != before.config().general().tcpConcurrent()) {
            LOG.warn("{}: tcp-concurrent has changed, which takes a restart", name);
        }
    }

    private synchronized void closeOldest() {
        Assembly oldest = replaced.poll();
        if (oldest != null) {
            oldest.close();
        }
    }

    @Override
    public synchronized void close() {
        if (assembly != null) {
            assembly.close();
        }
        replaced.forEach(Assembly::close);
        replaced.clear();
        processes.close();
        selected.close();
        resolver.close();
        timers.close();
        group.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
    }
}
