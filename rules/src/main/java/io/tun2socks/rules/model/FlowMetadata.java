package io.tun2socks.rules.model;

import java.util.List;

/**
 * What is known of a flow when it is decided about. Filled by the caller, completed on the way by what a decision asks
 * for: the address of the name, the process. Reusable; one thread at a time.
 *
 * <p>Names are lower-case ASCII without a trailing dot (use {@link Names#normalize}); unknown texts are empty, never
 * null; unknown addresses are null.
 */
public final class FlowMetadata {
    /** The value of {@link #uid} and {@link #sourceMac} when it is not known. */
    public static final long UNKNOWN = -1;

    private Network network = Network.TCP;
    private InboundType inboundType = InboundType.TUN;
    private String host = "";
    private String sniffHost = "";
    private Ip destinationIp;
    private int destinationPort;
    private Ip sourceIp;
    private int sourcePort;
    private int inboundPort;
    private String inboundName = "";
    private String inboundUser = "";
    private int dscp;
    private long uid = UNKNOWN;
    private String process = "";
    private String processPath = "";
    private long sourceMac = UNKNOWN;

    private boolean resolved;
    private boolean processSought;
    private int resumeAt;

    private List<String> destinationCountries;
    private List<String> sourceCountries;
    private long destinationAsn = UNKNOWN;
    private long sourceAsn = UNKNOWN;

    /** Makes the metadata of a TCP flow of which nothing is known yet. */
    public FlowMetadata() {}

    /** Returns the transport protocol. */
    public Network network() {
        return network;
    }

    /**
     * Sets the transport protocol.
     *
     * @param value the protocol
     * @return this
     */
    public FlowMetadata network(Network value) {
        network = value;
        return this;
    }

    /** Returns how the flow came in. */
    public InboundType inboundType() {
        return inboundType;
    }

    /**
     * Sets how the flow came in.
     *
     * @param value the type
     * @return this
     */
    public FlowMetadata inboundType(InboundType value) {
        inboundType = value;
        return this;
    }

    /** Returns the name that the client asked for, or the empty string. */
    public String host() {
        return host;
    }

    /**
     * Sets the name that the client asked for.
     *
     * @param value a normalized name, or the empty string
     * @return this
     */
    public FlowMetadata host(String value) {
        host = value;
        return this;
    }

    /** Returns the name seen in the first bytes, or the empty string. */
    public String sniffHost() {
        return sniffHost;
    }

    /**
     * Sets the name seen in the first bytes; domain rules look at it instead of {@link #host}.
     *
     * @param value a normalized name, or the empty string
     * @return this
     */
    public FlowMetadata sniffHost(String value) {
        sniffHost = value;
        return this;
    }

    /** Returns the name that domain rules look at: the sniffed one if there is one. */
    public String ruleHost() {
        return sniffHost.isEmpty() ? host : sniffHost;
    }

    /** Returns the destination's address, or null. */
    public Ip destinationIp() {
        return destinationIp;
    }

    /**
     * Sets the destination's address.
     *
     * @param value the address, or null if only the name is known
     * @return this
     */
    public FlowMetadata destinationIp(Ip value) {
        destinationIp = value;
        destinationCountries = null;
        destinationAsn = UNKNOWN;
        return this;
    }

    /** Returns the destination's port, 0 to 65535. */
    public int destinationPort() {
        return destinationPort;
    }

    /**
     * Sets the destination's port.
     *
     * @param value 0 to 65535
     * @return this
     */
    public FlowMetadata destinationPort(int value) {
        destinationPort = value;
        return this;
    }

    /** Returns the client's address, or null. */
    public Ip sourceIp() {
        return sourceIp;
    }

    /**
     * Sets the client's address.
     *
     * @param value the address, or null
     * @return this
     */
    public FlowMetadata sourceIp(Ip value) {
        sourceIp = value;
        sourceCountries = null;
        sourceAsn = UNKNOWN;
        return this;
    }

    /** Returns the client's port, 0 to 65535. */
    public int sourcePort() {
        return sourcePort;
    }

    /**
     * Sets the client's port.
     *
     * @param value 0 to 65535
     * @return this
     */
    public FlowMetadata sourcePort(int value) {
        sourcePort = value;
        return this;
    }

    /** Returns the port of the listener, or 0. */
    public int inboundPort() {
        return inboundPort;
    }

    /**
     * Sets the port of the listener.
     *
     * @param value 0 to 65535
     * @return this
     */
    public FlowMetadata inboundPort(int value) {
        inboundPort = value;
        return this;
    }

    /** Returns the name of the listener, or the empty string. */
    public String inboundName() {
        return inboundName;
    }

    /**
     * Sets the name of the listener.
     *
     * @param value the name
     * @return this
     */
    public FlowMetadata inboundName(String value) {
        inboundName = value;
        return this;
    }

    /** Returns the user that authenticated at the listener, or the empty string. */
    public String inboundUser() {
        return inboundUser;
    }

    /**
     * Sets the user that authenticated at the listener.
     *
     * @param value the user's name
     * @return this
     */
    public FlowMetadata inboundUser(String value) {
        inboundUser = value;
        return this;
    }

    /** Returns the differentiated services code point (RFC 2474), 0 to 63. */
    public int dscp() {
        return dscp;
    }

