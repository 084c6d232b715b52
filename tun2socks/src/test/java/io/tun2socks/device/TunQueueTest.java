package io.tun2socks.device;

import static io.tun2socks.device.TestPackets.IPV4;
import static io.tun2socks.device.TestPackets.VNET;
import static io.tun2socks.testing.NetNamespaceThread.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tun2socks.linux.NetInterface;
import io.tun2socks.linux.NetInterfaces;
import io.tun2socks.tcpstack.OutboundPacket;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets from and to the running kernel, on a real event loop. */
@Tag("root")
@Timeout(60)
class TunQueueTest {
    private static final byte[] HELLO = "hello, kernel".getBytes(StandardCharsets.US_ASCII);

    private final RecordingReceiver receiver = new RecordingReceiver();
    private IoEventLoopGroup group;

    @BeforeEach
    void startLoops() {
        group = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
    }

    @AfterEach
    void stopLoops() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static Device open(boolean offloads, int queues) throws DeviceException {
        return TunDevice.open(
                new TunSpec("t0", -1, 1500, List.of("10.0.0.1/24", "fd00::1/64"), queues, offloads, true));
    }

    private static void sendUdp(String to, int port, byte[] data) throws Exception {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(data, data.length, InetAddress.getByName(to), port));
        }
    }

    private static void onLoop(IoEventLoop loop, Runnable task) {
        loop.submit(task).syncUninterruptibly();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void readsWhatTheKernelSends(boolean offloads) throws Exception {
        run(() -> {
            try (Device device = open(offloads, 1)) {
                IoEventLoop loop = group.next();
                device.queue(0).start(loop, receiver);
                sendUdp("10.0.0.2", 4001, HELLO);
                byte[] ipv4 = receiver.awaitUdp(4001);
                assertThat(ipv4).hasSize(VNET + IPV4 + 8 + HELLO.length);
                assertThat(TestPackets.text(ipv4, HELLO.length)).isEqualTo("hello, kernel");
                sendUdp("fd00::2", 4002, HELLO);
                byte[] ipv6 = receiver.awaitUdp(4002);
                assertThat(ipv6).hasSize(VNET + 40 + 8 + HELLO.length);
                byte[] header = Arrays.copyOf(ipv4, VNET);
                if (offloads) {
                    assertThat(header[0]).as("NEEDS_CSUM").isEqualTo((byte) 1);
                } else {
                    assertThat(header).containsOnly(0);
                }
                QueueStatistics statistics = device.queue(0).statistics();
                assertThat(statistics.packetsRead()).isGreaterThanOrEqualTo(2);
                assertThat(statistics.bytesRead()).isGreaterThanOrEqualTo(ipv4.length + ipv6.length - 2 * VNET);
                onLoop(loop, () -> {});
                assertThat(receiver.batches.get()).isPositive();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void writesWhatTheKernelReceives(boolean offloads) throws Exception {
        run(() -> {
            try (Device device = open(offloads, 1);
                    DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("10.0.0.1"))) {
                socket.setSoTimeout(10_000);
                IoEventLoop loop = group.next();
                PacketQueue queue = device.queue(0);
                queue.start(loop, receiver);
                ByteBuf pooled = ByteBufAllocator.DEFAULT.directBuffer().writeBytes(HELLO);
                ByteBuf sliced = ByteBufAllocator.DEFAULT
                        .directBuffer()
                        .writeBytes(new byte[3])
                        .writeBytes(HELLO);
                ByteBuf heap = Unpooled.wrappedBuffer(HELLO);
                ByteBuf composite = Unpooled.wrappedBuffer(pooled.retainedSlice(0, 5), pooled.retainedSlice(5, 8));
                List<List<ByteBuf>> payloads = List.of(
                        List.of(pooled),
                        List.of(pooled, sliced.slice(3, HELLO.length)),
                        List.of(heap),
                        List.of(composite, pooled));
                for (List<ByteBuf> payload : payloads) {
                    int length = payload.size() * HELLO.length;
                    OutboundPacket packet =
                            new OutboundPacket(TestPackets.udpHeader(53, socket.getLocalPort(), length));
                    payload.forEach(slice -> packet.addSlice(slice, 0, HELLO.length));
                    onLoop(loop, () -> queue.send(packet));
                    assertThat(receive(socket)).isEqualTo("hello, kernel".repeat(payload.size()));
                    packet.header().release();
                }
                ByteBuf whole = TestPackets.udpHeader(53, socket.getLocalPort(), HELLO.length)
                        .writeBytes(HELLO);
                onLoop(loop, () -> queue.send(new OutboundPacket(whole)));
                assertThat(receive(socket)).isEqualTo("hello, kernel");
                assertThat(queue.statistics().packetsWritten()).isEqualTo(5);
                assertThat(queue.statistics().bytesWritten()).isEqualTo(5 * (IPV4 + 8) + 7 * HELLO.length);
                assertThat(queue.statistics().writesDropped()).isZero();
                for (ByteBuf buffer : List.of(pooled, sliced, composite, whole)) {
                    buffer.release();
                }
                assertThat(List.of(pooled, sliced, composite, whole)).allMatch(buffer -> buffer.refCnt() == 0);
            }
        });
    }

    private static String receive(DatagramSocket socket) throws Exception {
        DatagramPacket received = new DatagramPacket(new byte[2000], 2000);
        socket.receive(received);
        return new String(received.getData(), 0, received.getLength(), StandardCharsets.US_ASCII);
    }

    @Test
    void readsSuperSegmentsOfAKernelTcpClient() throws Exception {
        run(() -> {
            try (Device device = open(true, 1);
                    Socket client = new Socket()) {
                IoEventLoop loop = group.next();
                PacketQueue queue = device.queue(0);
                RecordingReceiver peer = new RecordingReceiver() {
                    @Override
                    public void onPacket(ByteBuf packet) {
                        byte[] bytes = ByteBufUtil.getBytes(packet);
                        if (TestPackets.isIpv4(bytes, 6) && bytes[VNET + IPV4 + 13] == 2) {
                            ByteBuf answer = TestPackets.synAck(bytes, 1460);
                            queue.send(new OutboundPacket(answer));
                            answer.release();
                        }
                        packets.add(bytes);
                    }
                };
                queue.start(loop, peer);
                client.setSendBufferSize(1 << 20);
                client.connect(new InetSocketAddress("10.0.0.2", 80), 10_000);
                client.getOutputStream().write(new byte[50_000]);
                byte[] segment = peer.await(packet -> TestPackets.isIpv4(packet, 6) && packet.length > VNET + 3 * 1460);
                assertThat(segment[1]).as("GSO_TCPV4").isEqualTo((byte) 1);
                assertThat(Short.reverseBytes((short) TestPackets.u16(segment, 4)))
                        .as("gso_size")
                        .isEqualTo((short) 1460);
                client.setSoLinger(true, 0);
            }
        });
    }

    @Test
    void livesThroughDownAndUp() throws Exception {
        run(() -> {
            try (Device device = open(true, 1);
                    NetInterfaces interfaces = NetInterfaces.open();
                    DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("10.0.0.1"))) {
                socket.setSoTimeout(10_000);
                NetInterface link = interfaces.find("t0").orElseThrow();
                IoEventLoop loop = group.next();
                PacketQueue queue = device.queue(0);
                queue.start(loop, receiver);
                ByteBuf whole = TestPackets.udpHeader(53, socket.getLocalPort(), HELLO.length)
                        .writeBytes(HELLO);
                interfaces.setUp(link.index(), false);
                onLoop(loop, () -> queue.send(new OutboundPacket(whole)));
                assertThat(queue.statistics().writesDropped()).isEqualTo(1);
                interfaces.setUp(link.index(), true);
                onLoop(loop, () -> queue.send(new OutboundPacket(whole)));
                assertThat(receive(socket)).isEqualTo("hello, kernel");
                sendUdp("10.0.0.2", 4003, HELLO);
                assertThat(receiver.awaitUdp(4003)).isNotEmpty();
                assertThat(receiver.failures.get()).isZero();
                whole.release();
            }
        });
    }

    @Test
    void tellsOnceWhenTheDeviceIsDeletedAndThenRests() throws Exception {
        run(() -> {
            try (Device device = open(true, 1);
                    NetInterfaces interfaces = NetInterfaces.open()) {
                IoEventLoop loop = group.next();
                PacketQueue queue = device.queue(0);
                queue.start(loop, receiver);
                interfaces.delete(interfaces.find("t0").orElseThrow().index());
                assertThat(receiver.failure.get(10, TimeUnit.SECONDS)).hasMessageContaining("t0");
                ByteBuf whole = TestPackets.udpHeader(53, 53, 0);
                onLoop(loop, () -> queue.send(new OutboundPacket(whole)));
                onLoop(loop, () -> queue.send(new OutboundPacket(whole)));
                onLoop(loop, () -> {});
                whole.release();
                assertThat(receiver.failures.get()).isEqualTo(1);
                assertThat(queue.statistics().writesDropped()).isEqualTo(2);
                ThreadMXBean threads = ManagementFactory.getThreadMXBean();
                long thread = loop.submit(() -> Thread.currentThread().getId())
                        .syncUninterruptibly()
                        .getNow();
                long before = threads.getThreadCpuTime(thread);
                loop.schedule(() -> {}, 300, TimeUnit.MILLISECONDS).syncUninterruptibly();
                assertThat(threads.getThreadCpuTime(thread) - before)
                        .as("CPU time of a loop with nothing to do")
                        .isLessThan(TimeUnit.MILLISECONDS.toNanos(100));
            }
        });
    }

    @Test
    void countsPacketsThatTheKernelRejects() throws Exception {
        run(() -> {
            try (Device device = open(true, 1)) {
                IoEventLoop loop = group.next();
                PacketQueue queue = device.queue(0);
                queue.start(loop, receiver);
                ByteBuf garbage = Unpooled.directBuffer().writeZero(VNET).writeZero(40);
                onLoop(loop, () -> queue.send(new OutboundPacket(garbage)));
                garbage.release();
                assertThat(queue.statistics().writesRejected()).isEqualTo(1);
                assertThat(receiver.failures.get()).isZero();
            }
        });
    }

    @Test
    void spreadsFlowsOverQueues() throws Exception {
        run(() -> {
            try (Device device = open(true, 2)) {
                RecordingReceiver other = new RecordingReceiver();
                device.queue(0).start(group.next(), receiver);
                device.queue(1).start(group.next(), other);
                for (int i = 0; i < 64; i++) {
                    sendUdp("10.0.0.2", 5000 + i, HELLO);
                }
                receiver.await(packet -> TestPackets.isIpv4(packet, 17));
                other.await(packet -> TestPackets.isIpv4(packet, 17));
            }
        });
    }

    @Test
    void returnsEveryBufferAlsoThoseWhoseSlicesOutliveTheQueue() throws Exception {
        run(() -> {
            UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
            List<ByteBuf> kept = new ArrayList<>();
            try (NetInterfaces interfaces = NetInterfaces.open()) {
                int fd = LinuxTun.openCloneDevice();
                LinuxTun.attach(fd, "t0", LinuxTun.IFF_TUN | LinuxTun.IFF_NO_PI | LinuxTun.IFF_VNET_HDR);
                InterfaceSetup setup =
                        new InterfaceSetup(interfaces, interfaces.find("t0").orElseThrow());
                setup.apply(0, TunSpecCheck.addresses("t0", List.of("10.0.0.1/24")), true);
                TunQueue queue = new TunQueue("t0", fd, true, allocator);
                RecordingReceiver keeping = new RecordingReceiver() {
                    @Override
                    public void onPacket(ByteBuf packet) {
                        kept.add(packet.retainedSlice());
                        super.onPacket(packet);
                    }
                };
                queue.start(group.next(), keeping);
                for (int i = 0; i < 100; i++) {
                    sendUdp("10.0.0.2", 4004, HELLO);
                }
                for (int i = 0; i < 100; i++) {
                    keeping.awaitUdp(4004);
                }
                queue.close();
                queue.close();
                assertThat(interfaces.find("t0")).isEmpty();
            }
            assertThat(kept.get(50).getByte(VNET) >> 4).isIn(4, 6);
            assertThat(allocator.metric().usedDirectMemory()).isEqualTo((long) kept.size() * ReadBuffers.CAPACITY);
            kept.forEach(ByteBuf::release);
            assertThat(allocator.metric().usedDirectMemory()).isZero();
        });
    }

    @Test
    void goesOnAfterAReceiverThatThrows() throws Exception {
        run(() -> {
            try (Device device = open(true, 1)) {
                device.queue(0).start(group.next(), new RecordingReceiver() {
                    @Override
                    public void onPacket(ByteBuf packet) {
                        receiver.onPacket(packet);
                        throw new IllegalStateException("on purpose");
                    }
                });
                sendUdp("10.0.0.2", 4005, HELLO);
                sendUdp("10.0.0.2", 4006, HELLO);
                receiver.awaitUdp(4005);
                receiver.awaitUdp(4006);
            }
        });
    }

    @Test
    void closesAfterItsLoopHasEnded() throws Exception {
        run(() -> {
            Device device = open(true, 1);
            device.queue(0).start(group.next(), receiver);
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
            device.close();
            device.close();
            try (NetInterfaces interfaces = NetInterfaces.open()) {
                assertThat(interfaces.find("t0")).isEmpty();
            }
        });
    }
}
