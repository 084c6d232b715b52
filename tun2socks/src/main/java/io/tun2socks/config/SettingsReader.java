package io.tun2socks.config;

import io.tun2socks.device.TunSpec;
import io.tun2socks.engine.EngineOptions;
import io.tun2socks.outbound.SocketSettings;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.tcp.TcpConfig;
import io.tun2socks.tcpstack.tcp.congestion.CongestionAlgorithm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Makes {@link Settings} of texts, and says what is wrong with them. */
public final class SettingsReader {
    private static final int MAX_DEFAULT_QUEUES = 8;
    private static final int MAX_QUEUES = 256;
    private static final int MIN_MTU = 576;
    private static final int MIN_IPV6_MTU = 1280;
    private static final int MAX_MTU = 65535;
    private static final int MIN_BUFFER = 4 << 10;
    private static final int MAX_BUFFER = 1 << 30;
    private static final Duration MIN_UDP_TIMEOUT = Duration.ofSeconds(1);
    private static final long MIN_MEMORY = 1 << 20;
    private static final Duration MAX_DURATION = Duration.ofDays(1);

    private final RawSettings raw;

    private SettingsReader(RawSettings raw) {
        this.raw = raw;
    }

    /**
     * Checks settings.
     *
     * @param raw the texts
     * @return what they mean
     * @throws UsageException if one of them is not understood, or a required one is missing
     */
    public static Settings read(RawSettings raw) throws UsageException {
        return new SettingsReader(raw).settings();
    }

    /**
     * Reads the log level alone, which is wanted before the rest.
     *
     * @param raw the texts
     * @return the level
     * @throws UsageException if there is no such level
     */
    public static LogLevel logLevel(RawSettings raw) throws UsageException {
        return new SettingsReader(raw).parse(Setting.LOGLEVEL, LogLevel::parse).orElse(LogLevel.INFO);
    }

    private Settings settings() throws UsageException {
        DeviceUrl device = parse(Setting.DEVICE, DeviceUrl::parse)
                .orElseThrow(() -> new UsageException("no device is given; expected --device, such as --device tun0"));
        String proxy = text(Setting.PROXY)
                .orElseThrow(() -> new UsageException(
                        "no proxy is given; expected --proxy, such as --proxy socks5://127.0.0.1:1080"));
        return new Settings(
                tunSpec(device),
                text(Setting.PCAP).map(Path::of),
                proxy.contains("://") ? proxy : "socks5://" + proxy,
                sockets(),
                engineOptions(),
                hooks(),
                logLevel(raw),
                parse(Setting.RESTAPI, RestApiAddress::parse),
                multicast());
    }

    private TunSpec tunSpec(DeviceUrl device) throws UsageException {
        List<String> addresses = addresses();
        int mtu = (int) integer(Setting.MTU, 0, 0, MAX_MTU, "0 (keep the device's own) or 576 to 65535");
        boolean ipv6 = addresses.stream().anyMatch(address -> address.indexOf(':') >= 0);
        if (mtu != 0 && mtu < MIN_MTU) {
            throw invalid(Setting.MTU, mtu + " is too small; expected " + MIN_MTU + " to " + MAX_MTU);
        }
        if (mtu != 0 && mtu < MIN_IPV6_MTU && ipv6) {
            throw invalid(
                    Setting.MTU, mtu + " is too small for IPv6; expected " + MIN_IPV6_MTU + " or more (RFC 8200)");
        }
        int processors = Runtime.getRuntime().availableProcessors();
        int queues = (int)
                integer(Setting.QUEUES, Math.min(processors, MAX_DEFAULT_QUEUES), 1, MAX_QUEUES, "1 to " + MAX_QUEUES);
        if (device.fd() >= 0) {
            // A descriptor is one queue.
            queues = 1;
        }
        return new TunSpec(device.name(), device.fd(), mtu, addresses, queues, !bool(Setting.NO_OFFLOAD, false), true);
    }

    private SocketSettings sockets() throws UsageException {
        int mark = (int) integer(
                Setting.FWMARK, 0, 0, 0xffff_ffffL, "an integer from 0 to 4294967295 (0xffffffff), such as 0x22b");
        Duration connect = duration(
                Setting.CONNECT_TIMEOUT,
                Duration.ofMillis(SocketSettings.DEFAULT.connectTimeoutMillis()),
                Duration.ofMillis(1));
        return new SocketSettings(mark, text(Setting.INTERFACE).orElse(null), (int) connect.toMillis());
    }

    private EngineOptions engineOptions() throws UsageException {
        EngineOptions defaults = EngineOptions.DEFAULT;
        Duration udpTimeout = duration(Setting.UDP_TIMEOUT, Duration.ZERO, Duration.ZERO);
        if (!udpTimeout.isZero() && udpTimeout.compareTo(MIN_UDP_TIMEOUT) < 0) {
            throw invalid(Setting.UDP_TIMEOUT, GoDuration.format(udpTimeout) + " is too short; expected 1s or more");
        }
        return new EngineOptions(
                tcpConfig(defaults.tcp()),
                memoryLimit(defaults.memoryLimit()),
                udpTimeout.isZero() ? defaults.udpTimeout() : udpTimeout,
                duration(Setting.DRAIN, defaults.drain(), Duration.ZERO));
    }

