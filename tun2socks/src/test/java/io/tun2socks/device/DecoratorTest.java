package io.tun2socks.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.OutboundPacket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The devices that wrap others, around a device in memory. */
@Timeout(30)
class DecoratorTest {
    private final IoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final IoEventLoop loop = group.next();
    private final MemoryDevice memory = new MemoryDevice(1500, Offloads.NONE, 1);
    private final RecordingReceiver receiver = new RecordingReceiver();

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** A packet of ten zeros and one byte of content. */
    private static ByteBuf numbered(int number) {
        return Unpooled.directBuffer().writeZero(TunQueue.VNET_HEADER).writeByte(number);
    }

    private void send(PacketQueue queue, OutboundPacket packet) {
        loop.submit(() -> queue.send(packet)).syncUninterruptibly();
    }

    private List<Integer> takeSent() throws InterruptedException {
        List<Integer> numbers = new ArrayList<>();
        for (ByteBuf sent = memory.take(0, 0); sent != null; sent = memory.take(0, 0)) {
            numbers.add((int) sent.getByte(TunQueue.VNET_HEADER));
            sent.release();
        }
        return numbers;
    }

    private List<Integer> received() {
        loop.submit(() -> {}).syncUninterruptibly();
        List<byte[]> packets = new ArrayList<>();
        receiver.packets.drainTo(packets);
        return packets.stream()
                .map(packet -> (int) packet[TunQueue.VNET_HEADER])
                .toList();
    }

    @Test
    void memoryDeviceDeliversCollectsAndFails() throws Exception {
        memory.queue(0).start(loop, receiver);
        memory.inject(0, numbered(1), numbered(2));
        assertThat(received()).containsExactly(1, 2);
        assertThat(receiver.batches.get()).isEqualTo(1);
        ByteBuf packet = numbered(3);
        send(memory.queue(0), new OutboundPacket(packet));
        packet.release();
        assertThat(takeSent()).containsExactly(3);
        IOException cause = new IOException("gone");
        memory.fail(0, cause);
        assertThat(receiver.failure.get(5, TimeUnit.SECONDS)).isSameAs(cause);
    }

    @Test
    void pcapHoldsBothDirectionsWithoutVirtioHeaders(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("capture.pcap");
        long before = Instant.now().getEpochSecond();
        try (Device device = new PcapDevice(memory, file)) {
            device.queue(0).start(loop, receiver);
            memory.inject(0, numbered(7));
            assertThat(received()).containsExactly(7);
            ByteBuf header = Unpooled.directBuffer().writeZero(10).writeByte(1).writeByte(2);
            ByteBuf payload = Unpooled.directBuffer().writeBytes(new byte[70_000]);
            OutboundPacket packet = new OutboundPacket(header);
            packet.addSlice(payload, 5, 60_000);
            for (int i = 0; i < 10; i++) {
                send(device.queue(0), packet);
            }
            header.release();
            payload.release();
            assertThat(Files.size(file)).as("readable while it grows").isEqualTo(24 + 17 + 10 * (16 + 60_002));
        }
        ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
        assertThat(content.getInt()).isEqualTo(0xa1b2c3d4);
        assertThat(content.getShort()).isEqualTo((short) 2);
        assertThat(content.getShort()).isEqualTo((short) 4);
        assertThat(content.getLong()).isZero();
        assertThat(content.getInt()).isEqualTo(262144);
        assertThat(content.getInt()).isEqualTo(101);
        assertThat(content.getInt()).isBetween((int) before, (int) before + 60);
        assertThat(content.getInt()).isBetween(0, 999_999);
        assertThat(content.getInt()).isEqualTo(1);
        assertThat(content.getInt()).isEqualTo(1);
        assertThat(content.get()).isEqualTo((byte) 7);
        content.position(content.position() + 8);
        assertThat(content.getInt()).isEqualTo(60_002);
        assertThat(content.getInt()).isEqualTo(60_002);
        assertThat(content.getShort())
                .isEqualTo(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? (short) 0x0201 : 0x0102);
    }

    @Test
    void pcapRefusesAFileThatCannotBeWrittenAndOutlivesAFullDisk(@TempDir Path directory) throws Exception {
        assertThatThrownBy(() -> new PcapDevice(memory, directory.resolve("no/such/place")).close())
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("no/such/place");
        try (Device device = new PcapDevice(memory, Path.of("/dev/full"))) {
            device.queue(0).start(loop, receiver);
            memory.inject(0, numbered(1));
            memory.inject(0, numbered(2));
            assertThat(received()).containsExactly(1, 2);
        }
    }

    private List<Integer> faulty(FaultDevice.Faults faults, long seed, int packets) throws Exception {
        MemoryDevice inner = new MemoryDevice(1500, Offloads.NONE, 1);
        Device device = new FaultDevice(inner, faults, seed);
        device.queue(0).start(loop, receiver);
        ByteBuf[] batch = new ByteBuf[packets];
        for (int i = 0; i < packets; i++) {
            batch[i] = numbered(i);
        }
        inner.inject(0, batch);
        List<Integer> numbers = received();
        device.close();
        return numbers;
    }

    @Test
    void faultsDependOnTheSeedAlone() throws Exception {
        FaultDevice.Faults faults = new FaultDevice.Faults(0.2, 0.2, 0.2);
        List<Integer> first = faulty(faults, 1, 100);
        assertThat(faulty(faults, 1, 100)).isEqualTo(first);
        assertThat(faulty(faults, 2, 100)).isNotEqualTo(first);
        assertThat(first.stream().distinct().count()).as("lost").isBetween(60L, 95L);
        assertThat(first).isNotEqualTo(first.stream().sorted().toList());
    }

    @Test
    void losesDoublesAndReordersInwards() throws Exception {
        assertThat(faulty(new FaultDevice.Faults(0, 0, 0), 1, 4)).containsExactly(0, 1, 2, 3);
        assertThat(faulty(new FaultDevice.Faults(1, 0, 0), 1, 4)).isEmpty();
        assertThat(faulty(new FaultDevice.Faults(0, 1, 0), 1, 2)).containsExactly(0, 0, 1, 1);
        assertThat(faulty(new FaultDevice.Faults(0, 0, 1), 1, 4)).containsExactly(1, 0, 3, 2);
    }

    @Test
    void faultsWorkOutwardsAsWell() throws Exception {
        Device device = new FaultDevice(memory, new FaultDevice.Faults(0, 1, 1), 1);
        device.queue(0).start(loop, receiver);
        for (int i = 0; i < 2; i++) {
            ByteBuf packet = numbered(i);
            send(device.queue(0), new OutboundPacket(packet));
            packet.release();
        }
        assertThat(takeSent()).containsExactly(1, 1, 0);
        device.close();
    }

    @Test
    void aLatePacketThatNoOtherFollowsComesByItself() throws Exception {
        Device device = new FaultDevice(memory, new FaultDevice.Faults(0, 0, 1), 1);
        device.queue(0).start(loop, receiver);
        memory.inject(0, numbered(5));
        assertThat(receiver.await(packet -> true)[TunQueue.VNET_HEADER]).isEqualTo((byte) 5);
        device.close();
    }

    @Test
    void refusesProbabilitiesOutOfRange() {
        assertThatThrownBy(() -> new FaultDevice.Faults(1.5, 0, 0)).hasMessageContaining("1.5");
        assertThatThrownBy(() -> new FaultDevice.Faults(0, Double.NaN, 0)).hasMessageContaining("NaN");
    }
}
