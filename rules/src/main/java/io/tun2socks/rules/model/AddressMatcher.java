package io.tun2socks.rules.model;

/** A set of addresses. Immutable; any thread; no allocation per question. */
public interface AddressMatcher {
    /**
     * Tells whether an address is in the set.
     *
     * @param ip the address
     * @return whether it is
     */
    boolean matches(Ip ip);

    /** Returns how many entries the set was made of. */
    int size();
}
