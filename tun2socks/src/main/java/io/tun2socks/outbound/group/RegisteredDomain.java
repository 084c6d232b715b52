package io.tun2socks.outbound.group;

import java.util.Set;

/**
 * Finds the part of a name that somebody has registered, so that the hosts of one site are kept together. There is no
 * list of public suffixes here: a name has two labels that count, or three if the last but one is a usual second level
 * below a country ({@code example.co.uk}).
 */
final class RegisteredDomain {
    private static final Set<String> SECOND_LEVELS =
            Set.of("ac", "co", "com", "edu", "go", "gob", "gov", "mil", "ne", "net", "nom", "or", "org");

    private RegisteredDomain() {}

    /**
     * Finds where the registered part begins.
     *
     * @param host a normalized name or an IP literal
     * @return an index into it; 0 for a literal, -1 for a name of one label or none
     */
    static int start(String host) {
        int last = host.lastIndexOf('.');
        if (host.indexOf(':') >= 0 || (last >= 0 && isDigit(host, last + 1))) {
            return 0;
        }
        if (last < 0) {
            return -1;
        }
        int second = host.lastIndexOf('.', last - 1);
        boolean country = host.length() - last - 1 == 2;
        if (second >= 0 && country && SECOND_LEVELS.contains(host.substring(second + 1, last))) {
            return host.lastIndexOf('.', second - 1) + 1;
        }
        return second + 1;
    }

    /** No top-level domain begins with a digit. */
    private static boolean isDigit(String host, int at) {
        return at < host.length() && host.charAt(at) >= '0' && host.charAt(at) <= '9';
    }
}
