package io.tun2socks.cli;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.tun2socks.config.ConfigFile;
import io.tun2socks.config.SettingsReader;
import io.tun2socks.config.UsageException;
import io.tun2socks.device.Device;
import io.tun2socks.device.DeviceException;
import io.tun2socks.device.PacketQueue;
import io.tun2socks.device.PacketReceiver;
import io.tun2socks.device.TunDevices;
import io.tun2socks.device.TunSpec;
import io.tun2socks.engine.EngineOptions;
import io.tun2socks.engine.FlowRouter;
import io.tun2socks.outbound.EpollLoops;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.outbound.SocketSettings;
import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.OutboundPacket;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads what a run of the proxy loads, and ends: the launcher lets the JVM archive it, so that later starts find the
 * classes loaded and linked. Changes nothing outside the process.
 */
final class Warmup {
    private static final Logger LOG = LoggerFactory.getLogger(Warmup.class);

    // More than a process can have open.
    private static final int NO_DESCRIPTOR = Integer.MAX_VALUE;

    private Warmup() {}

    /** Tells whether this process was started for it. */
    static boolean isAsked() {
        return Boolean.getBoolean("tun2socks.warmup");
    }

    /**
     * Loads the classes.
     *
     * @return the exit code
     */
    static int run() {
        try {
            LOG.info("loading {}", "classes");
            settings();
            try (PrintStream nowhere =
                    new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
                CommandLines.create().usage(nowhere);
            }
            new HookCommand("warm-up", "true").run(null, new CompletableFuture<>());
            Signals.handle("HUP", false, () -> LOG.debug("hung up"));
            ownClasses();
            systemCalls();
            if (Epoll.isAvailable()) {
                engine();
                network();
            }
            return ExitCode.OK;
        } catch (Exception | LinkageError e) {
            LOG.debug("warm-up failed", e);
            return ExitCode.FAILURE;
        }
    }

    private static void settings() throws UsageException, IOException {
        GoArguments arguments =
                GoArguments.parse("-d", "tun0", "-p", "127.0.0.1:1080", "--udp-timeout=1m", "--address", "10.0.0.1/8");
        arguments.settings().overlay(ConfigFile.read(Path.of("/dev/null")));
        SettingsReader.read(arguments.settings());
    }

    private static void ownClasses() throws IOException, URISyntaxException {
        Path jar = Path.of(
                Warmup.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<String> names;
        try (JarFile file = new JarFile(jar.toFile())) {
            names = file.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.startsWith("io/tun2socks/") && name.endsWith(".class"))
                    .map(name ->
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'))
                    .toList();
        }
        for (String name : names) {
            try {
                Class.forName(name, false, Warmup.class.getClassLoader());
            } catch (ClassNotFoundException | LinkageError e) {
                LOG.debug("{} is not loaded", name, e);
            }
        }
    }

    /** The engine on a device that has no packets, and its end. */
    private static void engine() {
        try (IdleDevice device = new IdleDevice();
                Outbound outbound = ProxyParts.REAL.outbound("socks5://127.0.0.1:1", SocketSettings.DEFAULT)) {
            ProxyParts.Service service = ProxyParts.REAL.service(
                    device, FlowRouter.to(outbound), EngineOptions.DEFAULT.withDrain(Duration.ZERO));
            service.start();
            service.close();
        }
    }

    /** System calls that change nothing: devices are listed, and one is refused. */
    private static void systemCalls() {
        try {
            LOG.debug("{} devices", TunDevices.list().size());
            LOG.debug(
                    "{} is open",
                    ProxyParts.REAL.openDevice(
                            new TunSpec(null, NO_DESCRIPTOR, 1500, List.of("198.18.0.1/15"), 1, true, true)));
        } catch (DeviceException e) {
            LOG.debug("as expected", e);
        }
    }

    /** A connection over loopback, through the transport that the proxy uses. */
    private static void network() throws InterruptedException {
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollLoops.factory());
        try {
            Channel server = new ServerBootstrap()
                    .group(group)
                    .channel(EpollServerSocketChannel.class)
                    .childHandler(new ChannelInboundHandlerAdapter())
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            Channel client = new Bootstrap()
                    .group(group)
                    .channel(EpollSocketChannel.class)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(server.localAddress())
                    .sync()
                    .channel();
            client.writeAndFlush(Unpooled.directBuffer(16).writeZero(16)).sync();
            client.close().sync();
            server.close().sync();
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    private static final class IdleDevice implements Device {
        @Override
        public String name() {
            return "idle";
        }

        @Override
        public int mtu() {
            return 1500;
        }

        @Override
        public Offloads offloads() {
            return Offloads.ALL;
        }

        @Override
        public int queues() {
            return 1;
        }

        @Override
        public PacketQueue queue(int index) {
            return new IdleQueue();
        }

        @Override
        public void close() {}
    }

    private static final class IdleQueue implements PacketQueue {
        @Override
        public void start(IoEventLoop loop, PacketReceiver receiver) {
            receiver.onBatchComplete();
        }

        @Override
        public void send(OutboundPacket packet) {}

        @Override
        public void close() {}
    }
}
