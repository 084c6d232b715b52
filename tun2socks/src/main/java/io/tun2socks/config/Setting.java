package io.tun2socks.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Everything that can be set: one entry is a flag, a key of the configuration file and a paragraph of the help.
 *
 * <p>The names up to {@link #TUN_POST_UP}, and the keys that differ from them, are those of xjasonlyu's tun2socks.
 */
public enum Setting {
    /** The device. */
    DEVICE('d', "device", "device", Kind.TEXT, Group.DEVICE, "[DRIVER://]NAME", """
            The TUN device: tun0 or tun://tun0 is created, or attached to if it exists; fd://3 is an open descriptor \
            that the process inherited. Required."""),
    /** The MTU. */
    MTU("mtu", "mtu", Kind.TEXT, Group.DEVICE, "BYTES", """
            Set the device's MTU, 576 to 65535 (1280 or more with IPv6). Default: keep the device's own, which is 1500 \
            on a new device."""),
    /** Addresses. */
    ADDRESS("address", "address", Kind.LIST, Group.DEVICE, "ADDRESS/BITS", """
            Put an address on the device, such as 198.18.0.1/15 or fd00::1/64. Repeat it, or separate by commas."""),
    /** Queues. */
    QUEUES("queues", "queues", Kind.TEXT, Group.DEVICE, "N", """
            Queues of the device, each served by a thread of its own, 1 to 256. Default: one per processor, at most \
            8."""),
    /** Capture file. */
    PCAP("pcap", "pcap", Kind.TEXT, Group.DEVICE, "FILE", """
            Write the packets of the device to a pcap file, super-segments as they are. Slow; for debugging."""),
    /** No offloads. */
    NO_OFFLOAD("no-offload", "no-offload", Kind.BOOL, Group.DEVICE, null, """
            Do without checksum and segmentation offloads. Slower; for comparison and for faulty kernels."""),
    /** Upstream. */
    PROXY('p', "proxy", "proxy", Kind.TEXT, Group.UPSTREAM, "[PROTOCOL://]HOST[:PORT]", """
            Where connections go: socks5://[user:pass@]host:port, http://[user:pass@]host:port, direct://, reject:// \
            or drop://; without a protocol, socks5. Required."""),
    /** Device to bind to. */
    INTERFACE("interface", "interface", Kind.TEXT, Group.UPSTREAM, "NAME", """
            Send upstream traffic out of this network interface only (SO_BINDTODEVICE)."""),
    /** Mark. */
    FWMARK("fwmark", "fwmark", Kind.TEXT, Group.UPSTREAM, "MARK", """
            Put this mark on upstream sockets (SO_MARK), so that policy rules keep them off the device. Such as 0x22b. \
            Default: 0, none."""),
    /** Time of a connect. */
    CONNECT_TIMEOUT("connect-timeout", "connect-timeout", Kind.TEXT, Group.UPSTREAM, "DURATION", """
            How long connecting to the upstream, and its handshake, may each take. Default: 5s."""),
    /** Send buffer. */
    TCP_SNDBUF("tcp-sndbuf", "tcp-send-buffer-size", Kind.TEXT, Group.TRAFFIC, "SIZE", """
            Most data queued towards a client per connection, such as 512k or 4MiB. Default: 1MiB."""),
    /** Receive buffer. */
    TCP_RCVBUF("tcp-rcvbuf", "tcp-receive-buffer-size", Kind.TEXT, Group.TRAFFIC, "SIZE", """
            Receive window that a connection starts with. Default: 256KiB."""),
    /** Receive buffer tuning. */
    TCP_AUTO_TUNING("tcp-auto-tuning", "tcp-moderate-receive-buffer", Kind.BOOL, Group.TRAFFIC, null, """
            Let the receive window grow with what the connection drains. On by default; --tcp-auto-tuning=false turns \
            it off."""),
    /** Congestion control. */
    TCP_CONGESTION_CONTROL("tcp-congestion-control", "tcp-congestion-control", Kind.TEXT, Group.TRAFFIC, "NAME", """
            How sending to clients adapts to loss: cubic (RFC 9438) or newreno (RFC 6582). Default: cubic."""),
    /** Keep-alive's beginning. */
    KEEP_ALIVE_IDLE("keep-alive-idle", "keep-alive-idle", Kind.TEXT, Group.TRAFFIC, "DURATION", """
            Probe a client whose connection has been silent for this long. Default: 2h."""),
    /** Keep-alive's pace. */
    KEEP_ALIVE_INTERVAL("keep-alive-interval", "keep-alive-interval", Kind.TEXT, Group.TRAFFIC, "DURATION", """
            Time between the probes; after nine without an answer the connection is reset. Default: 75s."""),
    /** No keep-alive. */
    DISABLE_KEEP_ALIVE("disable-keep-alive", "disable-keep-alive", Kind.BOOL, Group.TRAFFIC, null, """
            Never probe silent clients."""),
    /** Memory. */
    MEMORY_LIMIT("memory-limit", "memory-limit", Kind.TEXT, Group.TRAFFIC, "SIZE", """
            Most payload that all connections and sessions together may hold. At the limit new connections are \
            refused; open ones go on with small windows. Default: half of the direct memory that the JVM may use."""),
    /** UDP session time. */
    UDP_TIMEOUT("udp-timeout", "udp-timeout", Kind.TEXT, Group.TRAFFIC, "DURATION", """
            End a UDP session after this long without a datagram, 1s or more. Default: 1m."""),
    /** Multicast. */
    MULTICAST_GROUPS("multicast-groups", "multicast-groups", Kind.LIST, Group.TRAFFIC, "ADDRESS,...", """
            Accepted for compatibility; multicast is not forwarded yet."""),
    /** Before. */
    TUN_PRE_UP("tun-pre-up", "tun-pre-up", Kind.TEXT, Group.HOOKS, "COMMAND", """
            Run this before the device is opened. Split into words like a shell does, but no shell runs it. If it \
            fails, that is logged and the start goes on."""),
    /** After. */
    TUN_POST_UP("tun-post-up", "tun-post-up", Kind.TEXT, Group.HOOKS, "COMMAND", """
            Run this when the device is up and served."""),
    /** Before the end. */
    TUN_PRE_DOWN("tun-pre-down", "tun-pre-down", Kind.TEXT, Group.HOOKS, "COMMAND", """
            Run this first when stopping, while the device is still served; for at most 10s."""),
    /** After the end. */
    TUN_POST_DOWN("tun-post-down", "tun-post-down", Kind.TEXT, Group.HOOKS, "COMMAND", """
            Run this last when stopping, after the device is closed; for at most 10s."""),
    /** Log level. */
    LOGLEVEL("loglevel", "loglevel", Kind.TEXT, Group.OPERATION, "LEVEL", """
            What is logged on standard error: trace, debug, info, warn, error or silent. Default: info."""),
    /** Control. */
    RESTAPI("restapi", "restapi", Kind.TEXT, Group.OPERATION, "[TOKEN@]HOST:PORT", """
            Accepted for compatibility; the REST API is not served yet."""),
    /** Stopping. */
    DRAIN("drain", "drain", Kind.TEXT, Group.OPERATION, "DURATION", """
            How long open connections may go on after SIGTERM or SIGINT; a second signal ends them at once. \
            Default: 3s.""");

    private final char shortFlag;
    private final String flag;
    private final String key;
    private final Kind kind;
    private final Group group;
    private final String label;
    private final String help;

    Setting(String flag, String key, Kind kind, Group group, String label, String help) {
        this('\0', flag, key, kind, group, label, help);
    }

    Setting(char shortFlag, String flag, String key, Kind kind, Group group, String label, String help) {
        this.shortFlag = shortFlag;
        this.flag = flag;
        this.key = key;
        this.kind = kind;
        this.group = group;
        this.label = label;
        this.help = help;
    }

    /** Returns the one-letter flag, or 0. */
    public char shortFlag() {
        return shortFlag;
    }

    /** Returns the flag without dashes. */
    public String flag() {
        return flag;
    }

    /** Returns the key in the configuration file. */
    public String key() {
        return key;
    }

    /** Returns what kind of value it takes. */
    public Kind kind() {
        return kind;
    }

    /** Returns the section of the help that it belongs to. */
    public Group group() {
        return group;
    }

    /** Returns what the help writes for the value, or null if there is none. */
    public String label() {
        return label;
    }

    /** Returns the paragraph for the help. */
    public String help() {
        return help;
    }

    /**
     * Finds a setting by its key.
     *
     * @param key a key of the configuration file
     * @return the setting, if there is one
     */
    public static Optional<Setting> ofKey(String key) {
        return Arrays.stream(values())
                .filter(setting -> setting.key.equals(key))
                .findFirst();
    }

    /** Returns all keys of the configuration file. */
    public static List<String> keys() {
        return Arrays.stream(values()).map(Setting::key).toList();
    }

    /** What a setting takes. */
    public enum Kind {
        /** One value. */
        TEXT,
        /** True or false; the flag alone is true. */
        BOOL,
        /** Values separated by commas, or repeated. */
        LIST
    }

    /** A section of the help. */
    public enum Group {
        /** Of the device. */
        DEVICE("Device"),
        /** Of the upstream. */
        UPSTREAM("Upstream"),
        /** Of flows. */
        TRAFFIC("TCP and UDP"),
        /** Commands of the user. */
        HOOKS("Commands on the way up and down"),
        /** Of the process. */
        OPERATION("Operation");

        private final String title;

        Group(String title) {
            this.title = title;
        }

        /** Returns the heading. */
        public String title() {
            return title;
        }
    }
}
