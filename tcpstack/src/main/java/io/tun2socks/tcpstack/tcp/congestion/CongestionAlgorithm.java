package io.tun2socks.tcpstack.tcp.congestion;

/** The congestion controls to choose from. */
public enum CongestionAlgorithm {
    /** RFC 9438, with HyStart++ (RFC 9406). */
    CUBIC("cubic"),
    /** RFC 5681 as amended by RFC 6582. */
    NEW_RENO("newreno");

    private final String text;

    CongestionAlgorithm(String text) {
        this.text = text;
    }

    /**
     * Makes a controller for a connection.
     *
     * @param mss SMSS in bytes
     * @return a controller in slow start
     */
    public CongestionControl create(int mss) {
        return this == CUBIC ? new Cubic(mss) : new NewReno(mss);
    }

    /** Returns the name as users write it. */
    @Override
    public String toString() {
        return text;
    }
}
