package io.tun2socks.cli;

import io.tun2socks.config.GoDuration;
import io.tun2socks.config.Settings;
import io.tun2socks.config.UsageException;
import io.tun2socks.device.Device;
import io.tun2socks.device.PcapDevice;
import io.tun2socks.system.UndoStack;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run of the proxy: starts the parts one after another, waits, and undoes all in reverse order, whatever happens. */
final class RunCommand {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
    private static final Duration DOWN_LIMIT = Duration.ofSeconds(10);
    // How long undoing may take in all beyond draining, before the process ends without.
    private static final Duration UNDO_LIMIT = Duration.ofSeconds(30);

    private final Settings settings;
    private final Ways.Opener opener;
    private final ProxyParts parts;
    private final StopRequest stop;
    private final UndoStack undo = new UndoStack();
    /** Null unless all is up. */
    private volatile Ways ways;

    private int notUndone;

    /**
     * Prepares a run; nothing happens yet.
     *
     * @param settings what to do
     * @param opener makes the ways out
     * @param parts what to do it with
     * @param stop when to stop
     */
    RunCommand(Settings settings, Ways.Opener opener, ProxyParts parts, StopRequest stop) {
        this.settings = settings;
        this.opener = opener;
        this.parts = parts;
        this.stop = stop;
    }

    /**
     * Runs until stopped; all is undone when this returns or throws.
     *
     * @throws UsageException if the upstream's URL is not understood
     * @throws RunFailure if a part could not be started, the device went away, or not all could be undone
     */
    void run() throws UsageException, RunFailure {
        try {
            serve();
        } finally {
            unwind();
        }
        if (notUndone > 0) {
            throw new RunFailure("not all could be undone; the log says what", null);
        }
    }

    private void serve() throws UsageException, RunFailure {
        try {
            ProxyParts.Service service = start();
            if (service != null) {
                awaitEnd(service);
            }
        } catch (IOException e) {
            throw new RunFailure(e.getMessage(), e);
        } catch (RuntimeException | LinkageError e) {
            throw new RunFailure("internal error: " + e, e);
        }
    }

    /**
     * Reads the configuration again, from another thread, if all is up.
     *
     * @return whether it was
     */
    boolean reload() {
        Ways now = ways;
        if (now == null) {
            return false;
        }
        now.reload();
        return true;
    }

    /** Undoes all, from another thread, if the run has not done so itself: the JVM is going down for another reason. */
    void shutDown() {
        undo.unwind();
    }

    /** Returns the running service, or null if told to stop before. */
    private ProxyParts.Service start() throws UsageException, RunFailure, IOException {
        warnOfWhatIsMissing();
        checkInterface();
        Ways opened = opener.open(parts);
        undo.push("close the ways out", () -> {
            ways = null;
            opened.close();
        });
        Settings.Hooks hooks = settings.hooks();
        pushHook("--tun-post-down", hooks.postDown());
        new HookCommand("--tun-pre-up", hooks.preUp()).run(null, stop.requested());
        if (stop.requested().isDone()) {
            return null;
        }
        Device device = openDevice();
        undo.push("close device " + device.name(), device::close);
        ProxyParts.Service service = parts.service(device, opened.router(), settings.engine());
        undo.push("stop the engine", () -> {
            try {
                service.close();
            } finally {
                // An interrupt was meant for the draining, not for what is undone after it.
                Thread.interrupted();
            }
        });
        service.start();
        pushHook("--tun-pre-down", hooks.preDown());
        new HookCommand("--tun-post-up", hooks.postUp()).run(null, stop.requested());
        LOG.info(
                "ready: {} (MTU {}, {}{}) -> {}",
                device.name(),
                device.mtu(),
                device.queues() == 1 ? "1 queue" : device.queues() + " queues",
                settings.device().offloads() ? "" : ", no offloads",
                opened.description());
        ways = opened;
        return service;
    }

    private Device openDevice() throws IOException {
        Device device = parts.openDevice(settings.device());
        if (settings.pcap().isEmpty()) {
            return device;
        }
        try {
            return new PcapDevice(device, settings.pcap().get());
        } catch (IOException e) {
            device.close();
            throw e;
        }
    }

    private void pushHook(String flag, String command) {
        if (!command.isEmpty()) {
            undo.push(flag, () -> new HookCommand(flag, command).run(DOWN_LIMIT, stop.urgent()));
        }
    }

    private void warnOfWhatIsMissing() {
        settings.restApi()
                .ifPresent(address -> LOG.warn("the REST API at {} is not served by this release yet", address));
        if (settings.multicast()) {
            LOG.warn("multicast groups are ignored: multicast is not forwarded by this release yet");
        }
    }

    private void checkInterface() throws RunFailure {
        String name = settings.sockets().interfaceName();
        if (name == null) {
            return;
        }
        try {
            if (NetworkInterface.getByName(name) == null) {
                String known = NetworkInterface.networkInterfaces()
                        .map(NetworkInterface::getName)
                        .collect(Collectors.joining(", "));
                throw new RunFailure(
                        "--interface: there is no network interface '" + name + "'; there are " + known, null);
            }
        } catch (SocketException e) {
            throw new RunFailure("--interface: network interfaces cannot be listed: " + e.getMessage(), e);
        }
    }

    private void awaitEnd(ProxyParts.Service service) throws RunFailure {
        CompletableFuture<Void> failure = service.failure().toCompletableFuture();
        try {
            String reason =
                    (String) CompletableFuture.anyOf(stop.requested(), failure).get();
            LOG.info(
                    "{}: stopping, open connections have {}",
                    reason,
                    GoDuration.format(settings.engine().drain()));
        } catch (ExecutionException | CompletionException e) {
            Throwable cause = e.getCause();
            throw new RunFailure("the device is gone: " + cause.getMessage(), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunFailure("interrupted", e);
        }
    }

    private void unwind() {
        Thread unwinding = Thread.currentThread();
        CompletableFuture<Void> over = new CompletableFuture<>();
        // On the thread of the second signal; the interrupt reaches whoever drains.
        stop.onUrgent(reason -> {
            LOG.warn("{} again: stopping at once", reason);
            unwinding.interrupt();
        });
        Duration limit = settings.engine().drain().plus(UNDO_LIMIT);
        Thread watchdog = new Thread(() -> haltIfStuck(over, limit), "undo-watchdog");
        watchdog.setDaemon(true);
        watchdog.start();
        notUndone = undo.unwind();
        over.complete(null);
        stop.onUrgent(reason -> {});
    }

    private static void haltIfStuck(CompletableFuture<Void> over, Duration limit) {
        try {
            over.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.error("stopping has not ended within {}: giving up", GoDuration.format(limit));
            Runtime.getRuntime().halt(ExitCode.FAILURE);
        } catch (InterruptedException | ExecutionException e) {
            LOG.debug("watchdog ended", e);
        }
    }
}
