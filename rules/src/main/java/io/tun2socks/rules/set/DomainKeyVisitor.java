package io.tun2socks.rules.set;

/** Sees the entries of a {@link DomainSet} one by one. */
public interface DomainKeyVisitor {
    /**
     * Sees one entry.
     *
     * @param key the name reversed byte by byte, valid during the call only
     * @param length the key's length, from 0 (the entry {@code +}, every name)
     * @param exact whether the name itself is in the set
     * @param below whether all names below it are in the set
     */
    void entry(byte[] key, int length, boolean exact, boolean below);
}
