package io.tun2socks.cli.rules;

import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Names;
import java.util.Optional;

/** Reads flows as people write them: {@code example.com:443}, {@code [2001:db8::1]:80}. */
final class FlowArguments {
    private FlowArguments() {}

    /**
     * Sets a flow's destination.
     *
     * @param flow the flow
     * @param text {@code host:port}, {@code address:port}, {@code [address]:port}
     * @throws IllegalArgumentException if it is not like that
     */
    static void destination(FlowMetadata flow, String text) {
        int colon = port(text);
        String host = host(text, colon);
        flow.destinationPort(number(text, colon));
        Optional<Ip> ip = Ip.parse(host);
        if (ip.isPresent()) {
            flow.destinationIp(ip.get());
        } else if (host.indexOf(':') >= 0) {
            throw invalid(text);
        } else {
            flow.host(Names.normalize(host));
        }
    }

    /**
     * Sets a flow's source.
     *
     * @param flow the flow
     * @param text {@code address:port} or {@code [address]:port}
     * @throws IllegalArgumentException if it is not like that
     */
    static void source(FlowMetadata flow, String text) {
        int colon = port(text);
        flow.sourcePort(number(text, colon));
        flow.sourceIp(Ip.parse(host(text, colon))
                .orElseThrow(() -> new IllegalArgumentException(
                        "'" + text + "' is not an address and a port; expected such as 10.0.0.2:1234")));
    }

    /**
     * Sets a flow's owner.
     *
     * @param flow the flow
     * @param text the program's file name, or its path
     */
    static void process(FlowMetadata flow, String text) {
        int slash = text.lastIndexOf('/');
        flow.process(text.substring(slash + 1)).processPath(slash < 0 ? "" : text);
    }

    private static int port(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
            throw invalid(text);
        }
        return colon;
    }

    private static int number(String text, int colon) {
        int port = Integer.parseInt(text.substring(colon + 1));
        if (port > 65535) {
            throw new IllegalArgumentException("'" + text + "' has the port " + port + "; expected 0 to 65535");
        }
        return port;
    }

    private static String host(String text, int colon) {
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            String inner = host.substring(1, host.length() - 1);
            if (Ip.parse(inner).isEmpty()) {
                throw invalid(text);
            }
            return inner;
        }
        if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("'" + text + "' is ambiguous; expected an IPv6 address in brackets, such"
                    + " as [2001:db8::1]:443");
        }
        return host;
    }

    private static IllegalArgumentException invalid(String text) {
        return new IllegalArgumentException("'" + text
                + "' is not a destination; expected a name or an address and a port, such as example.com:443");
    }
}
