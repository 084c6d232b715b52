package io.tun2socks.rules.geo;

import com.maxmind.db.MaxMindDbConstructor;
import com.maxmind.db.MaxMindDbParameter;

/** What is read of a record; the reader skips the rest without building it. Public since the reader is reflective. */
final class MmdbRecords {
    private MmdbRecords() {}

    /**
     * A record of GeoLite2-Country and of databases like it.
     *
     * @param country the country of the address, or null
     */
    public record Place(Country country) {
        /** Made by the reader. */
        @MaxMindDbConstructor
        public Place(@MaxMindDbParameter(name = "country") Country country) {
            this.country = country;
        }
    }

    /**
     * A country.
     *
     * @param isoCode two letters in upper case, or null
     */
    public record Country(String isoCode) {
        /** Made by the reader. */
        @MaxMindDbConstructor
        public Country(@MaxMindDbParameter(name = "iso_code") String isoCode) {
            this.isoCode = isoCode;
        }
    }

    /**
     * An autonomous system.
     *
     * @param number its number in GeoLite2 and DB-IP, or null
     * @param asn {@code AS} and its number in IPinfo's, or null
     */
    public record AutonomousSystem(Object number, Object asn) {
        /** Made by the reader. */
        @MaxMindDbConstructor
        public AutonomousSystem(
                @MaxMindDbParameter(name = "autonomous_system_number") Object number,
                @MaxMindDbParameter(name = "asn") Object asn) {
            this.number = number;
            this.asn = asn;
        }
    }
}
