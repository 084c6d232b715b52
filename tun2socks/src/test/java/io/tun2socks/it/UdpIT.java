package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** UDP by SOCKS5's UDP ASSOCIATE, DNS both ways, and ICMP. */
@RequiresRoot(tools = {"danted", "dig", "ping"})
class UdpIT {
    @RegisterExtension
    static final Lab LAB = new Lab();

    private static final Duration LIMIT = Duration.ofSeconds(15);

    @ParameterizedTest
    @EnumSource
    void digAsksByUdp(Family family) throws Exception {
        Program.start(LAB, LAB.upstream(Upstream.Kind.DANTE).url());

        Ran dig = LAB.client()
                .run(LIMIT, "dig", "@" + family.host(), "+short", "+tries=2", "+time=3", "+nocookie", "a.test", "A");

        assertThat(dig.ok().out().strip()).isEqualTo(Lab.HOST4);
    }

    @ParameterizedTest
    @EnumSource
    void digAsksByTcp(Family family) throws Exception {
        Program.start(LAB, LAB.upstream(Upstream.Kind.DANTE).url());

        Ran dig = LAB.client().run(LIMIT, "dig", "@" + family.host(), "+tcp", "+short", "a.test", "AAAA");

        assertThat(dig.ok().out().strip()).isEqualTo(Lab.HOST6);
    }

    @ParameterizedTest
    @EnumSource
    void digGoesOnByTcpAfterATruncatedAnswer(Family family) throws Exception {
        Program.start(LAB, LAB.upstream(Upstream.Kind.DANTE).url());

        Ran dig = LAB.client()
                .run(LIMIT, "dig", "@" + family.host(), "+short", "+tries=2", "+time=3", "+noedns", "a.test", "TXT");

        assertThat(dig.ok().out().chars().filter(c -> c == 'x').count()).isEqualTo(Dns.LONG);
    }

    @ParameterizedTest
    @EnumSource
    void everySizeOfDatagramComesBack(Family family) throws Exception {
        Program.start(LAB, LAB.upstream(Upstream.Kind.DANTE).url());

        try (DatagramSocket socket = socket(family, Lab.ECHO)) {
            for (int size = 1; size <= 1400; size += size < 16 ? 1 : 13) {
                echo(socket, new Pattern(size, size).bytes());
            }
            echo(socket, new Pattern(1400, 1400).bytes());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDatagramOfManyFragmentsComesBack(Family family) throws Exception {
        Program.start(LAB, LAB.upstream(Upstream.Kind.DANTE).url());

        try (DatagramSocket socket = socket(family, Lab.ECHO)) {
            echo(socket, new Pattern(9000, 9000).bytes());
        }
    }

    // With Netty 4.2.18 a datagram of two buffers was sent without its second one then: the limit of the gathering
    // writes
    // of TCP held for it, too.
    @ParameterizedTest
    @EnumSource
    void aLargeDatagramIsWholeAfterTcpInSmallSegments(Family family) throws Exception {
        Program.start(LAB, LAB.upstream(Upstream.Kind.DANTE).url(), "--queues", "1");

        try (Socket tcp = LAB.connect(family.host(), Lab.ECHO);
                DatagramSocket udp = socket(family, Lab.ECHO)) {
            tcp.setTcpNoDelay(true);
            for (int burst = 0; burst < 10; burst++) {
                byte[] segment = new Pattern(burst, 100).bytes();
                for (int i = 0; i < 50; i++) {
                    tcp.getOutputStream().write(segment);
                }
                for (int i = 0; i < 50; i++) {
                    assertThat(tcp.getInputStream().readNBytes(segment.length)).isEqualTo(segment);
                }
                echo(udp, new Pattern(burst, 50_000).bytes());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneSocketTalksToSeveralServers(Family family) throws Exception {
        Program.start(LAB, LAB.upstream(Upstream.Kind.DANTE).url());
        String other = family == Family.V4 ? Lab.OTHER4 : Lab.OTHER6;
        LAB.untilTestEnd(UdpServer.start(LAB.server(), other, Lab.ECHO, datagram -> datagram));

        try (DatagramSocket socket = LAB.client().call(() -> new DatagramSocket())) {
            socket.setSoTimeout(5000);
            for (String host : new String[] {family.host(), other, family.host()}) {
                byte[] datagram = new Pattern(host.length(), 100).bytes();
                socket.send(new DatagramPacket(datagram, datagram.length, InetAddress.getByName(host), Lab.ECHO));
                DatagramPacket answer = new DatagramPacket(new byte[200], 200);
                socket.receive(answer);
                assertThat(answer.getAddress()).isEqualTo(InetAddress.getByName(host));
                assertThat(Arrays.copyOf(answer.getData(), answer.getLength())).isEqualTo(datagram);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void rejectAnswersPortUnreachable(Family family) throws Exception {
        Program.start(LAB, "reject://");

        try (DatagramSocket socket = socket(family, Lab.ECHO)) {
            assertThatThrownBy(() -> echo(socket, new byte[] {1})).isInstanceOf(PortUnreachableException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void dropAnswersNothing(Family family) throws Exception {
        Program.start(LAB, "drop://");

        try (DatagramSocket socket = socket(family, Lab.ECHO)) {
            socket.setSoTimeout(1500);
            assertThatThrownBy(() -> echo(socket, new byte[] {1})).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anyAddressAnswersPings(Family family) throws Exception {
        Program.start(LAB, LAB.upstream(Upstream.Kind.DANTE).url());

        for (String size : new String[] {"0", "56", "1400", "4000"}) {
            String address = family == Family.V4 ? "203.0.113.9" : "2001:db8::9";
            Ran ping = LAB.client()
                    .run(LIMIT, "ping", family.flag(), "-n", "-c", "3", "-i", "0.2", "-W", "2", "-s", size, address);
            assertThat(ping.ok().out()).contains("3 received");
        }
    }

    /** A socket of the client's that is connected, so that ICMP errors reach it. */
    private static DatagramSocket socket(Family family, int port) throws Exception {
        return LAB.client().call(() -> {
            DatagramSocket socket = new DatagramSocket();
            socket.connect(InetAddress.getByName(family.host()), port);
            socket.setSoTimeout(5000);
            return socket;
        });
    }

    private static void echo(DatagramSocket socket, byte[] datagram) throws Exception {
        socket.send(new DatagramPacket(datagram, datagram.length));
        DatagramPacket answer = new DatagramPacket(new byte[65535], 65535);
        socket.receive(answer);
        assertThat(Arrays.copyOf(answer.getData(), answer.getLength()))
                .as("the echo of %d bytes", datagram.length)
                .isEqualTo(datagram);
    }
}
