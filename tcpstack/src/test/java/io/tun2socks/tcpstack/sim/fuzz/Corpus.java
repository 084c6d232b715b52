package io.tun2socks.tcpstack.sim.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/** Captured packets that mutations begin with: {@code src/test/resources/fuzz}, a packet a line, in hexadecimal. */
final class Corpus {
    private static final List<String> FILES =
            List.of("handshake", "data", "sack", "closing", "fragments", "icmp", "udp", "ipv6-extensions");

    private Corpus() {}

    /** Returns all packets, from the IP header on. */
    static List<byte[]> packets() {
        return FILES.stream().flatMap(name -> read(name).stream()).toList();
    }

    private static List<byte[]> read(String name) {
        try (InputStream in = Corpus.class.getResourceAsStream("/fuzz/" + name + ".hex")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .map(line -> HexFormat.of().parseHex(line.strip()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read /fuzz/" + name + ".hex", e);
        }
    }
}
