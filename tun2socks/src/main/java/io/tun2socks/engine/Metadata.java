package io.tun2socks.engine;

import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.InboundType;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Network;
import io.tun2socks.tcpstack.ip.IpAddress;

/** Tells the rules what the stack knows of a flow. */
final class Metadata {
    private Metadata() {}

    static FlowMetadata of(
            Network network, IpAddress source, int sourcePort, IpAddress destination, int port, int dscp) {
        return new FlowMetadata()
                .network(network)
                .inboundType(InboundType.TUN)
                .sourceIp(ip(source))
                .sourcePort(sourcePort)
                .destinationIp(ip(destination))
                .destinationPort(port)
                .dscp(dscp);
    }

    private static Ip ip(IpAddress address) {
        return Ip.of(address.hi(), address.lo());
    }
}
