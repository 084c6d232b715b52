package io.tun2socks.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddresses;
import io.tun2socks.outbound.OutboundException.Reason;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Upstreams given by name, resolved by a name server on loopback. */
@ExtendWith(Leaks.class)
class UpstreamNameTest {
    private static final SocketSettings SETTINGS = new SocketSettings(0, null, 2_000);
    private static final IpAddress LOCAL = IpAddress.parse("127.0.0.1").orElseThrow();
    private static final Destination WEB = Destination.of(IpAddress.ofIpv4(0xc0000201), 80);

    private final Loop loop = new Loop();
    private final AtomicInteger questions = new AtomicInteger();
    private final Channel nameServer = new Bootstrap()
            .group(loop.group())
            .channel(EpollDatagramChannel.class)
            .handler(new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel channel) {
                    channel.pipeline()
                            .addLast(new DatagramDnsQueryDecoder(), new DatagramDnsResponseEncoder(), new NameServer());
                }
            })
            .bind(new InetSocketAddress(LOCAL.toInetAddress(), 0))
            .syncUninterruptibly()
            .channel();

    private final DnsServerAddressStreamProvider servers =
            host -> DnsServerAddresses.singleton((InetSocketAddress) nameServer.localAddress()).stream();

    /** Knows proxy.test only: two addresses, of which nobody listens on the first. */
    private final class NameServer extends SimpleChannelInboundHandler<DatagramDnsQuery> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramDnsQuery query) {
            questions.incrementAndGet();
            DnsQuestion question = query.recordAt(DnsSection.QUESTION);
            DatagramDnsResponse response = new DatagramDnsResponse(
                    /* sender= */ query.recipient(), /* recipient= */ query.sender(), query.id());
            response.addRecord(DnsSection.QUESTION, question);
            if (!question.name().equals("proxy.test.")) {
                response.setCode(DnsResponseCode.NXDOMAIN);
            } else if (question.type().equals(DnsRecordType.A)) {
                for (int lastByte : new int[] {9, 1}) {
                    response.addRecord(
                            DnsSection.ANSWER,
                            new DefaultDnsRawRecord(
                                    question.name(),
                                    DnsRecordType.A,
                                    60,
                                    context.alloc().buffer(4).writeInt(0x7f000000 | lastByte)));
                }
            }
            context.writeAndFlush(response);
        }
    }

    @AfterEach
    void stop() {
        nameServer.close().syncUninterruptibly();
        loop.close();
    }

    @Test
    void triesAllAddressesInOrderAndAsksOnce() throws Exception {
        FakeServer.Script agree = talk -> {
            talk.readHead();
            talk.sendText("HTTP/1.1 200 OK\r\n\r\n").awaitClose();
        };
        try (FakeServer server = new FakeServer(agree, agree);
                Outbound outbound = new HttpConnectOutbound(
                        Upstream.of("http", "proxy.test", server.port(), SETTINGS, servers), null)) {
            assertThat(outbound.name()).isEqualTo("http://proxy.test:" + server.port());
            loop.await(() -> outbound.connect(loop.loop(), WEB, new RecordingRelay()))
                    .close()
                    .sync();
            int asked = questions.get();
            assertThat(asked).isBetween(1, 2);
            loop.await(() -> outbound.connect(loop.loop(), WEB, new RecordingRelay()))
                    .close()
                    .sync();
            assertThat(questions.get()).isEqualTo(asked);
        }
    }

    @Test
    void saysThatTheNameIsUnknown() throws Exception {
        try (Outbound outbound =
                        new Socks5Outbound(Upstream.of("socks5", "nowhere.test", 1080, SETTINGS, servers), null);
                Outbound direct = new DirectOutbound(SETTINGS, servers)) {
            OutboundException failure = loop.failure(() -> outbound.connect(loop.loop(), WEB, new RecordingRelay()));
            assertThat(failure.reason()).isEqualTo(Reason.UPSTREAM_FAILED);
            assertThat(failure).hasMessageContaining("socks5://nowhere.test:1080: cannot resolve nowhere.test");
            failure = loop.failure(
                    () -> direct.connect(loop.loop(), new Destination("nowhere.test", null, 80), new RecordingRelay()));
            assertThat(failure.reason()).isEqualTo(Reason.HOST_UNREACHABLE);
            assertThat(failure).hasMessageContaining("cannot resolve nowhere.test");
        }
    }
}
