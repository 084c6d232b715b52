package io.tun2socks.tcpstack.ip;

import java.util.Optional;

/** Text forms of IP addresses: dotted quads and RFC 4291 2.2 / RFC 5952. */
final class IpLiteral {
    private IpLiteral() {}

    static Optional<IpAddress> parse(String text) {
        if (text.startsWith("[") && text.endsWith("]")) {
            return text.contains(":") ? parseIpv6(text.substring(1, text.length() - 1)) : Optional.empty();
        }
        return text.contains(":") ? parseIpv6(text) : parseIpv4(text).map(IpAddress::ofIpv4);
    }

    private static Optional<Integer> parseIpv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return Optional.empty();
        }
        int bits = 0;
        for (String part : parts) {
            if (part.isEmpty()
                    || part.length() > 3
                    || (part.length() > 1 && part.charAt(0) == '0')
                    || !part.chars().allMatch(c -> c >= '0' && c <= '9')
                    || Integer.parseInt(part) > 255) {
                return Optional.empty();
            }
            bits = bits << 8 | Integer.parseInt(part);
        }
        return Optional.of(bits);
    }

    private static Optional<IpAddress> parseIpv6(String text) {
        String groupsText = text;
        int lastColon = text.lastIndexOf(':');
        if (text.indexOf('.') > lastColon) {
            Optional<Integer> tail = parseIpv4(text.substring(lastColon + 1));
            if (tail.isEmpty()) {
                return Optional.empty();
            }
            int bits = tail.get();
            groupsText = text.substring(0, lastColon + 1) + Integer.toHexString(bits >>> 16) + ":"
                    + Integer.toHexString(bits & 0xffff);
        }
        int gap = groupsText.indexOf("::");
        if (gap >= 0 && groupsText.indexOf("::", gap + 1) >= 0) {
            return Optional.empty();
        }
        String[] head = split(gap >= 0 ? groupsText.substring(0, gap) : groupsText);
        String[] tail = split(gap >= 0 ? groupsText.substring(gap + 2) : "");
        int given = head.length + tail.length;
        if (gap >= 0 ? given > 7 : given != 8) {
            return Optional.empty();
        }
        long[] halves = new long[2];
        for (int i = 0; i < given; i++) {
            String group = i < head.length ? head[i] : tail[i - head.length];
            int position = i < head.length ? i : 8 - given + i;
            if (group.isEmpty() || group.length() > 4 || !group.chars().allMatch(IpLiteral::isHexDigit)) {
                return Optional.empty();
            }
            halves[position / 4] |= Long.parseLong(group, 16) << (16 * (3 - position % 4));
        }
        return Optional.of(IpAddress.of(halves[0], halves[1]));
    }

    /** ASCII only, unlike {@link Character#digit}. */
    private static boolean isHexDigit(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }

    private static String[] split(String text) {
        return text.isEmpty() ? new String[0] : text.split(":", -1);
    }

    static String format(IpAddress address) {
        if (address.isIpv4()) {
            int bits = (int) address.lo();
            return (bits >>> 24) + "." + (bits >>> 16 & 0xff) + "." + (bits >>> 8 & 0xff) + "." + (bits & 0xff);
        }
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int length = 0;
            while (i + length < 8 && group(address, i + length) == 0) {
                length++;
            }
            if (length > bestLength) {
                bestStart = i;
                bestLength = length;
            }
            i += length;
        }
        StringBuilder out = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                out.append("::");
                i += bestLength - 1;
            } else {
                if (i > 0 && out.charAt(out.length() - 1) != ':') {
                    out.append(':');
                }
                out.append(Integer.toHexString(group(address, i)));
            }
        }
        return out.toString();
    }

    private static int group(IpAddress address, int index) {
        long half = index < 4 ? address.hi() : address.lo();
        return (int) (half >>> (16 * (3 - index % 4))) & 0xffff;
    }
}
