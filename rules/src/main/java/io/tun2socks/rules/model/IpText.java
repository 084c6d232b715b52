package io.tun2socks.rules.model;

/** Reads and writes addresses as text: strict dotted decimal, IPv6 by RFC 4291 2.2, written by RFC 5952. */
final class IpText {
    private IpText() {}

    /** Returns the address, or null if the text is none. */
    static Ip parse(String text) {
        int zone = text.indexOf('%');
        if (text.indexOf(':') < 0) {
            long bits = zone < 0 ? parseV4(text, 0, text.length()) : -1;
            return bits < 0 ? null : Ip.v4((int) bits);
        }
        return parseV6(zone < 0 ? text : text.substring(0, zone));
    }

    private static long parseV4(String text, int from, int to) {
        long bits = 0;
        int at = from;
        for (int part = 0; part < 4; part++) {
            if (part > 0 && (at >= to || text.charAt(at++) != '.')) {
                return -1;
            }
            int start = at;
            int value = 0;
            while (at < to && at - start < 4 && isDigit(text.charAt(at))) {
                value = value * 10 + text.charAt(at++) - '0';
            }
            boolean leadingZero = at - start > 1 && text.charAt(start) == '0';
            if (at == start || value > 255 || leadingZero) {
                return -1;
            }
            bits = (bits << 8) | value;
        }
        return at == to ? bits : -1;
    }

    private static Ip parseV6(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
            return null;
        }
        int[] groups = new int[8];
        if (gap < 0) {
            return parseGroups(text, groups, 0) == 8 ? join(groups) : null;
        }
        int[] tail = new int[8];
        int before = gap == 0 ? 0 : parseGroups(text.substring(0, gap), groups, 0);
        int after = gap + 2 == text.length() ? 0 : parseGroups(text.substring(gap + 2), tail, 0);
        if (before < 0 || after < 0 || before + after > 7) {
            return null;
        }
        System.arraycopy(tail, 0, groups, 8 - after, after);
        return join(groups);
    }

    /** Returns how many groups there are, or -1. */
    private static int parseGroups(String text, int[] groups, int first) {
        int count = first;
        int at = 0;
        while (true) {
            if (count == 8) {
                return -1;
            }
            int end = text.indexOf(':', at);
            int to = end < 0 ? text.length() : end;
            if (end < 0 && text.indexOf('.', at) >= 0) {
                long bits = parseV4(text, at, to);
                if (bits < 0 || count > 6) {
                    return -1;
                }
                groups[count] = (int) (bits >>> 16);
                groups[count + 1] = (int) (bits & 0xffff);
                return count + 2;
            }
            int group = hex(text, at, to);
            if (group < 0) {
                return -1;
            }
            groups[count++] = group;
            if (end < 0) {
                return count;
            }
            at = end + 1;
        }
    }

    private static int hex(String text, int from, int to) {
        if (to <= from || to - from > 4) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < to; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0 || text.charAt(i) > 'f') {
                return -1;
            }
            value = (value << 4) | digit;
        }
        return value;
    }

    private static Ip join(int[] groups) {
        long high = 0;
        long low = 0;
        for (int i = 0; i < 4; i++) {
            high = (high << 16) | groups[i];
            low = (low << 16) | groups[i + 4];
        }
        return Ip.of(high, low);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    static String format(Ip ip) {
        long low = ip.low();
        if (ip.isV4()) {
            return (low >>> 24) + "." + ((low >>> 16) & 0xff) + "." + ((low >>> 8) & 0xff) + "." + (low & 0xff);
        }
        int[] groups = new int[8];
        for (int i = 0; i < 4; i++) {
            groups[i] = (int) (ip.high() >>> ((3 - i) * 16)) & 0xffff;
            groups[i + 4] = (int) (low >>> ((3 - i) * 16)) & 0xffff;
        }
        int best = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - i > bestLength) {
                best = i;
                bestLength = end - i;
            }
            i = Math.max(i, end - 1);
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            if (i == best) {
                text.append("::");
                i += bestLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }
}
