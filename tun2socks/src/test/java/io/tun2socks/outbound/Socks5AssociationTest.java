package io.tun2socks.outbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.tun2socks.outbound.OutboundException.Reason;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** UDP ASSOCIATE against a server that follows a script. */
@ExtendWith(Leaks.class)
class Socks5AssociationTest {
    private static final SocketSettings SETTINGS = new SocketSettings(0, null, 1_000);
    private static final IpAddress LOCAL = IpAddress.parse("127.0.0.1").orElseThrow();
    private static final IpAddress LOCAL6 = IpAddress.parse("::1").orElseThrow();
    private static final Destination DNS = Destination.of(IpAddress.ofIpv4(0xc0000201), 53);
    private static final String DNS_HEADER = "000000 01 c0000201 0035";
    private static final String ASSOCIATE = "05030001 00000000 0000";

    private final Loop loop = new Loop();
    private final RecordingReceiver receiver = new RecordingReceiver();

    @AfterEach
    void stop() {
        loop.close();
    }

    /** The server's UDP side. */
    private static final class Relay implements AutoCloseable {
        private final DatagramSocket socket;

        Relay(IpAddress address) throws IOException {
            socket = new DatagramSocket(0, address.toInetAddress());
            socket.setSoTimeout(10_000);
        }

        String port() {
            return String.format("%04x", socket.getLocalPort());
        }

        /** Expects a datagram and returns its sender. */
        SocketAddress expect(String hex) throws IOException {
            DatagramPacket packet = new DatagramPacket(new byte[70_000], 70_000);
            socket.receive(packet);
            assertThat(HexFormat.of().formatHex(packet.getData(), 0, packet.getLength()))
                    .isEqualTo(hex.replace(" ", ""));
            return packet.getSocketAddress();
        }

