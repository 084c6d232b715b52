package io.tun2socks.config.clash;

import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Ip;

/**
 * An address of an interface with the length of its network's prefix.
 *
 * @param address the address itself
 * @param length 0 to 32, or 0 to 128
 */
public record Prefix(Ip address, int length) {
    /**
     * Reads {@code 198.18.0.1/30} or {@code fdfe:dcba:9876::1/126}.
     *
     * @param text the text
     * @return the address and length
     * @throws IllegalArgumentException if it is none; the message says what was expected
     */
    public static Prefix parse(String text) {
        Cidr block = Cidr.parse(text).orElseThrow(() -> wrong(text));
        Ip address = Ip.parse(text.substring(0, text.indexOf('/'))).orElseThrow(() -> wrong(text));
        return new Prefix(address, block.prefixLength());
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException(Findings.quote(text)
                + " is not an address with a prefix length; expected such as 198.18.0.1/30 or fd00::1/126");
    }

    /** Returns the block that the address is in. */
    public Cidr block() {
        return new Cidr(address, length);
    }

    /** Returns {@code 198.18.0.1/30}. */
    @Override
    public String toString() {
        return address + "/" + length;
    }
}