    private TcpConfig tcpConfig(TcpConfig defaults) throws UsageException {
        int receive = size(Setting.TCP_RCVBUF, defaults.receiveBuffer());
        boolean tuning = bool(Setting.TCP_AUTO_TUNING, true);
        TcpConfig config = defaults.withBuffers(
                        size(Setting.TCP_SNDBUF, defaults.sendBufferLimit()),
                        receive,
                        tuning ? Math.max(receive, defaults.maxReceiveBuffer()) : receive)
                .withCongestion(parse(Setting.TCP_CONGESTION_CONTROL, SettingsReader::congestion)
                        .orElse(defaults.congestion()));
        Duration idle = duration(
                Setting.KEEP_ALIVE_IDLE, Duration.ofNanos(defaults.keepAliveIdleNanos()), Duration.ofSeconds(1));
        Duration interval = duration(
                Setting.KEEP_ALIVE_INTERVAL,
                Duration.ofNanos(defaults.keepAliveIntervalNanos()),
                Duration.ofSeconds(1));
        boolean off = bool(Setting.DISABLE_KEEP_ALIVE, false);
        return config.withKeepAlive(off ? 0 : idle.toNanos(), interval.toNanos(), defaults.keepAliveProbes());
    }

    private static CongestionAlgorithm congestion(String text) {
        return Arrays.stream(CongestionAlgorithm.values())
                .filter(algorithm -> algorithm.toString().equals(text))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is not known; expected one of "
                        + Arrays.toString(CongestionAlgorithm.values())));
    }

    private long memoryLimit(long otherwise) throws UsageException {
        Optional<Long> bytes = parse(Setting.MEMORY_LIMIT, ByteSize::parse);
        if (bytes.isPresent() && bytes.get() < MIN_MEMORY) {
            throw invalid(
                    Setting.MEMORY_LIMIT,
                    "'" + text(Setting.MEMORY_LIMIT).orElse("") + "' is too little; expected 1MiB or more");
        }
        return bytes.orElse(otherwise);
    }

    private Settings.Hooks hooks() throws UsageException {
        return new Settings.Hooks(
                command(Setting.TUN_PRE_UP),
                command(Setting.TUN_POST_UP),
                command(Setting.TUN_PRE_DOWN),
                command(Setting.TUN_POST_DOWN));
    }

    private String command(Setting setting) throws UsageException {
        Optional<List<String>> words = parse(setting, ShellWords::split);
        if (words.isPresent() && words.get().isEmpty()) {
            throw invalid(setting, "the command has no words; expected a program and its arguments");
        }
        return text(setting).orElse("");
    }

    private List<String> addresses() throws UsageException {
        List<String> addresses = new ArrayList<>();
        for (String text : list(Setting.ADDRESS)) {
            int slash = text.indexOf('/');
            Optional<IpAddress> address = slash < 0 ? Optional.empty() : IpAddress.parse(text.substring(0, slash));
            if (address.isEmpty()) {
                throw invalid(
                        Setting.ADDRESS,
                        "'" + text + "' is not an address with its prefix length; expected such as 198.18.0.1/15 or"
                                + " fd00::1/64");
            }
            int bits = address.get().isIpv4() ? 32 : 128;
            try {
                GoScalars.integer(text.substring(slash + 1), 0, bits);
            } catch (IllegalArgumentException e) {
                throw invalid(
                        Setting.ADDRESS,
                        "'" + text + "' has the prefix length '" + text.substring(slash + 1) + "'; expected 0 to "
                                + bits);
            }
            addresses.add(text);
        }
        return addresses;
    }

    private boolean multicast() throws UsageException {
        List<String> groups = list(Setting.MULTICAST_GROUPS);
        for (String group : groups) {
            Optional<IpAddress> address = IpAddress.parse(group);
            if (address.isEmpty() || !address.get().toInetAddress().isMulticastAddress()) {
                throw invalid(
                        Setting.MULTICAST_GROUPS,
                        "'" + group + "' is not a multicast address; expected such as 239.255.255.250 or ff02::fb");
            }
        }
        return !groups.isEmpty();
    }

    private int size(Setting setting, int otherwise) throws UsageException {
        Optional<Long> bytes = parse(setting, ByteSize::parse);
        if (bytes.isPresent() && (bytes.get() < MIN_BUFFER || bytes.get() > MAX_BUFFER)) {
            throw invalid(setting, "'" + text(setting).orElse("") + "' is out of range; expected 4KiB to 1GiB");
        }
        return bytes.map(Long::intValue).orElse(otherwise);
    }

    private Duration duration(Setting setting, Duration otherwise, Duration least) throws UsageException {
        Duration duration = parse(setting, GoDuration::parse).orElse(otherwise);
        if (duration.compareTo(least) < 0 || duration.compareTo(MAX_DURATION) > 0) {
            throw invalid(
                    setting,
                    "'" + text(setting).orElse("") + "' is out of range; expected " + GoDuration.format(least)
                            + " to 24h");
        }
        return duration;
    }

    private long integer(Setting setting, long otherwise, long min, long max, String expected) throws UsageException {
        Optional<String> text = text(setting);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            return GoScalars.integer(text.get(), min, max);
        } catch (IllegalArgumentException e) {
            throw invalid(setting, e.getMessage() + "; expected " + expected);
        }
    }

    private boolean bool(Setting setting, boolean otherwise) throws UsageException {
        return parse(setting, GoScalars::bool).orElse(otherwise);
    }

    private <T> Optional<T> parse(Setting setting, Function<String, T> parser) throws UsageException {
        Optional<String> text = text(setting);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(text.get()));
        } catch (IllegalArgumentException e) {
            throw invalid(setting, e.getMessage());
        }
    }

    /** A value; set to the empty text is the same as not set, as in xjasonlyu's program. */
    private Optional<String> text(Setting setting) {
        return raw.text(setting).filter(text -> !text.isEmpty());
    }

    private List<String> list(Setting setting) {
        return raw.texts(setting).stream()
                .flatMap(text -> List.of(text.split(",", -1)).stream())
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList();
    }

    private UsageException invalid(Setting setting, String message) {
        return new UsageException(raw.origin(setting) + ": " + message);
    }
}
