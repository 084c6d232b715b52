package io.tun2socks.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Network;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Finds processes of another user, which only root may look into. */
@Tag("root")
class ProcessFinderRootTest {
    private static final int NOBODY = 65534;
    private static final int TIMEOUT_MILLIS = 10_000;

    /** A shell of another user that runs a command and then waits for its input to end. */
    private static final class Child implements AutoCloseable {
        private final Process process;

        Child(String command) throws IOException {
            process = new ProcessBuilder(
                            "setpriv", "--reuid=" + NOBODY, "--clear-groups", "bash", "-c", command + "; read -r line")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
            process.onExit().orTimeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS).join();
        }
    }

    private static Owner bash() throws IOException {
        return new Owner(NOBODY, "bash", Path.of("/bin/bash").toRealPath().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void findsTheClientOfATcpConnection(String address) throws Exception {
        Ip ip = Ip.literal(address);
        try (ProcessFinder finder = ProcessFinder.open();
                ServerSocket server = new ServerSocket(0, 1, ip.toInetAddress())) {
            server.setSoTimeout(TIMEOUT_MILLIS);
            int port = server.getLocalPort();
            try (Child child = new Child("exec 3<>/dev/tcp/" + address + "/" + port);
                    Socket accepted = server.accept()) {
                assertThat(child.process.isAlive()).isTrue();
                assertThat(finder.findNow(Network.TCP, ip, accepted.getPort(), ip, port))
                        .isEqualTo(bash());
                // The other end is this process.
                assertThat(finder.findNow(Network.TCP, ip, port, ip, accepted.getPort()))
                        .extracting(Owner::uid, Owner::process)
                        .containsExactly(0L, "java");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void findsTheSenderOfADatagram(String address) throws Exception {
        Ip ip = Ip.literal(address);
        try (ProcessFinder finder = ProcessFinder.open();
                DatagramSocket server = new DatagramSocket(0, ip.toInetAddress())) {
            server.setSoTimeout(TIMEOUT_MILLIS);
            int port = server.getLocalPort();
            try (Child child = new Child("exec 3<>/dev/udp/" + address + "/" + port + "; echo hello >&3")) {
                DatagramPacket packet = new DatagramPacket(new byte[16], 16);
                server.receive(packet);
                assertThat(child.process.isAlive()).isTrue();
                assertThat(finder.findNow(Network.UDP, ip, packet.getPort(), ip, port))
                        .isEqualTo(bash());
            }
        }
    }

    @Test
    void findsASocketThatIsBoundToADevice() throws Exception {
        // The kernel's direct look-up finds such a socket for packets of its device only.
        String program =
                "use Socket; socket(my $s, AF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, 25, qq(lo\\0));"
                        + "connect($s, sockaddr_in($ARGV[0], inet_aton(q(127.0.0.1)))) or die $!; <STDIN>";
        Ip ip = Ip.literal("127.0.0.1");
        try (ProcessFinder finder = ProcessFinder.open();
                ServerSocket server = new ServerSocket(0, 1, ip.toInetAddress())) {
            server.setSoTimeout(TIMEOUT_MILLIS);
            int port = server.getLocalPort();
            try (Child child = new Child("exec perl -e '" + program + "' " + port);
                    Socket accepted = server.accept()) {
                assertThat(child.process.isAlive()).isTrue();
                assertThat(finder.findNow(Network.TCP, ip, accepted.getPort(), ip, port))
                        .extracting(Owner::uid, Owner::process)
                        .containsExactly((long) NOBODY, "perl");
            }
        }
    }

    @Test
    void theOwnerOfAClosedSocketIsUnknown() throws Exception {
        Ip ip = Ip.literal("127.0.0.1");
        try (ProcessFinder finder = ProcessFinder.open();
                ServerSocket server = new ServerSocket(0, 1, ip.toInetAddress())) {
            server.setSoTimeout(TIMEOUT_MILLIS);
            int port = server.getLocalPort();
            Child child = new Child("exec 3<>/dev/tcp/127.0.0.1/" + port);
            try (Socket accepted = server.accept()) {
                child.close();
                accepted.getInputStream().transferTo(OutputStream.nullOutputStream());
                assertThat(finder.findNow(Network.TCP, ip, accepted.getPort(), ip, port))
                        .isEqualTo(Owner.UNKNOWN);
            }
        }
    }
}
