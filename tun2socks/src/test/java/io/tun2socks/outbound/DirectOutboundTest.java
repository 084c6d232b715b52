package io.tun2socks.outbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.tun2socks.demo.EmbeddedUdpEcho;
import io.tun2socks.outbound.OutboundException.Reason;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Direct connections and datagrams on loopback. */
@ExtendWith(Leaks.class)
class DirectOutboundTest {
    private static final IpAddress LOCAL = IpAddress.parse("127.0.0.1").orElseThrow();
    private static final IpAddress LOCAL6 = IpAddress.parse("::1").orElseThrow();

    private final Loop loop = new Loop();
    private final RecordingRelay relay = new RecordingRelay();
    private final RecordingReceiver receiver = new RecordingReceiver();
    private final Outbound outbound = Outbounds.parse("direct://", SocketSettings.DEFAULT);

    @AfterEach
    void stop() {
        outbound.close();
        loop.close();
    }

    @Test
    void connectsByAddressAndByName() throws Exception {
        for (String host : new String[] {"127.0.0.1", "localhost", "::1"}) {
            IpAddress address = IpAddress.parse(host).orElse(null);
            InetAddress bind = address == null ? LOCAL.toInetAddress() : address.toInetAddress();
            try (FakeServer server =
                    new FakeServer(bind, talk -> talk.sendText("hello").awaitClose())) {
                Destination destination = new Destination(address == null ? host : null, address, server.port());
                RecordingRelay own = new RecordingRelay();
                Channel channel = loop.await(() -> outbound.connect(loop.loop(), destination, own));
                own.startReading(channel);
                assertThat(own.awaitText(5)).isEqualTo("hello");
                channel.close().sync();
            }
        }
    }

