/**
 * Geographic data from files: MaxMind databases, and v2ray's lists of names and address blocks. Read when rules are
 * compiled; answers questions about flows from memory.
 */
package io.tun2socks.rules.geo;
