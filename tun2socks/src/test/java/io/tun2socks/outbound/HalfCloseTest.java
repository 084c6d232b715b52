package io.tun2socks.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a connection can still do after the peer's FIN. */
@ExtendWith(Leaks.class)
class HalfCloseTest {
    private static final IpAddress LOCAL = IpAddress.parse("127.0.0.1").orElseThrow();

    private static final int PIECE = 1 << 20;
    private static final int PIECES = 32;

    @Test
    void uploadsMoreThanTheSocketHoldsAfterThePeersFin() throws Exception {
        CountDownLatch uploaded = new CountDownLatch(1);
        AtomicLong received = new AtomicLong();
        try (Loop loop = new Loop();
                FakeServer server = new FakeServer(talk -> {
                    talk.socket().shutdownOutput();
                    // The client's send buffer is full before anything is read.
                    assertThat(uploaded.await(10, TimeUnit.SECONDS)).isTrue();
                    received.set(talk.socket().getInputStream().transferTo(java.io.OutputStream.nullOutputStream()));
                });
                Outbound outbound = Outbounds.parse("direct://", SocketSettings.DEFAULT)) {
            RecordingRelay relay = new RecordingRelay();
            Channel channel =
                    loop.await(() -> outbound.connect(loop.loop(), Destination.of(LOCAL, server.port()), relay));
            relay.startReading(channel);
            relay.awaitEnd();
            // Reading on must not hurt either.
            channel.config().setAutoRead(true);
            ChannelFuture last = loop.on(() -> {
                ChannelFuture written = null;
                for (int i = 0; i < PIECES; i++) {
                    written = channel.writeAndFlush(Unpooled.directBuffer(PIECE).writeZero(PIECE));
                }
                return written;
            });
            assertThat(last.isDone()).isFalse();
            uploaded.countDown();
            assertThat(last.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(last.cause()).isNull();
            channel.close().sync();
        }
        assertThat(received.get()).isEqualTo((long) PIECE * PIECES);
    }

    @Test
    void aResetAfterTheFinIsNoticedByTheNextWrite() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        try (Loop loop = new Loop();
                FakeServer server = new FakeServer(talk -> {
                    talk.socket().shutdownOutput();
                    assertThat(seen.await(10, TimeUnit.SECONDS)).isTrue();
                    talk.socket().setSoLinger(true, 0);
                });
                Outbound outbound = Outbounds.parse("direct://", SocketSettings.DEFAULT)) {
            RecordingRelay relay = new RecordingRelay();
            Channel channel =
                    loop.await(() -> outbound.connect(loop.loop(), Destination.of(LOCAL, server.port()), relay));
            relay.startReading(channel);
            relay.awaitEnd();
            seen.countDown();
            // The reset is noticed at the next write.
            CountDownLatch closed = new CountDownLatch(1);
            channel.closeFuture().addListener(future -> closed.countDown());
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (!closed.await(10, TimeUnit.MILLISECONDS) && System.nanoTime() < deadline) {
                channel.writeAndFlush(Unpooled.directBuffer(1).writeZero(1));
            }
            assertThat(channel.isOpen()).isFalse();
        }
    }
}
