package io.tun2socks.config.clash;

import io.tun2socks.config.GoScalars;
import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Ranges;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads {@code tun}. */
final class TunReader {
    private static final int MIN_MTU = 576;
    private static final int MAX_MTU = 65535;
    private static final int DEFAULT_MTU = 9000;
    private static final int DEFAULT_UDP_TIMEOUT = 300;
    private static final int ADDRESS_LENGTH = 30;
    private static final long MAX_UID = 0xffff_ffffL;
    private static final List<Prefix> DEFAULT_INET6 = List.of(Prefix.parse("fdfe:dcba:9876::1/126"));
    private static final Map<String, Stack> STACKS = Words.of(Stack.values());

    /** The words that clash has for {@code stack}; here they all mean the program's own. */
    private enum Stack {
        GVISOR,
        SYSTEM,
        MIXED,
        LWIP
    }

    private TunReader() {}

    /**
     * Reads the section.
     *
     * @param root the configuration
     * @param ipv6 whether IPv6 is used
     * @param fakeIpRange the addresses that DNS gives out; the device's default address is the range's
     */
    static TunConfig read(Fields root, boolean ipv6, Prefix fakeIpRange) {
        Fields tun = root.section("tun");
        List<Prefix> inet4 = tun.parsedList(
                "inet4-address", List.of(new Prefix(fakeIpRange.address(), ADDRESS_LENGTH)), Prefix::parse);
        List<Prefix> inet6 = tun.parsedList("inet6-address", DEFAULT_INET6, Prefix::parse);
        checkFamily(tun, "inet4-address", inet4, true);
        checkFamily(tun, "inet6-address", inet6, false);
        tun.choice("stack", Stack.GVISOR, STACKS);
        tun.known("auto-redirect", "auto-redirect-input-mark", "auto-redirect-output-mark");
        tun.known("include-android-user", "include-package", "exclude-package", "endpoint-independent-nat");
        int udpTimeout = tun.integer("udp-timeout", 0, 0, Integer.MAX_VALUE);
        int mtu = tun.has("mtu") ? tun.integer("mtu", DEFAULT_MTU, 0, MAX_MTU) : DEFAULT_MTU;
        if (mtu != 0 && mtu < MIN_MTU) {
            tun.error("mtu", mtu + " is out of range; expected a number, " + MIN_MTU + " to " + MAX_MTU);
        }
        TunConfig config = new TunConfig(
                tun.bool("enable", false),
                device(tun),
                mtu == 0 ? DEFAULT_MTU : mtu,
                inet4,
                ipv6 ? inet6 : List.of(),
                tun.bool("auto-route", true),
                tun.bool("auto-detect-interface", true),
                tun.texts("dns-hijack", List.of("0.0.0.0:53")),
                tun.bool("strict-route", false),
                tun.bool("gso", false),
                tun.integer("gso-max-size", 0, 0, Integer.MAX_VALUE),
                udpTimeout == 0 ? DEFAULT_UDP_TIMEOUT : udpTimeout,
                tun.integer("file-descriptor", 0, 0, Integer.MAX_VALUE),
                routes(tun),
                tun.line());
        tun.finish();
        return config;
    }

    /** A kernel's interface name has up to 15 bytes, none of them a slash or a space. */
    private static String device(Fields tun) {
        return tun.parsed("device", "", "a name", text -> {
            if (text.length() > 15 || text.matches(".*[/\\s].*") || text.equals(".") || text.equals("..")) {
                throw new IllegalArgumentException(Findings.quote(text)
                        + " is not a name of an interface; expected up to 15 letters and digits, such as tun0");
            }
            return text;
        });
    }

    private static void checkFamily(Fields tun, String key, List<Prefix> prefixes, boolean v4) {
        for (Prefix prefix : prefixes) {
            if (prefix.address().isV4() != v4) {
                tun.error(key, prefix + " is of the other family; expected IPv" + (v4 ? 4 : 6) + " addresses");
            }
        }
    }

    private static TunConfig.Routes routes(Fields tun) {
        return new TunConfig.Routes(
                blocks(tun, "route-address", "inet4-route-address", "inet6-route-address"),
                blocks(tun, "route-exclude-address", "inet4-route-exclude-address", "inet6-route-exclude-address"),
                tun.texts("route-address-set", List.of()),
                tun.texts("route-exclude-address-set", List.of()),
                tun.texts("include-interface", List.of()),
                tun.texts("exclude-interface", List.of()),
                users(tun, "include-uid", "include-uid-range"),
                users(tun, "exclude-uid", "exclude-uid-range"),
                tun.integer("iproute2-table-index", 0, 0, Integer.MAX_VALUE),
                tun.integer("iproute2-rule-index", 0, 0, Integer.MAX_VALUE));
    }

    private static List<Cidr> blocks(Fields tun, String... keys) {
        List<Cidr> blocks = new ArrayList<>();
        for (String key : keys) {
            blocks.addAll(tun.parsedList(
                    key,
                    List.of(),
                    text -> Cidr.parse(text)
                            .orElseThrow(() -> new IllegalArgumentException(Findings.quote(text)
                                    + " is not a block of addresses; expected such as 10.0.0.0/8"))));
        }
        return blocks;
    }

    private static List<Ranges.Range> users(Fields tun, String singles, String ranges) {
        List<Ranges.Range> users = new ArrayList<>(tun.parsedList(singles, List.of(), text -> {
            long uid = uid(text, "a number of a user, 0 to " + MAX_UID);
            return new Ranges.Range(uid, uid);
        }));
        users.addAll(tun.parsedList(ranges, List.of(), text -> {
            String expected = "a range of users such as 1000:9999";
            String[] ends = text.split(":", -1);
            if (ends.length != 2) {
                throw new IllegalArgumentException(Findings.quote(text) + " is not understood; expected " + expected);
            }
            return new Ranges.Range(
                    ends[0].isEmpty() ? 0 : uid(ends[0], expected),
                    ends[1].isEmpty() ? MAX_UID : uid(ends[1], expected));
        }));
        return users;
    }

    private static long uid(String text, String expected) {
        try {
            return GoScalars.integer(text.strip(), 0, MAX_UID);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(Findings.quote(text) + " is not understood; expected " + expected, e);
        }
    }
}
