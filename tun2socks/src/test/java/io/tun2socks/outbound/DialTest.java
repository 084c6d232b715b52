package io.tun2socks.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Promise;
import io.tun2socks.config.clash.ProxyConfig.IpVersion;
import io.tun2socks.outbound.OutboundException.Reason;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The order of addresses, and several attempts beside one another (RFC 8305). */
@ExtendWith(Leaks.class)
class DialTest {
    private static final InetAddress LOCAL = parse("127.0.0.1");

    private final Loop loop = new Loop();
    private final List<Socket> waiting = new ArrayList<>();
    /** Does not answer a SYN: it has enough of those that it has not accepted. */
    private ServerSocket silent;

    private ServerSocket open;

    @BeforeEach
    void start() throws IOException {
        silent = new ServerSocket(0, 1, LOCAL);
        open = new ServerSocket(0, 50, LOCAL);
        try {
            while (waiting.size() < 10) {
                Socket socket = new Socket();
                waiting.add(socket);
                socket.connect(silent.getLocalSocketAddress(), 300);
            }
            throw new AssertionError("ten connections, and the server still takes more");
        } catch (SocketTimeoutException full) {
            assertThat(waiting).hasSizeGreaterThan(1);
        }
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : waiting) {
            socket.close();
        }
        silent.close();
        open.close();
        loop.close();
    }

    private static InetAddress parse(String text) {
        return IpAddress.parse(text).orElseThrow().toInetAddress();
    }

    private static InetSocketAddress address(ServerSocket server) {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    private static InetSocketAddress closed() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, LOCAL)) {
            return address(socket);
        }
    }

    /** What became of a dial. */
    private final class Attempt implements Dial.Listener {
        private final CompletableFuture<Channel> result = new CompletableFuture<>();
        private final Promise<Void> owner = loop.loop().newPromise();
        private final Dial dial;

        Attempt(int timeoutMillis, int first, int step, InetSocketAddress... addresses) {
            Sockets sockets = new Sockets(new SocketSettings(0, null, timeoutMillis));
            Candidates candidates = new Candidates(List.of(addresses), first, step);
            dial = new Dial(sockets, loop.loop(), candidates, owner, this);
            loop.loop().execute(dial::start);
        }

        @Override
        public void connected(Channel channel) {
            assertThat(result.complete(channel)).isTrue();
        }

        @Override
        public void unreachable(OutboundException cause) {
            assertThat(result.completeExceptionally(cause)).isTrue();
        }

        InetSocketAddress peer() throws Exception {
            Channel channel = result.get(10, TimeUnit.SECONDS);
            InetSocketAddress peer = (InetSocketAddress) channel.remoteAddress();
            channel.close().sync();
            return peer;
        }

        OutboundException failure() {
            return (OutboundException) result.handle((channel, cause) -> cause)
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
        }
    }

    @Test
    void doesNotWaitForAnAddressThatIsSilent() throws Exception {
        // The time for a connect is longer than the test may take.
        long start = System.nanoTime();
        assertThat(new Attempt(60_000, 1, 1, address(silent), address(open)).peer())
                .isEqualTo(address(open));
        assertThat(System.nanoTime() - start)
                .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(Dial.STAGGER_MILLIS));
    }

    @Test
    void goesOnAtOnceWhenAnAddressRefuses() throws Exception {
        // Seventeen times the stagger would be more than the 4 s that are allowed.
        InetSocketAddress[] addresses = new InetSocketAddress[18];
        for (int i = 0; i < 17; i++) {
            addresses[i] = closed();
        }
        addresses[17] = address(open);
        long start = System.nanoTime();
        assertThat(new Attempt(60_000, 1, 1, addresses).peer()).isEqualTo(address(open));
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(4));
    }

    @Test
    void startsAllTogetherAndTakesTheFirstThatAnswers() throws Exception {
        InetSocketAddress[] addresses = new InetSocketAddress[Candidates.MAX];
        Arrays.fill(addresses, address(silent));
        addresses[Candidates.MAX - 1] = address(open);
        long start = System.nanoTime();
        assertThat(new Attempt(60_000, Candidates.MAX, Candidates.MAX, addresses).peer())
                .isEqualTo(address(open));
        // One after the other it would have been 15 × 250 ms.
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.MILLISECONDS.toNanos(15 * Dial.STAGGER_MILLIS));
    }

    @Test
    void closesTheOthersWhenOneIsConnected() throws Exception {
        Attempt attempt = new Attempt(60_000, 3, 1, address(silent), address(silent), address(open));
        Channel channel = attempt.result.get(10, TimeUnit.SECONDS);
        assertThat(loop.on(attempt.dial::channels)).isEqualTo(1);
        assertThat(channel.isActive()).isTrue();
        channel.close().sync();
    }

    @Test
    void failsWhenAllHaveFailed() throws Exception {
        assertThat(new Attempt(400, 1, 1, address(silent), closed()).failure().reason())
                .isEqualTo(Reason.TIMED_OUT);
        assertThat(new Attempt(400, 2, 2, address(silent), closed()).failure().reason())
                .isEqualTo(Reason.TIMED_OUT);
        InetSocketAddress last = closed();
        OutboundException refused = new Attempt(60_000, 1, 1, closed(), last).failure();
        assertThat(refused.reason()).isEqualTo(Reason.REFUSED);
        assertThat(refused).hasMessageContaining(":" + last.getPort());
    }

    @Test
    void whatHasARouteTellsMoreThanWhatHasNone() throws Exception {
        InetSocketAddress nowhere = new InetSocketAddress(parse("2001:db8::1"), 9);
        InetSocketAddress refusing = closed();
        OutboundException failure = new Attempt(400, 1, 1, refusing, nowhere).failure();
        // Where there is an IPv6 route, nobody answers.
        assertThat(failure.reason()).isIn(Reason.REFUSED, Reason.TIMED_OUT, Reason.HOST_UNREACHABLE);
    }

    @Test
    void cancellingClosesWhatIsUnderWay() throws Exception {
        Attempt attempt = new Attempt(300, 2, 1, address(silent), address(silent), address(open));
        loop.on(() -> attempt.owner.cancel(false));
        assertThat(loop.on(attempt.dial::channels)).isZero();
        // The third would be tried by now: events of the loop come in their order.
        CompletableFuture<Void> later = new CompletableFuture<>();
        loop.loop().schedule(() -> later.complete(null), 2L * Dial.STAGGER_MILLIS, TimeUnit.MILLISECONDS);
        later.get(10, TimeUnit.SECONDS);
        assertThat(loop.on(attempt.dial::channels)).isZero();
        assertThat(attempt.result.isDone()).isFalse();
    }

    @Test
    void cancellingClosesWhatIsConnected() throws Exception {
        Attempt attempt = new Attempt(60_000, 1, 1, address(open));
        Channel channel = attempt.result.get(10, TimeUnit.SECONDS);
        loop.on(() -> attempt.owner.cancel(false));
        assertThat(channel.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
    }

    private static List<InetAddress> addresses(String text) {
        List<InetAddress> addresses = new ArrayList<>();
        for (String one : text.split(" ", -1)) {
            addresses.add(parse(one));
        }
        return addresses;
    }

    @ParameterizedTest
    @CsvSource({
        "DUAL, false, 1.1.1.1 1.1.1.2 ::1 ::2, 1.1.1.1 ::1 1.1.1.2 ::2, 1, 1",
        "DUAL, false, ::1 ::2 ::3 1.1.1.1, ::1 1.1.1.1 ::2 ::3, 1, 1",
        "IPV6_PREFER, false, 1.1.1.1 1.1.1.2 ::1, ::1 1.1.1.1 1.1.1.2, 1, 1",
        "IPV4_PREFER, false, ::1 ::2 1.1.1.1, 1.1.1.1 ::1 ::2, 1, 1",
        "IPV4_PREFER, false, ::1 ::2, ::1 ::2, 1, 1",
        "DUAL, true, 1.1.1.1 ::1 1.1.1.2, 1.1.1.1 1.1.1.2 ::1, 16, 16",
        "IPV4_PREFER, true, ::1 1.1.1.1 1.1.1.2, 1.1.1.1 1.1.1.2 ::1, 2, 16",
        "IPV6_PREFER, true, ::1 1.1.1.1 1.1.1.2, ::1 1.1.1.1 1.1.1.2, 1, 16",
        "IPV6_PREFER, true, 1.1.1.1 1.1.1.2, 1.1.1.1 1.1.1.2, 16, 16",
        "IPV4, true, 1.1.1.1 1.1.1.2, 1.1.1.1 1.1.1.2, 16, 16",
        "IPV6, false, ::1, ::1, 1, 1",
    })
    void ordersAddresses(IpVersion version, boolean concurrent, String found, String expected, int first, int step)
            throws Exception {
        Candidates candidates = Candidates.of(addresses(found), 80, version, concurrent);
        assertThat(candidates.addresses())
                .containsExactlyElementsOf(addresses(expected).stream()
                        .map(address -> new InetSocketAddress(address, 80))
                        .toList());
        assertThat(candidates.first()).isEqualTo(first);
        assertThat(candidates.step()).isEqualTo(step);
    }

    @Test
    void takesSixteenOfMoreAddresses() throws Exception {
        List<InetAddress> many = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            many.add(InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) i}));
        }
        assertThat(Candidates.of(many, 80, IpVersion.DUAL, false).addresses()).hasSize(16);
        assertThat(Candidates.of(many, 80, IpVersion.IPV4_PREFER, true).first()).isEqualTo(16);
    }
}
