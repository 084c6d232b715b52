package io.tun2socks.rules.model;

import java.util.List;

/**
 * Geographic data that rules ask for. What a rule needs is checked when the rules are compiled, so that a missing file is
 * an error then and never later. Any thread.
 */
public interface GeoData {
    /**
     * Returns the codes that an address belongs to.
     *
     * @param ip the address
     * @return lower-case codes, such as {@code cn}; empty if none is known
     */
    List<String> countries(Ip ip);

    /**
     * Returns the autonomous system of an address.
     *
     * @param ip the address
     * @return its number; 0 if unknown
     */
    long asn(Ip ip);

    /**
     * Checks that {@link #countries} can answer for a code.
     *
     * @param code lower-case
     * @throws GeoDataException if the data is not there or does not know the code
     */
    void requireCountry(String code) throws GeoDataException;

    /**
     * Checks that {@link #asn} can answer.
     *
     * @throws GeoDataException if the data is not there
     */
    void requireAsn() throws GeoDataException;

    /**
     * Returns the names of a category.
     *
     * @param code lower-case, with attributes as in {@code google@cn}
     * @return the set
     * @throws GeoDataException if the data is not there or does not know the category
     */
    DomainMatcher geosite(String code) throws GeoDataException;
}
