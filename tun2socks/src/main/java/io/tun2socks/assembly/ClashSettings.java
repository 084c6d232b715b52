package io.tun2socks.assembly;

import io.tun2socks.config.RawSettings;
import io.tun2socks.config.Setting;
import io.tun2socks.config.clash.ClashConfig;
import io.tun2socks.config.clash.GeneralConfig;
import io.tun2socks.config.clash.TunConfig;
import java.util.List;
import java.util.stream.Stream;

/** Finds the settings of the program in a clash configuration. */
public final class ClashSettings {
    private ClashSettings() {}

    /**
     * Translates a configuration.
     *
     * @param file for messages
     * @param config the configuration
     * @return what it sets, to be laid over the flags; the device only if {@code tun.enable} is true
     */
    public static RawSettings of(String file, ClashConfig config) {
        RawSettings raw = new RawSettings();
        GeneralConfig general = config.general();
        TunConfig tun = config.tun();
        // The rules say where flows go; this stands for them.
        put(raw, Setting.PROXY, file, "rules", "direct://");
        put(raw, Setting.LOGLEVEL, file, "log-level", general.logLevel().name().toLowerCase(java.util.Locale.ROOT));
        if (tun.enable()) {
            String device = tun.fileDescriptor() > 0 ? "fd://" + tun.fileDescriptor() : tun.device();
            if (!device.isEmpty()) {
                put(raw, Setting.DEVICE, file, "tun.device", device);
            }
            put(raw, Setting.MTU, file, "tun.mtu", Integer.toString(tun.mtu()));
            List<String> addresses = Stream.concat(tun.inet4Address().stream(), tun.inet6Address().stream())
                    .map(Object::toString)
                    .toList();
            if (!addresses.isEmpty()) {
                raw.put(Setting.ADDRESS, file + ": tun.inet4-address", addresses);
            }
            put(raw, Setting.UDP_TIMEOUT, file, "tun.udp-timeout", tun.udpTimeout() + "s");
        }
        if (!general.interfaceName().isEmpty()) {
            put(raw, Setting.INTERFACE, file, "interface-name", general.interfaceName());
        }
        if (general.routingMark() != 0) {
            put(raw, Setting.FWMARK, file, "routing-mark", Long.toString(general.routingMark() & 0xffff_ffffL));
        }
        if (general.keepAliveIdle() > 0) {
            put(raw, Setting.KEEP_ALIVE_IDLE, file, "keep-alive-idle", general.keepAliveIdle() + "s");
        }
        if (general.keepAliveInterval() > 0) {
            put(raw, Setting.KEEP_ALIVE_INTERVAL, file, "keep-alive-interval", general.keepAliveInterval() + "s");
        }
        if (general.disableKeepAlive()) {
            put(raw, Setting.DISABLE_KEEP_ALIVE, file, "disable-keep-alive", "true");
        }
        return raw;
    }

    private static void put(RawSettings raw, Setting setting, String file, String key, String value) {
        raw.put(setting, file + ": " + key, List.of(value));
    }
}
