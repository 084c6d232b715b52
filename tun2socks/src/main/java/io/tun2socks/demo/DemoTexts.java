package io.tun2socks.demo;

/** What the demo explains to its user. */
final class DemoTexts {
    private DemoTexts() {}

    /** Returns a picture of what is there. */
    static String picture(boolean ipv6) {
        return """

              curl and sockets  -->  TUN device demo0  -->  SOCKS5 server   -->  web site and UDP echo on loopback,
              of a namespace         and tun2socks          127.0.0.1:1080       as %s%s

            """.formatted(
                DemoNetwork.SITE4, ipv6 ? " and " + DemoNetwork.SITE6 : "; IPv6 is left out, as this kernel has none");
    }

    /** Returns what to try in the shell. */
    static String hints() {
        return """
              This shell is in the namespace of the demo: all its traffic goes through tun2socks. Try:

              curl http://%1$s/                                  a page
              curl 'http://[%2$s]/'                              the same by IPv6
              curl -o /dev/null http://%1$s/bytes/1000000000     a gigabyte
              curl --data-binary @FILE http://%1$s/upload        count and hash a file
              curl http://%1$s:%3$d/                               a port where nobody listens
              curl http://%4$s/                                  a host that is not there
              ip route; ip -s link show demo0                            the way, and its counters

              Leave it with 'exit'; then the flows are shown and everything is removed.

            """.formatted(DemoNetwork.SITE4, DemoNetwork.SITE6, DemoNetwork.CLOSED, DemoNetwork.NOBODY4);
    }
}
