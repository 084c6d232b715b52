package io.tun2socks.outbound;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
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
import io.netty.handler.codec.dns.DnsSection;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddresses;
import io.tun2socks.config.clash.ProxyConfig;
import io.tun2socks.config.clash.ProxyConfig.IpVersion;
import io.tun2socks.demo.EmbeddedUdpEcho;
import io.tun2socks.outbound.OutboundException.Reason;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clash's {@code ip-version}: which addresses of upstreams and of direct destinations are used. */
@ExtendWith(Leaks.class)
class IpVersionTest {
    private static final IpAddress LOCAL = IpAddress.parse("127.0.0.1").orElseThrow();
    private static final IpAddress LOCAL6 = IpAddress.parse("::1").orElseThrow();
    private static final SocketSettings SETTINGS = new SocketSettings(0, null, 2_000);

    private final Loop loop = new Loop();
    private final Queue<DnsRecordType> asked = new ConcurrentLinkedQueue<>();
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

    /** Says that every name is 127.0.0.1 and ::1, but one of 4.test the first only. */
    private final class NameServer extends SimpleChannelInboundHandler<DatagramDnsQuery> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramDnsQuery query) {
            DnsQuestion question = query.recordAt(DnsSection.QUESTION);
            asked.add(question.type());
            DatagramDnsResponse response = new DatagramDnsResponse(
                    /* sender= */ query.recipient(), /* recipient= */ query.sender(), query.id());
            response.addRecord(DnsSection.QUESTION, question);
            boolean ipv4 = question.type().equals(DnsRecordType.A);
            if (ipv4 || !question.name().endsWith("4.test.")) {
                ByteBuf address = Unpooled.wrappedBuffer(
                        (ipv4 ? LOCAL : LOCAL6).toInetAddress().getAddress());
                response.addRecord(
                        DnsSection.ANSWER, new DefaultDnsRawRecord(question.name(), question.type(), 60, address));
            }
            context.writeAndFlush(response);
        }
    }

    @AfterEach
    void stop() {
        nameServer.close().syncUninterruptibly();
        loop.close();
    }

    private Outbound create(Proxies proxy, IpVersion version) {
        return ProxyFactory.create(proxy.ipVersion(version).config(), SETTINGS, name -> null, servers);
    }

    /** Two servers on one port, one of IPv4 and one of IPv6, that note who was connected to. */
    private static final class TwoServers implements AutoCloseable {
        private final BlockingQueue<InetAddress> reached = new LinkedBlockingQueue<>();
        private final FakeServer ipv4;
        private final FakeServer ipv6;

        TwoServers() throws Exception {
            FakeServer.Script script = talk -> {
                reached.add(talk.socket().getLocalAddress());
                talk.awaitClose();
            };
            ipv4 = new FakeServer(LOCAL.toInetAddress(), script);
            ipv6 = new FakeServer(LOCAL6.toInetAddress(), ipv4.port(), script);
        }

        IpAddress take() throws InterruptedException {
            InetAddress address = reached.poll(10, TimeUnit.SECONDS);
            assertThat(address).isNotNull();
            return IpAddress.of(address);
        }

        @Override
        public void close() throws IOException {
            ipv6.close();
            ipv4.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"DUAL, 127.0.0.1", "IPV4, 127.0.0.1", "IPV6, ::1", "IPV4_PREFER, 127.0.0.1", "IPV6_PREFER, ::1"})
    void goesToTheAddressesThatAreWanted(IpVersion version, String expected) throws Exception {
        try (TwoServers two = new TwoServers();
                Outbound direct = create(Proxies.of(ProxyConfig.Type.DIRECT), version)) {
            Destination destination = new Destination("both.test", null, two.ipv4.port());
            loop.await(() -> direct.connect(loop.loop(), destination, new RecordingRelay()))
                    .close()
                    .sync();
            assertThat(two.take()).isEqualTo(IpAddress.parse(expected).orElseThrow());
        }
        if (version == IpVersion.IPV4) {
            assertThat(asked).doesNotContain(DnsRecordType.AAAA);
        } else if (version == IpVersion.IPV6) {
            assertThat(asked).doesNotContain(DnsRecordType.A);
        }
    }

    @Test
    void findsNoAddressOfTheFamilyThatIsWanted() throws Exception {
        try (Outbound direct = create(Proxies.of(ProxyConfig.Type.DIRECT), IpVersion.IPV6);
                Outbound socks = create(Proxies.socks5("only4.test", 1080), IpVersion.IPV6)) {
            Destination destination = new Destination("only4.test", null, 80);
            assertThat(loop.failure(() -> direct.connect(loop.loop(), destination, new RecordingRelay())))
                    .hasMessageContaining("cannot resolve only4.test");
            assertThat(loop.failure(() -> socks.connect(loop.loop(), destination, new RecordingRelay())))
                    .hasMessageContaining("socks5://only4.test:1080: cannot resolve only4.test");
        }
    }

    @Test
    void anUpstreamsAddressMayBeOfTheOtherFamily() throws Exception {
        try (Outbound http = create(Proxies.http("::1", 80), IpVersion.IPV4)) {
            OutboundException failure =
                    loop.failure(() -> http.connect(loop.loop(), Destination.of(LOCAL, 80), new RecordingRelay()));
            assertThat(failure.reason()).isEqualTo(Reason.UPSTREAM_FAILED);
            assertThat(failure).hasMessage("http://[::1]:80: its ip-version IPV4 forbids its address");
        }
    }

    @Test
    void aDestinationOfTheOtherFamilyIsResolvedOrRefused() throws Exception {
        try (TwoServers two = new TwoServers();
                Outbound direct = create(Proxies.of(ProxyConfig.Type.DIRECT).name("d"), IpVersion.IPV4)) {
            Destination named = new Destination("both.test", LOCAL6, two.ipv4.port());
            loop.await(() -> direct.connect(loop.loop(), named, new RecordingRelay()))
                    .close()
                    .sync();
            assertThat(two.take()).isEqualTo(LOCAL);
            OutboundException failure =
                    loop.failure(() -> direct.connect(loop.loop(), Destination.of(LOCAL6, 80), new RecordingRelay()));
            assertThat(failure.reason()).isEqualTo(Reason.NETWORK_UNREACHABLE);
            assertThat(failure).hasMessage("connect to [::1]:80: the ip-version IPV4 of d forbids it");
        }
    }

    @Test
    void datagramsOfTheOtherFamilyAreRefused() throws Exception {
        BlockingQueue<Destination> unreachable = new LinkedBlockingQueue<>();
        UdpReceiver receiver = new UdpReceiver() {
            @Override
            public void onDatagram(IpAddress source, int port, ByteBuf payload) {
                unreachable.add(new Destination(payload.toString(ISO_8859_1), source, port));
                payload.release();
            }

            @Override
            public void onReadComplete() {}

            @Override
            public void onUnreachable(Destination destination) {
                unreachable.add(destination);
            }

            @Override
            public void onClosed(Throwable cause) {}
        };
        try (EmbeddedUdpEcho echo =
                        EmbeddedUdpEcho.start(loop.group(), new InetSocketAddress(LOCAL6.toInetAddress(), 0));
                Outbound direct = create(Proxies.of(ProxyConfig.Type.DIRECT).udp(), IpVersion.IPV6)) {
            UdpTransport transport = loop.await(() -> direct.openUdp(loop.loop(), receiver));
            long dropped = loop.on(() -> {
                transport.send(Destination.of(LOCAL, 9), Unpooled.copiedBuffer("a", ISO_8859_1));
                transport.send(new Destination("both.test", null, echo.port()), Unpooled.copiedBuffer("b", ISO_8859_1));
                transport.flush();
                return transport.dropped();
            });
            assertThat(dropped).isEqualTo(1);
            assertThat(unreachable.poll(10, TimeUnit.SECONDS)).isEqualTo(Destination.of(LOCAL, 9));
            assertThat(unreachable.poll(10, TimeUnit.SECONDS)).isEqualTo(new Destination("b", LOCAL6, echo.port()));
            loop.on(() -> {
                transport.close();
                return null;
            });
        }
    }
}
