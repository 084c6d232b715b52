package io.tun2socks.outbound;

import io.tun2socks.config.clash.ProxyConfig.IpVersion;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The addresses to try, and how many at a time.
 *
 * @param addresses in the order of trying; at least one
 * @param first how many are tried at once in the beginning, from 1
 * @param step how many more whenever one fails or the time for it is up, from 1
 */
record Candidates(List<InetSocketAddress> addresses, int first, int step) {
    /** The most addresses that are tried; a name may have any number of them. */
    static final int MAX = 16;

    /** Returns the only candidate. */
    static Candidates of(InetSocketAddress address) {
        return new Candidates(List.of(address), 1, 1);
    }

    /** Tells whether an address may be used. */
    static boolean allowed(IpVersion version, InetAddress address) {
        return switch (version) {
            case IPV4 -> address instanceof Inet4Address;
            case IPV6 -> !(address instanceof Inet4Address);
            case DUAL, IPV4_PREFER, IPV6_PREFER -> true;
        };
    }

    /**
     * Puts the addresses of a name in order.
     *
     * @param found preferred ones first, all of them {@link #allowed}; at least one
     * @param port the port of all
     * @param version with a preference its family begins, else that of the first address
     * @param concurrent whether all are tried at once; with a preference, all of its family
     * @return at most {@value #MAX} candidates
     */
    static Candidates of(List<InetAddress> found, int port, IpVersion version, boolean concurrent) {
        if (found.size() == 1) {
            return of(new InetSocketAddress(found.get(0), port));
        }
        boolean ipv4First = switch (version) {
            case IPV4, IPV4_PREFER -> true;
            case IPV6, IPV6_PREFER -> false;
            case DUAL -> found.get(0) instanceof Inet4Address;
        };
        List<InetSocketAddress> begin = new ArrayList<>();
        List<InetSocketAddress> other = new ArrayList<>();
        for (InetAddress address : found) {
            List<InetSocketAddress> family = address instanceof Inet4Address == ipv4First ? begin : other;
            family.add(new InetSocketAddress(address, port));
        }
        if (!concurrent) {
            return new Candidates(interleaved(begin, other), 1, 1);
        }
        boolean prefers = version == IpVersion.IPV4_PREFER || version == IpVersion.IPV6_PREFER;
        int first = prefers && !begin.isEmpty() ? Math.min(MAX, begin.size()) : MAX;
        List<InetSocketAddress> all = new ArrayList<>(begin);
        all.addAll(other);
        return new Candidates(limited(all), first, MAX);
    }

    /** RFC 8305 4: the families take turns. */
    private static List<InetSocketAddress> interleaved(List<InetSocketAddress> begin, List<InetSocketAddress> other) {
        List<InetSocketAddress> all = new ArrayList<>(begin.size() + other.size());
        for (int i = 0; i < Math.max(begin.size(), other.size()); i++) {
            if (i < begin.size()) {
                all.add(begin.get(i));
            }
            if (i < other.size()) {
                all.add(other.get(i));
            }
        }
        return limited(all);
    }

    private static List<InetSocketAddress> limited(List<InetSocketAddress> all) {
        return List.copyOf(all.subList(0, Math.min(MAX, all.size())));
    }
}
