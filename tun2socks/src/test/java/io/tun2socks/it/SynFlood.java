package io.tun2socks.it;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.ScheduledFuture;
import io.tun2socks.device.PacketReceiver;
import io.tun2socks.device.TunDevice;
import io.tun2socks.device.TunSpec;
import io.tun2socks.tcpstack.OutboundPacket;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many hosts behind a TUN device of their own that open connections and never finish the handshake. The namespace's kernel
 * forwards their SYNs to the program's device, and the answers back. Their addresses are those of documentation (RFC 5737,
 * RFC 3849).
 *
 * <p>No more is sent than the program takes from its device: behind each batch goes a ping, and what comes after waits for
 * its answer. Otherwise the device's queue would drop what others send, too, which is not the program's doing.
 */
final class SynFlood implements PacketReceiver, AutoCloseable {
    private static final String DEVICE = "flood0";
    private static final List<String> NETWORKS4 = List.of("192.0.2.0", "198.51.100.0", "203.0.113.0");
    private static final String NETWORK6 = "2001:db8::";
    private static final Duration QUICK = Duration.ofSeconds(10);

    private static final int VNET = 10;
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int SYN = 0x02;
    private static final int SYN_ACK = 0x12;
    private static final int TCP_LENGTH = 40;
    private static final int BATCH = 128;
    private static final long PING_AGAIN_MILLIS = 100;

    private final SplittableRandom random = new SplittableRandom(7);
    private final byte[][] networks4 = NETWORKS4.stream().map(SynFlood::address).toArray(byte[][]::new);
    private final byte[] network6 = address(NETWORK6);
    private final byte[] target4 = address(Lab.HOST4);
    private final byte[] target6 = address(Lab.HOST6);
    private final AtomicInteger synAcks = new AtomicInteger();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final OutboundPacket packet = new OutboundPacket(Unpooled.directBuffer(256));
    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, Threads.daemons("flood"), EpollIoHandler.newFactory());
    private final IoEventLoop loop = group.next();
    private final TunDevice device;
    private final int port;
    private int left;
    private int batch;
    private int answered;
    private ScheduledFuture<?> pingAgain;

    private SynFlood(TunDevice device, int port) {
        this.device = device;
        this.port = port;
    }

    /** Makes the device and its routes, and lets the namespace forward. */
    static SynFlood open(NetNs gateway, int port) throws Exception {
        gateway.bash(QUICK, """
                        echo 1 > /proc/sys/net/ipv4/ip_forward
                        echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
                        echo 0 > /proc/sys/net/ipv4/conf/default/rp_filter
                        echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter""").ok();
        TunDevice device = gateway.call(() -> TunDevice.open(new TunSpec(DEVICE, -1, 1500, List.of(), 1, false, true)));
        NETWORKS4.forEach(network -> gateway.ip("route", "add", network + "/24", "dev", DEVICE));
        gateway.ip("-6", "route", "add", NETWORK6 + "/32", "dev", DEVICE);
        SynFlood flood = new SynFlood(device, port);
        device.queue(0).start(flood.loop, flood);
        return flood;
    }

    /** Begins to send SYNs; the future completes when the program has taken the last of them. Once. */
    CompletableFuture<Void> send(int count) {
        loop.execute(() -> {
            left = count;
            sendBatch();
        });
        return done;
    }

    /** The answers so far. */
    int synAcks() {
        return synAcks.get();
    }

    private void sendBatch() {
        for (int i = 0; i < BATCH && left > 0; i++, left--) {
            if (random.nextBoolean()) {
                syn4();
            } else {
                syn6();
            }
            device.queue(0).send(packet);
        }
        batch++;
        sendPing();
    }

    private void sendPing() {
        ping();
        device.queue(0).send(packet);
        pingAgain = loop.schedule(this::sendPing, PING_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void onPacket(ByteBuf got) {
        boolean four = got.getByte(got.readerIndex() + VNET) >>> 4 == 4;
        int ip = got.readerIndex() + VNET;
        int protocol = got.getByte(ip + (four ? 9 : 6));
        int transport = ip + (four ? 20 : 40);
        if (protocol == TCP && got.getByte(transport + 13) == SYN_ACK) {
            synAcks.incrementAndGet();
        } else if (four && protocol == ICMP && got.getShort(transport + 6) == (short) batch && answered < batch) {
            answered = batch;
            pingAgain.cancel(false);
        }
    }

    @Override
    public void onBatchComplete() {
        if (answered == batch && !done.isDone() && batch > 0) {
            if (left > 0) {
                sendBatch();
            } else {
                done.complete(null);
            }
        }
    }

    @Override
    public void onFailure(Throwable cause) {
        done.completeExceptionally(cause);
    }

    private void syn4() {
        byte[] source = networks4[random.nextInt(networks4.length)].clone();
        source[3] = (byte) random.nextInt(1, 255);
        ByteBuf out = begin4(TCP, TCP_LENGTH, source);
        tcp(out, VNET + 12, 8);
    }

    private void syn6() {
        byte[] source = network6.clone();
        for (int i = 4; i < source.length; i++) {
            source[i] = (byte) random.nextInt();
        }
        packet.clear();
        ByteBuf out = packet.header();
        out.writeZero(VNET).writeInt(0x60000000).writeShort(TCP_LENGTH).writeByte(TCP);
        out.writeByte(64).writeBytes(source).writeBytes(target6);
        tcp(out, VNET + 8, 32);
    }

    private void ping() {
        byte[] source = networks4[0].clone();
        source[3] = 1;
        ByteBuf out = begin4(ICMP, 8, source);
        int start = out.writerIndex();
        out.writeInt(0x08000000).writeShort(1).writeShort(batch);
        out.setShort(start + 2, ~fold(sum(out, start, 8)));
    }

    private ByteBuf begin4(int protocol, int payload, byte[] source) {
        packet.clear();
        ByteBuf out = packet.header();
        out.writeZero(VNET).writeShort(0x4500).writeShort(20 + payload).writeInt(0x4000);
        out.writeByte(64).writeByte(protocol).writeShort(0).writeBytes(source).writeBytes(target4);
        out.setShort(VNET + 10, ~fold(sum(out, VNET, 20)));
        return out;
    }

    /** Appends a SYN with the options that Linux sends; the addresses lie where it says. */
    private void tcp(ByteBuf out, int addresses, int addressesLength) {
        int start = out.writerIndex();
        out.writeShort(random.nextInt(1024, 65536))
                .writeShort(port)
                .writeInt(random.nextInt())
                .writeInt(0);
        out.writeByte((TCP_LENGTH / 4) << 4).writeByte(SYN).writeShort(64240).writeInt(0);
        out.writeInt(0x020405b4)
                .writeShort(0x0402)
                .writeShort(0x080a)
                .writeInt(random.nextInt())
                .writeInt(0);
        out.writeInt(0x01030307);
        int sum = TCP + TCP_LENGTH + sum(out, addresses, addressesLength) + sum(out, start, TCP_LENGTH);
        out.setShort(start + 16, ~fold(sum));
    }

    private static int sum(ByteBuf bytes, int from, int length) {
        int sum = 0;
        for (int i = 0; i < length; i += 2) {
            sum += bytes.getUnsignedShort(from + i);
        }
        return sum;
    }

    private static int fold(int sum) {
        int folded = (sum & 0xffff) + (sum >>> 16);
        return (folded & 0xffff) + (folded >>> 16);
    }

    private static byte[] address(String text) {
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not an address: " + text, e);
        }
    }

    @Override
    public void close() {
        loop.submit(() -> device.queue(0).close()).syncUninterruptibly();
        device.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        packet.header().release();
    }
}
