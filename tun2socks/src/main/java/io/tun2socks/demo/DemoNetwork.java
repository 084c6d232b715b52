package io.tun2socks.demo;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The addresses of the demo, and the routes of its namespace.
 *
 * <p>The site's addresses are those that RFC 5737 and RFC 3849 keep for documentation, so they belong to nobody. The
 * kernel routes them, as all others, to the TUN device; the SOCKS5 server connects to loopback instead.
 */
final class DemoNetwork {
    /** The TUN device. */
    static final String DEVICE = "demo0";

    /** The addresses of the device. */
    static final String DEVICE_ADDRESS4 = "198.51.100.1/24";

    static final String DEVICE_ADDRESS6 = "2001:db8:0:1::1/64";

    /** The addresses of the site. */
    static final String SITE4 = "203.0.113.10";

    static final String SITE6 = "2001:db8::10";

    /** Addresses where nobody is. */
    static final String NOBODY4 = "203.0.113.99";

    static final String NOBODY6 = "2001:db8::99";

    static final int HTTP = 80;
    static final int ECHO = 7;
    static final int SOCKS = 1080;

    /** A port of the site where nothing listens. */
    static final int CLOSED = 81;

    private static final int COMMAND_SECONDS = 10;

    private static final Map<String, String> LOOPBACK = Map.of(SITE4, "127.0.0.1", SITE6, "::1");

    private DemoNetwork() {}

    /**
     * Returns the loopback address that stands for an address of the site.
     *
     * @param host an address or a name, as a SOCKS5 client writes it
     * @return the address, or null if nobody is there
     */
    static String loopbackFor(String host) {
        byte[] wanted = NetUtil.createByteArrayFromIpAddressString(host);
        return LOOPBACK.entrySet().stream()
                .filter(entry -> Arrays.equals(NetUtil.createByteArrayFromIpAddressString(entry.getKey()), wanted))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    /**
     * Tells whether this network namespace is as good as new, with no interface up but loopback, so that routes may be
     * set in it.
     *
     * @throws IOException if the interfaces cannot be listed
     */
    static boolean isUnused() throws IOException {
        for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            if (each.isUp() && !each.isLoopback()) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether the loopback interface has an IPv6 address. */
    static boolean hasIpv6() {
        try {
            NetworkInterface loopback = NetworkInterface.getByName("lo");
            return loopback != null
                    && loopback.inetAddresses().anyMatch(address -> address instanceof java.net.Inet6Address);
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Sends everything to the device.
     *
     * @param ipv6 whether IPv6, too
     * @throws IOException if a route cannot be set
     */
    static void route(boolean ipv6) throws IOException, InterruptedException {
        run("ip", "-4", "route", "add", "default", "dev", DEVICE);
        if (ipv6) {
            run("ip", "-6", "route", "add", "default", "dev", DEVICE);
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + ": not done within " + COMMAND_SECONDS + " s");
        }
        if (process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output.strip());
        }
    }

    /** Returns the addresses of the device. */
    static List<String> deviceAddresses(boolean ipv6) {
        return ipv6 ? List.of(DEVICE_ADDRESS4, DEVICE_ADDRESS6) : List.of(DEVICE_ADDRESS4);
    }
}
