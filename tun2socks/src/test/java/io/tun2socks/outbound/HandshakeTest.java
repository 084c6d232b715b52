package io.tun2socks.outbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Handshakes fed with every way of cutting the answer in two, and byte by byte. */
@ExtendWith(Leaks.class)
class HandshakeTest {
    private static final Upstream UPSTREAM = Upstream.of("test", "192.0.2.1", 1, SocketSettings.DEFAULT);
    private static final OutboundUrl.Credentials JOE = new OutboundUrl.Credentials("joe", "secret");
    private static final Destination NAME = new Destination("example.org", null, 443);

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    @Test
    void socks5TakesItsAnswerInAnyPieces() {
        byte[] answer = hex("0502 0100 05000003 03 612e62 1234");
        cutEverywhere(listener -> new Socks5Handshake(UPSTREAM, JOE, true, Socks5Wire.CONNECT, NAME, listener), answer);
        cutEverywhere(
                listener -> new Socks5Handshake(UPSTREAM, JOE, false, Socks5Wire.CONNECT, NAME, listener), answer);
        cutEverywhere(
                listener -> new Socks5Handshake(UPSTREAM, null, false, Socks5Wire.CONNECT, NAME, listener),
                hex("0500 05000004 20010db8000000000000000000000001 1234"));
    }

    @Test
    void httpTakesItsAnswerInAnyPieces() {
        for (String head : new String[] {
            "HTTP/1.1 200 Connection established\r\n\r\n",
            "HTTP/1.0 200\r\nContent-Length: 3\r\nX: y\r\n\r\n",
            "HTTP/1.1 299 odd\nX: y\n\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        }) {
            cutEverywhere(
                    listener -> new HttpConnectHandshake(
                            UPSTREAM, HttpConnectHeaders.of(Map.of(), null), "example.org:443", listener),
                    head.getBytes(ISO_8859_1));
        }
    }

    private static void cutEverywhere(Function<Handshake.Listener, Handshake> factory, byte[] answer) {
        byte[] tail = {1, 2, 3};
        byte[] all = new byte[answer.length + tail.length];
        System.arraycopy(answer, 0, all, 0, answer.length);
        System.arraycopy(tail, 0, all, answer.length, tail.length);
        for (int cut = 0; cut <= all.length; cut++) {
            Run run = new Run(factory);
            run.feed(all, 0, cut);
            run.feed(all, cut, all.length);
            run.verify(tail);
        }
        Run bytewise = new Run(factory);
        for (int i = 0; i < all.length; i++) {
            bytewise.feed(all, i, i + 1);
        }
        bytewise.verify(tail);
    }

    private static final class Run implements Handshake.Listener {
        private final ByteBuf behind = Unpooled.buffer();
        private final EmbeddedChannel channel;
        private int successes;
        private OutboundException failure;

        Run(Function<Handshake.Listener, Handshake> factory) {
            channel = new EmbeddedChannel(factory.apply(this));
        }

        @Override
        public void succeeded(ChannelHandlerContext context) {
            successes++;
            context.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext next, Object message) {
                    behind.writeBytes((ByteBuf) message);
                    ((ByteBuf) message).release();
                }
            });
        }

        @Override
        public void failed(OutboundException cause) {
            failure = cause;
        }

        void feed(byte[] bytes, int from, int to) {
            channel.writeInbound(channel.alloc().buffer().writeBytes(bytes, from, to - from));
        }

        void verify(byte[] tail) {
            assertThat(failure).isNull();
            assertThat(successes).isEqualTo(1);
            assertThat(behind).isEqualTo(Unpooled.wrappedBuffer(tail));
            assertThat(channel.pipeline().get(Handshake.class)).isNull();
            channel.finishAndReleaseAll();
        }
    }
}