        void send(String hex, SocketAddress client) throws IOException {
            byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
            socket.send(new DatagramPacket(bytes, bytes.length, client));
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    private static FakeServer.Script agree(String reply) {
        return talk ->
                talk.expect("050100").send("0500").expect(ASSOCIATE).send(reply).awaitClose();
    }

    private UdpTransport open(Outbound outbound) throws Exception {
        return loop.await(() -> outbound.openUdp(loop.loop(), receiver));
    }

    private void send(UdpTransport transport, Destination destination, String payload) throws Exception {
        loop.on(() -> {
            transport.send(destination, Unpooled.copiedBuffer(payload, ISO_8859_1));
            transport.flush();
            return null;
        });
    }

    private void close(UdpTransport transport) throws Exception {
        loop.on(() -> {
            transport.close();
            return null;
        });
    }

    @Test
    void wrapsAndUnwrapsDatagrams() throws Exception {
        try (Relay relay = new Relay(LOCAL);
                FakeServer server = new FakeServer(agree("05000001 7f000001" + relay.port()));
                Outbound outbound = Outbounds.parse("127.0.0.1:" + server.port(), SETTINGS)) {
            UdpTransport transport = open(outbound);
            send(transport, DNS, "ask");
            SocketAddress client = relay.expect(DNS_HEADER + "61736b");
            send(transport, Destination.of(LOCAL6, 53), "");
            relay.expect("000000 04 00000000000000000000000000000001 0035");
            send(transport, new Destination("a.b", null, 53), "x");
            relay.expect("000000 03 03612e62 0035 78");

            relay.send(DNS_HEADER + "616e73776572", client);
            RecordingReceiver.Received answer = receiver.take();
            assertThat(answer.source()).isEqualTo(DNS);
            assertThat(answer.payload()).isEqualTo("answer");
            relay.send("000000 04 00000000000000000000000000000001 0035", client);
            answer = receiver.take();
            assertThat(answer.source()).isEqualTo(Destination.of(LOCAL6, 53));
            assertThat(answer.payload()).isEmpty();
            relay.send("000000 03 09 3139322e302e322e31 0035 61", client);
            assertThat(receiver.take().source()).isEqualTo(DNS);
            close(transport);
        }
    }

    @Test
    void anUnspecifiedRelayAddressMeansTheServersOwn() throws Exception {
        try (Relay relay = new Relay(LOCAL);
                Relay relay6 = new Relay(LOCAL6);
                FakeServer server = new FakeServer(agree("05000001 00000000" + relay.port()));
                FakeServer server6 = new FakeServer(
                        LOCAL6.toInetAddress(), agree("05000004 00000000000000000000000000000000" + relay6.port()));
                Outbound outbound = Outbounds.parse("127.0.0.1:" + server.port(), SETTINGS);
                Outbound outbound6 = Outbounds.parse("[::1]:" + server6.port(), SETTINGS)) {
            UdpTransport transport = open(outbound);
            send(transport, DNS, "a");
            relay.expect(DNS_HEADER + "61");
            UdpTransport transport6 = open(outbound6);
            send(transport6, DNS, "b");
            relay6.expect(DNS_HEADER + "62");
            close(transport);
            close(transport6);
        }
    }

    @Test
    void resolvesTheNameOfARelay() throws Exception {
        try (Relay relay = new Relay(LOCAL);
                FakeServer server = new FakeServer(agree("05000003 09 6c6f63616c686f7374" + relay.port()));
                Outbound outbound = Outbounds.parse("localhost:" + server.port(), SETTINGS)) {
            UdpTransport transport = open(outbound);
            send(transport, DNS, "a");
            relay.expect(DNS_HEADER + "61");
            close(transport);
        }
    }

    @Test
    void dropsFragmentsGarbageAndStrangers() throws Exception {
        try (Relay relay = new Relay(LOCAL);
                DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                FakeServer server = new FakeServer(agree("05000001 7f000001" + relay.port()));
                Outbound outbound = Outbounds.parse("127.0.0.1:" + server.port(), SETTINGS)) {
            UdpTransport transport = open(outbound);
            send(transport, DNS, "a");
            SocketAddress client = relay.expect(DNS_HEADER + "61");
            byte[] forged = HexFormat.of().parseHex((DNS_HEADER + "62").replace(" ", ""));
            stranger.send(new DatagramPacket(forged, forged.length, client));
            String[] garbage = {
                "000001 01 c0000201 0035 63",
                "000080 01 c0000201 0035 63",
                "00",
                "000000",
                "000000 01 c00002",
                "000000 09 c0000201 0035",
                "000000 03",
                "000000 03 ff 6161",
                "000000 03 03612e62 0035 63",
            };
            for (String datagram : garbage) {
                relay.send(datagram, client);
            }
            relay.send(DNS_HEADER + "7a", client);
            assertThat(receiver.take().payload()).isEqualTo("z");
            assertThat(receiver.waiting()).isZero();
            assertThat(loop.on(transport::dropped)).isEqualTo(garbage.length);
            close(transport);
        }
    }

    @Test
    void carriesManyAndLargeDatagrams() throws Exception {
        try (Relay relay = new Relay(LOCAL);
                FakeServer server = new FakeServer(agree("05000001 7f000001" + relay.port()));
                Outbound outbound = Outbounds.parse("127.0.0.1:" + server.port(), SETTINGS)) {
            UdpTransport transport = open(outbound);
            String large = "L".repeat(65_507 - 10);
            String largeHex = HexFormat.of().formatHex(large.getBytes(ISO_8859_1));
            send(transport, DNS, large);
            SocketAddress client = relay.expect(DNS_HEADER + largeHex);
            relay.send(DNS_HEADER + largeHex, client);
            assertThat(receiver.take().payload()).isEqualTo(large);

            // More than fits the kernel's message size is dropped and counted, and harms nothing.
            send(transport, DNS, "M".repeat(65_507));
            loop.on(() -> {
                for (int i = 0; i < 100; i++) {
                    transport.send(DNS, Unpooled.directBuffer().writeByte(i));
                }
                transport.flush();
                return null;
            });
            for (int i = 0; i < 100; i++) {
                relay.expect(DNS_HEADER + String.format("%02x", i));
                relay.send(DNS_HEADER + String.format("%02x", i), client);
            }
            for (int i = 0; i < 100; i++) {
                assertThat(receiver.take().payload()).isEqualTo(String.valueOf((char) i));
            }
            assertThat(loop.on(transport::dropped)).isEqualTo(1);
            close(transport);
        }
    }

    @Test
    void theEndOfTheControlConnectionIsTheEnd() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (Relay relay = new Relay(LOCAL);
                FakeServer server = new FakeServer(talk -> {
                    talk.expect("050100").send("0500").expect(ASSOCIATE).send("05000001 7f000001" + relay.port());
                    assertThat(end.await(10, TimeUnit.SECONDS)).isTrue();
                });
                Outbound outbound = Outbounds.parse("127.0.0.1:" + server.port(), SETTINGS)) {
            UdpTransport transport = open(outbound);
            end.countDown();
            assertThat(receiver.awaitClosed()).isEmpty();
            send(transport, DNS, "late");
            assertThat(loop.on(transport::dropped)).isEqualTo(1);
        }
    }

    @Test
    void aClosedRelayPortIsTheEnd() throws Exception {
        Relay relay = new Relay(LOCAL);
        try (FakeServer server = new FakeServer(agree("05000001 7f000001" + relay.port()));
                Outbound outbound = Outbounds.parse("127.0.0.1:" + server.port(), SETTINGS)) {
            UdpTransport transport = open(outbound);
            relay.close();
            send(transport, DNS, "a");
            assertThat(receiver.awaitClosed().orElseThrow()).hasMessageContaining("relay port is closed");
        }
    }

    @Test
    void tellsAServerWithoutUdp() throws Exception {
        try (FakeServer server = new FakeServer(agree("05070001 00000000 0000"), agree("05000001 7f000001 0000"));
                Outbound outbound = Outbounds.parse("127.0.0.1:" + server.port(), SETTINGS)) {
            OutboundException failure = loop.failure(() -> outbound.openUdp(loop.loop(), receiver));
            assertThat(failure.reason()).isEqualTo(Reason.UPSTREAM_FAILED);
            assertThat(failure).hasMessageContaining("UDP ASSOCIATE: command not supported");
            assertThat(loop.failure(() -> outbound.openUdp(loop.loop(), receiver)))
                    .hasMessageContaining("relay port 0");
        }
    }
}