    @Test
    void tellsARefusedConnect() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        OutboundException failure =
                loop.failure(() -> outbound.connect(loop.loop(), Destination.of(LOCAL, port), relay));
        assertThat(failure.reason()).isEqualTo(Reason.REFUSED);
        assertThat(failure).hasMessage("connect to 127.0.0.1:" + port + ": connection refused");
        assertThat(relay.wasAdded()).isFalse();
    }

    @Test
    void tellsAConnectThatNobodyAnswers() throws Exception {
        List<Socket> waiting = new ArrayList<>();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Outbound impatient = Outbounds.parse("direct://", new SocketSettings(0, null, 300))) {
            // Linux does not answer a SYN for a server that has enough of those that it has not accepted.
            fill(server, waiting);
            Destination destination = Destination.of(LOCAL, server.getLocalPort());
            OutboundException failure = loop.failure(() -> impatient.connect(loop.loop(), destination, relay));
            assertThat(failure.reason()).isEqualTo(Reason.TIMED_OUT);
            assertThat(failure).hasMessage("connect to " + destination + ": timed out");
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    private static void fill(ServerSocket server, List<Socket> waiting) throws IOException {
        try {
            while (waiting.size() < 10) {
                Socket socket = new Socket();
                waiting.add(socket);
                socket.connect(server.getLocalSocketAddress(), 300);
            }
            throw new AssertionError("ten connections, and the server still takes more");
        } catch (SocketTimeoutException full) {
            assertThat(waiting).hasSizeGreaterThan(1);
        }
    }

    @Test
    void tellsAProhibitedConnect() throws Exception {
        // connect(2) to a broadcast address fails with EACCES.
        IpAddress broadcast = IpAddress.parse("255.255.255.255").orElseThrow();
        OutboundException failure =
                loop.failure(() -> outbound.connect(loop.loop(), Destination.of(broadcast, 9), relay));
        assertThat(failure.reason()).isIn(Reason.PROHIBITED, Reason.NETWORK_UNREACHABLE);
    }

    @Test
    void oneSocketServesAllDestinationsAndAnybodyMayAnswer() throws Exception {
        try (EmbeddedUdpEcho first =
                        EmbeddedUdpEcho.start(loop.group(), new InetSocketAddress(LOCAL.toInetAddress(), 0));
                DatagramSocket second = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            second.setSoTimeout(10_000);
            UdpTransport transport = loop.await(() -> outbound.openUdp(loop.loop(), receiver));
            send(transport, Destination.of(LOCAL, first.port()), "one");
            RecordingReceiver.Received echo = receiver.take();
            assertThat(echo.source()).isEqualTo(Destination.of(LOCAL, first.port()));
            assertThat(echo.payload()).isEqualTo("one");

            send(transport, Destination.of(LOCAL, second.getLocalPort()), "two");
            DatagramPacket packet = new DatagramPacket(new byte[100], 100);
            second.receive(packet);
            byte[] hello = "stranger".getBytes(ISO_8859_1);
            stranger.send(new DatagramPacket(hello, hello.length, packet.getSocketAddress()));
            assertThat(receiver.take().source()).isEqualTo(Destination.of(LOCAL, stranger.getLocalPort()));
            loop.on(() -> {
                transport.close();
                return null;
            });
        }
    }

    @Test
    void carriesEmptyAndLargestDatagramsInOrderOverIpv4AndIpv6() throws Exception {
        try (EmbeddedUdpEcho echo4 =
                        EmbeddedUdpEcho.start(loop.group(), new InetSocketAddress(LOCAL.toInetAddress(), 0));
                EmbeddedUdpEcho echo6 =
                        EmbeddedUdpEcho.start(loop.group(), new InetSocketAddress(LOCAL6.toInetAddress(), 0))) {
            UdpTransport transport = loop.await(() -> outbound.openUdp(loop.loop(), receiver));
            byte[] large = new byte[65_507];
            new Random(1).nextBytes(large);
            for (Destination destination :
                    new Destination[] {Destination.of(LOCAL, echo4.port()), Destination.of(LOCAL6, echo6.port())}) {
                loop.on(() -> {
                    transport.send(destination, Unpooled.copiedBuffer("small", ISO_8859_1));
                    transport.send(destination, Unpooled.directBuffer().writeBytes(large));
                    transport.flush();
                    return null;
                });
                assertThat(receiver.take().payload()).hasSize(5);
                assertThat(receiver.take().payload()).isEqualTo(new String(large, ISO_8859_1));
            }
            loop.on(() -> {
                transport.close();
                return null;
            });
        }
    }

    @Test
    void sendsAnEmptyDatagram() throws Exception {
        try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(10_000);
            UdpTransport transport = loop.await(() -> outbound.openUdp(loop.loop(), receiver));
            Destination destination = Destination.of(LOCAL, server.getLocalPort());
            loop.on(() -> {
                transport.send(destination, Unpooled.copiedBuffer("a", ISO_8859_1));
                transport.send(destination, Unpooled.EMPTY_BUFFER);
                transport.send(destination, Unpooled.copiedBuffer("b", ISO_8859_1));
                transport.flush();
                return null;
            });
            for (int length : new int[] {1, 0, 1}) {
                DatagramPacket packet = new DatagramPacket(new byte[100], 100);
                server.receive(packet);
                assertThat(packet.getLength()).isEqualTo(length);
                server.send(new DatagramPacket(new byte[0], 0, packet.getSocketAddress()));
                assertThat(receiver.take().payload()).isEmpty();
            }
            assertThat(receiver.batches()).isPositive();
            loop.on(() -> {
                transport.close();
                return null;
            });
        }
    }

    @Test
    void dropsWhatComesAfterTheEnd() throws Exception {
        UdpTransport transport = loop.await(() -> outbound.openUdp(loop.loop(), receiver));
        long dropped = loop.on(() -> {
            transport.close();
            transport.close();
            transport.send(Destination.of(LOCAL, 9), Unpooled.directBuffer().writeByte(1));
            transport.flush();
            return transport.dropped();
        });
        assertThat(dropped).isEqualTo(1);
    }

    @Test
    void aCancelledConnectTouchesNoRelay() throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.Talk::awaitClose)) {
            Future<Channel> future = loop.on(() -> {
                Future<Channel> connecting =
                        outbound.connect(loop.loop(), new Destination("localhost", null, server.port()), relay);
                connecting.cancel(false);
                return connecting;
            });
            // Cancelled, or so quick that it stood already.
            future.await(10_000);
            if (future.isSuccess()) {
                future.getNow().close().sync();
            } else {
                assertThat(future.isCancelled()).isTrue();
                assertThat(relay.wasAdded()).isFalse();
            }
        }
    }

    private void send(UdpTransport transport, Destination destination, String text) throws Exception {
        loop.on(() -> {
            transport.send(destination, Unpooled.copiedBuffer(text, ISO_8859_1));
            transport.flush();
            return null;
        });
    }
}
