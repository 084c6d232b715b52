package io.tun2socks.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Network;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Finds this very process, for which no privilege is needed. */
class ProcessFinderTest {
    private static final Ip V4 = Ip.literal("127.0.0.1");
    private static final Ip V6 = Ip.literal("::1");
    private static final Ip OTHER = Ip.literal("198.51.100.1");

    private ProcessFinder finder;
    private Owner self;

    @BeforeEach
    void open() throws Exception {
        finder = ProcessFinder.open();
        Path program = Files.readSymbolicLink(Path.of("/proc/self/exe"));
        self = new Owner(
                FakeProc.uid(Path.of("/proc/self")), program.getFileName().toString(), program.toString());
    }

    @AfterEach
    void close() {
        finder.close();
    }

    @Test
    void findsTcpOverASocketForBothFamilies() throws Exception {
        // Java's sockets are of the family IPv6, and carry IPv4 by mapped addresses.
        try (ServerSocket server = new ServerSocket(0, 1, V4.toInetAddress());
                SocketChannel client = SocketChannel.open(server.getLocalSocketAddress())) {
            assertThat(finder.findNow(Network.TCP, V4, port(client), V4, server.getLocalPort()))
                    .isEqualTo(self);
        }
    }

    @Test
    void findsTcpOverIpv6() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, V6.toInetAddress());
                SocketChannel client = SocketChannel.open(server.getLocalSocketAddress())) {
            assertThat(finder.findNow(Network.TCP, V6, port(client), V6, server.getLocalPort()))
                    .isEqualTo(self);
        }
    }

    @Test
    void findsTcpWhosePeerIsAnother() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, V4.toInetAddress());
                SocketChannel client = SocketChannel.open(server.getLocalSocketAddress())) {
            int port = port(client);
            assertThat(finder.findNow(Network.TCP, V4, port, OTHER, 443)).isEqualTo(self);
            assertThat(finder.findNow(Network.TCP, V4, port, V6, 443)).isEqualTo(self);
            assertThat(finder.findNow(Network.TCP, V4, port, null, 443)).isEqualTo(self);
            assertThat(finder.findNow(Network.TCP, OTHER, port, V4, server.getLocalPort()))
                    .isEqualTo(Owner.UNKNOWN);
        }
    }

    @Test
    void aListenerOwnsNoFlow() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, V4.toInetAddress())) {
            assertThat(finder.findNow(Network.TCP, V4, server.getLocalPort(), OTHER, 443))
                    .isEqualTo(Owner.UNKNOWN);
        }
    }

    @Test
    void findsUdpThatIsBoundToNoAddress() throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0)) {
            int port = socket.getLocalPort();
            assertThat(finder.findNow(Network.UDP, V4, port, OTHER, 53)).isEqualTo(self);
            assertThat(finder.findNow(Network.UDP, V6, port, Ip.literal("2001:db8::1"), 53))
                    .isEqualTo(self);
            assertThat(finder.findNow(Network.UDP, V4, port, null, 53)).isEqualTo(self);
        }
    }

    @Test
    void findsUdpThatIsConnected() throws Exception {
        for (Ip ip : List.of(V4, V6)) {
            try (DatagramChannel channel = DatagramChannel.open()) {
                channel.connect(new InetSocketAddress(ip.toInetAddress(), 9));
                int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
                assertThat(finder.findNow(Network.UDP, ip, port, ip, 9)).isEqualTo(self);
            }
        }
    }

    @Test
    void aSocketOfTheOtherProtocolIsNoOwner() throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            assertThat(finder.findNow(Network.TCP, V4, socket.getLocalPort(), V4, 9))
                    .isEqualTo(Owner.UNKNOWN);
        }
        assertThat(finder.failed()).isZero();
        assertThat(finder.dropped()).isZero();
    }

    @Test
    void answersWithUnknownAtOnceIfTooManyWait() throws Exception {
        ProcessFinder small = ProcessFinder.open(Path.of("/proc"), 2);
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try {
            small.find(Network.TCP, V4, 1, V4, 1, owner -> {
                began.countDown();
                awaitQuietly(goOn);
            });
            assertThat(began.await(10, TimeUnit.SECONDS)).isTrue();
            List<Owner> answers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                small.find(Network.TCP, V4, 1, V4, 1, answers::add);
            }
            assertThat(answers).hasSize(3).containsOnly(Owner.UNKNOWN);
            assertThat(small.dropped()).isEqualTo(3);
            small.close();
            // The two that waited are answered by closing, on this thread.
            assertThat(answers).hasSize(5).containsOnly(Owner.UNKNOWN);
            assertThat(small.dropped()).isEqualTo(5);
        } finally {
            goOn.countDown();
            small.close();
        }
    }

    @Test
    void answersAfterClosing() {
        finder.close();
        assertThat(finder.findNow(Network.TCP, V4, 1, V4, 1)).isEqualTo(Owner.UNKNOWN);
        assertThat(finder.dropped()).isEqualTo(1);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int port(SocketChannel channel) throws Exception {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }
}
