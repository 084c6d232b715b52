package io.tun2socks.config.clash;

import io.tun2socks.config.LogLevel;
import io.tun2socks.config.clash.GeneralConfig.UdpFallback;
import io.tun2socks.rules.decide.FindProcessMode;
import io.tun2socks.rules.decide.Mode;
import java.util.Map;

/** Reads the keys at the root that concern the whole program. */
final class GeneralReader {
    private static final Map<String, Mode> MODES = Words.of(Mode.values());
    private static final Map<String, LogLevel> LEVELS = levels();
    private static final Map<String, FindProcessMode> PROCESS_MODES = Words.of(FindProcessMode.values());
    private static final Map<String, UdpFallback> FALLBACKS = Words.of(UdpFallback.values());

    private GeneralReader() {}

    static GeneralConfig read(Fields root) {
        return new GeneralConfig(
                root.choice("mode", Mode.RULE, MODES),
                root.choice("log-level", LogLevel.INFO, LEVELS),
                root.bool("ipv6", true),
                root.choice("find-process-mode", FindProcessMode.STRICT, PROCESS_MODES),
                root.text("interface-name", ""),
                root.integer("routing-mark", 0, Integer.MIN_VALUE, Integer.MAX_VALUE),
                root.bool("tcp-concurrent", false),
                root.bool("unified-delay", false),
                root.integer("keep-alive-idle", 0, 0, Integer.MAX_VALUE),
                root.integer("keep-alive-interval", 0, 0, Integer.MAX_VALUE),
                root.bool("disable-keep-alive", false),
                root.choice("udp-fallback", UdpFallback.DIRECT, FALLBACKS),
                root.text("global-ua", ""),
                root.bool("etag-support", true),
                HostsReader.read(root));
    }

    /** Clash's word is warning; ours is warn. */
    private static Map<String, LogLevel> levels() {
        Map<String, LogLevel> levels = Words.of(LogLevel.values());
        levels.put("warning", LogLevel.WARN);
        return levels;
    }
}