    /**
     * Sets the differentiated services code point.
     *
     * @param value 0 to 63
     * @return this
     */
    public FlowMetadata dscp(int value) {
        dscp = value;
        return this;
    }

    /** Returns the user id of the flow's owner, or {@link #UNKNOWN}. */
    public long uid() {
        return uid;
    }

    /**
     * Sets the user id of the flow's owner.
     *
     * @param value 0 to 2^32-1, or {@link #UNKNOWN}
     * @return this
     */
    public FlowMetadata uid(long value) {
        uid = value;
        return this;
    }

    /** Returns the file name of the owner's program, or the empty string. */
    public String process() {
        return process;
    }

    /**
     * Sets the file name of the owner's program.
     *
     * @param value the name
     * @return this
     */
    public FlowMetadata process(String value) {
        process = value;
        return this;
    }

    /** Returns the path of the owner's program, or the empty string. */
    public String processPath() {
        return processPath;
    }

    /**
     * Sets the path of the owner's program.
     *
     * @param value the path
     * @return this
     */
    public FlowMetadata processPath(String value) {
        processPath = value;
        return this;
    }

    /** Returns the client's hardware address in the lower 48 bits, or {@link #UNKNOWN}. */
    public long sourceMac() {
        return sourceMac;
    }

    /**
     * Sets the client's hardware address; known for clients behind a TAP device only.
     *
     * @param value the 48 bits
     * @return this
     */
    public FlowMetadata sourceMac(long value) {
        sourceMac = value;
        return this;
    }

    /** Returns whether the name has been looked up, with whatever result, so that no rule asks for it again. */
    public boolean resolved() {
        return resolved;
    }

    /**
     * Notes that the name has been looked up.
     *
     * @param value whether it has
     * @return this
     */
    public FlowMetadata resolved(boolean value) {
        resolved = value;
        return this;
    }

    /** Returns whether the owner has been sought, with whatever result. */
    public boolean processSought() {
        return processSought;
    }

    /**
     * Notes that the owner has been sought.
     *
     * @param value whether it has
     * @return this
     */
    public FlowMetadata processSought(boolean value) {
        processSought = value;
        return this;
    }

    /** Returns the number of the rule at which a decision that asked for something goes on. */
    public int resumeAt() {
        return resumeAt;
    }

    /**
     * Notes where a decision goes on.
     *
     * @param rule the rule's number
     * @return this
     */
    public FlowMetadata resumeAt(int rule) {
        resumeAt = rule;
        return this;
    }

    /** Tells whether a rule that needs the destination's address has to have the name looked up first. */
    public boolean lacksAddress() {
        return destinationIp == null && !resolved && !host.isEmpty();
    }

    /**
     * Returns the countries of the destination, looked up once.
     *
     * @param geo where to look
     * @return lower-case codes; empty if there is no address
     */
    public List<String> destinationCountries(GeoData geo) {
        if (destinationCountries == null) {
            destinationCountries = destinationIp == null ? List.of() : geo.countries(destinationIp);
        }
        return destinationCountries;
    }

    /**
     * Returns the autonomous system of the destination, looked up once.
     *
     * @param geo where to look
     * @return its number, 0 if unknown
     */
    public long destinationAsn(GeoData geo) {
        if (destinationAsn == UNKNOWN) {
            destinationAsn = destinationIp == null ? 0 : geo.asn(destinationIp);
        }
        return destinationAsn;
    }

    /**
     * Returns the countries of the source, looked up once.
     *
     * @param geo where to look
     * @return lower-case codes; empty if there is no address
     */
    public List<String> sourceCountries(GeoData geo) {
        if (sourceCountries == null) {
            sourceCountries = sourceIp == null ? List.of() : geo.countries(sourceIp);
        }
        return sourceCountries;
    }

    /**
     * Returns the autonomous system of the source, looked up once.
     *
     * @param geo where to look
     * @return its number, 0 if unknown
     */
    public long sourceAsn(GeoData geo) {
        if (sourceAsn == UNKNOWN) {
            sourceAsn = sourceIp == null ? 0 : geo.asn(sourceIp);
        }
        return sourceAsn;
    }

    /**
     * Exchanges source and destination, addresses and ports, as a RULE-SET with {@code src} sees the flow; the caller
     * exchanges them back.
     */
    public void swapEnds() {
        Ip ip = destinationIp;
        destinationIp = sourceIp;
        sourceIp = ip;
        int port = destinationPort;
        destinationPort = sourcePort;
        sourcePort = port;
        List<String> countries = destinationCountries;
        destinationCountries = sourceCountries;
        sourceCountries = countries;
        long asn = destinationAsn;
        destinationAsn = sourceAsn;
        sourceAsn = asn;
    }

    /** Returns {@code tcp 10.0.0.2:1234 -> example.com:443}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(network == Network.TCP ? "tcp " : "udp ");
        append(text, "", sourceIp, sourcePort);
        text.append(" -> ");
        append(text, ruleHost(), destinationIp, destinationPort);
        return text.toString();
    }

    private static void append(StringBuilder text, String name, Ip ip, int port) {
        if (!name.isEmpty()) {
            text.append(name);
        } else if (ip == null) {
            text.append('?');
        } else if (ip.isV4()) {
            text.append(ip);
        } else {
            text.append('[').append(ip).append(']');
        }
        text.append(':').append(port);
    }
}
