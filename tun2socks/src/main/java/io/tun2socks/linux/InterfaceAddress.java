package io.tun2socks.linux;

import io.tun2socks.tcpstack.ip.IpAddress;

/**
 * An address of an interface with the length of its network's prefix.
 *
 * @param address the address
 * @param prefixLength 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record InterfaceAddress(IpAddress address, int prefixLength) {
    /**
     * Parses an address with its prefix length.
     *
     * @param text such as {@code 10.0.0.1/24} or {@code fd00::1/64}; without a length the address stands alone (32 or
     *     128)
     * @return the address
     * @throws IllegalArgumentException if the text is none; the message says what is wrong with it
     */
    public static InterfaceAddress parse(String text) {
        int slash = text.indexOf('/');
        String literal = slash < 0 ? text : text.substring(0, slash);
        IpAddress address = IpAddress.parse(literal)
                .orElseThrow(() -> new IllegalArgumentException(
                        "\"" + text + "\" is no address: expected one like 10.0.0.1/24 or fd00::1/64"));
        int longest = address.isIpv4() ? 32 : 128;
        int length = slash < 0 ? longest : prefixLength(text.substring(slash + 1));
        if (length < 0 || length > longest) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" has a bad prefix length: expected a number from 0 to " + longest);
        }
        return new InterfaceAddress(address, length);
    }

    private static int prefixLength(String digits) {
        if (digits.isEmpty() || digits.length() > 3 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        return Integer.parseInt(digits);
    }

    @Override
    public String toString() {
        return address + "/" + prefixLength;
    }
}
