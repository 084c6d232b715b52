package io.tun2socks.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tun2socks.outbound.Destination;
import io.tun2socks.outbound.Leaks;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.outbound.OutboundException;
import io.tun2socks.outbound.UdpReceiver;
import io.tun2socks.outbound.UdpTransport;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is measured when, on a clock that the test turns. */
@ExtendWith(Leaks.class)
class DelayTestTest {
    private static final String GOOD = "HTTP/1.1 204 No Content\r\n\r\n";

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final EventLoop loop = channel.eventLoop();
    private final Held way = new Held();
    private final HttpFetch fetch = new HttpFetch("tester/1");

    /** Connects when the test says so. */
    private final class Held implements Outbound {
        private Promise<Channel> connecting;
        private ChannelHandler relay;

        @Override
        public String name() {
            return "held";
        }

        @Override
        public boolean supportsUdp() {
            return false;
        }

        @Override
        public Future<Channel> connect(EventLoop on, Destination destination, ChannelHandler handler) {
            connecting = on.newPromise();
            relay = handler;
            return connecting;
        }

        @Override
        public Future<UdpTransport> openUdp(EventLoop on, UdpReceiver receiver) {
            throw new AssertionError("no test asks for UDP");
        }

        void complete() {
            channel.pipeline().addLast(relay);
            connecting.setSuccess(channel);
        }
    }

    @BeforeEach
    void freeze() {
        channel.freezeTime();
    }

    @AfterEach
    void finish() {
        channel.finishAndReleaseAll();
    }

    private void pass(int millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runPendingTasks();
        channel.runScheduledPendingTasks();
    }

    private void answer(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, ISO_8859_1));
    }

    private String sent() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            text.append(part.toString(ISO_8859_1));
            part.release();
        }
        return text.toString();
    }

    private Future<Integer> start(boolean unified) {
        return fetch.delay(
                loop, way, new DelayRequest("http://example.com/g", ExpectedStatus.parse("204"), 5_000, unified));
    }

    @Test
    void measuresFromBeforeTheConnect() {
        Future<Integer> delay = start(false);
        pass(30);
        way.complete();
        assertThat(sent()).startsWith("HEAD /g HTTP/1.1\r\n");
        pass(12);
        answer(GOOD);
        assertThat(delay.getNow()).isEqualTo(42);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void measuresTheSecondAnswerAlone() {
        Future<Integer> delay = start(true);
        pass(30);
        way.complete();
        sent();
        pass(12);
        answer(GOOD);
        assertThat(delay.isDone()).isFalse();
        assertThat(sent()).startsWith("HEAD /g HTTP/1.1\r\n");
        pass(7);
        answer(GOOD);
        assertThat(delay.getNow()).isEqualTo(7);
    }

    @Test
    void takesTheFirstAnswerWhenThereIsNoSecond() {
        Future<Integer> delay = start(true);
        way.complete();
        pass(12);
        answer("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
        assertThat(delay.getNow()).isEqualTo(12);
    }

    @Test
    void takesTheFirstAnswerWhenTheSecondDoesNotCome() {
        Future<Integer> delay = start(true);
        way.complete();
        pass(12);
        answer(GOOD);
        pass(5_000);
        assertThat(delay.getNow()).isEqualTo(12);
    }

    @Test
    void takesTheFirstAnswerWhenTheConnectionCloses() {
        Future<Integer> delay = start(true);
        way.complete();
        pass(12);
        answer(GOOD);
        channel.close();
        assertThat(delay.getNow()).isEqualTo(12);
    }

    @Test
    void isNeverZero() {
        Future<Integer> delay = start(false);
        way.complete();
        answer(GOOD);
        assertThat(delay.getNow()).isEqualTo(1);
    }

    @Test
    void failsWhenTimeIsUp() {
        Future<Integer> delay = start(false);
        pass(4_999);
        assertThat(delay.isDone()).isFalse();
        pass(1);
        assertThat(delay.cause()).hasMessage("http://example.com (through held): no answer within 5000 ms");
        assertThat(way.connecting.isCancelled()).isTrue();
    }

    @Test
    void failsAsTheConnectDoes() {
        Future<Integer> delay = start(false);
        way.connecting.setFailure(
                new OutboundException(OutboundException.Reason.UPSTREAM_FAILED, "socks5://u: no", null));
        assertThat(delay.cause()).hasMessage("http://example.com (through held): socks5://u: no");
    }
}
