package io.tun2socks.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A host behind two routers, all in namespaces of their own; the lab's client is the gateway between it and the program's
 * device:
 *
 * <pre>host ── inner ──(middle)── outer ── gateway ── TUN</pre>
 */
final class RoutedClient {
    private static final String HOST4 = address4(2, 2);
    private static final String HOST6 = address6(2, 2);

    private static final int MIDDLE = 1;
    private static final Duration QUICK = Duration.ofSeconds(10);

    private final NetNs outer;
    private final NetNs inner;
    private final NetNs host;

    private RoutedClient(NetNs outer, NetNs inner, NetNs host) {
        this.outer = outer;
        this.inner = inner;
        this.host = host;
    }

    /** Makes the namespaces, links and routes; every link has an MTU of 1500. They go at the end of the test. */
    static RoutedClient create(Lab lab) {
        List<NetNs> path = new ArrayList<>(List.of(lab.client()));
        for (String label : List.of("outer", "inner", "host")) {
            path.add(lab.untilTestEnd(NetNs.create(label, lab.transcript())));
        }
        path.forEach(RoutedClient::forward);
        for (int i = 0; i + 1 < path.size(); i++) {
            join(path.get(i), path.get(i + 1), i);
            if (i == 0) {
                // The namespace's end takes it away, too, but only some time later.
                lab.untilTestEnd(() -> lab.client().ip("link", "del", device(0)));
            }
            for (int behind = i + 1; behind + 1 < path.size(); behind++) {
                path.get(i).ip("route", "add", network4(behind), "via", address4(i, 2));
                path.get(i).ip("-6", "route", "add", network6(behind), "via", address6(i, 2));
            }
        }
        return new RoutedClient(path.get(1), path.get(2), path.get(3));
    }

    private static void join(NetNs left, NetNs right, int link) {
        String name = device(link);
        left.ip("link", "add", name, "type", "veth", "peer", "name", "up0", "netns", right.name());
        address(left, name, link, 1);
        address(right, "up0", link, 2);
        right.ip("route", "add", "default", "via", address4(link, 1));
        right.ip("-6", "route", "add", "default", "via", address6(link, 1));
    }

    private static void address(NetNs namespace, String device, int link, int host) {
        namespace.ip("addr", "add", address4(link, host) + "/24", "dev", device);
        namespace.ip("addr", "add", address6(link, host) + "/64", "dev", device, "nodad");
        namespace.ip("link", "set", device, "up");
    }

    private static void forward(NetNs namespace) {
        namespace.bash(QUICK, """
                        echo 1 > /proc/sys/net/ipv4/ip_forward
                        echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
                        # Nobody else has the addresses: there is no second to be waited.
                        echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
                        for filter in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $filter; done""").ok();
    }

    private static String device(int link) {
        return "down" + link;
    }

    private static String address4(int link, int host) {
        return "10.7" + link + ".0." + host;
    }

    private static String address6(int link, int host) {
        return "fd7" + link + "::" + host;
    }

    private static String network4(int link) {
        return "10.7" + link + ".0.0/24";
    }

    private static String network6(int link) {
        return "fd7" + link + "::/64";
    }

    NetNs host() {
        return host;
    }

    /** Sets the MTU of the link between the routers, on both its ends. */
    void middleMtu(int mtu) {
        outer.ip("link", "set", device(MIDDLE), "mtu", Integer.toString(mtu));
        inner.ip("link", "set", "up0", "mtu", Integer.toString(mtu));
    }

    /** How many times the router on the gateway's side has said that a packet was too big. */
    int tooBigReports(Family family) {
        String counter = family == Family.V4 ? "IcmpOutDestUnreachs" : "Icmp6OutPktTooBigs";
        String line = outer.run(QUICK, "nstat", "-asz", counter)
                .ok()
                .out()
                .lines()
                .filter(text -> text.startsWith(counter))
                .findFirst()
                .orElseThrow();
        return Integer.parseInt(line.split(" +", 3)[1]);
    }

    /** Has the router on the gateway's side lose all that goes to the host, or not any more. */
    void lose(boolean lost) {
        String verb = lost ? "add" : "del";
        outer.ip("route", verb, "blackhole", HOST4);
        outer.ip("-6", "route", verb, "blackhole", HOST6);
    }

    /** Takes the host's link down; it does not come back. */
    void unplug() {
        host.ip("link", "set", "up0", "down");
    }
}
