package io.tun2socks.tcpstack.sim;

import io.tun2socks.tcpstack.ip.IpAddress;

/** The addresses and ports of a flow as its client sees them. */
public record FlowKey(IpAddress client, int clientPort, IpAddress target, int targetPort) {
    /** Returns a flow over IPv4 with documentation addresses. */
    public static FlowKey v4(int clientPort) {
        return of("10.0.0.2", clientPort, "192.0.2.80");
    }

    /** Returns a flow over IPv6 with documentation addresses. */
    public static FlowKey v6(int clientPort) {
        return of("2001:db8::2", clientPort, "2001:db8:80::1");
    }

    private static FlowKey of(String client, int clientPort, String target) {
        return new FlowKey(
                IpAddress.parse(client).orElseThrow(),
                clientPort,
                IpAddress.parse(target).orElseThrow(),
                80);
    }

    /** Returns the flow as the other end sees it. */
    public FlowKey reversed() {
        return new FlowKey(target, targetPort, client, clientPort);
    }

    /** Tells whether it is IPv4. */
    public boolean isIpv4() {
        return client.isIpv4();
    }
}
