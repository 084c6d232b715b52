package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that sends what it should not harms nobody else. */
@RequiresRoot(tools = {"curl", "danted", "microsocks"})
class HostileIT {
    @RegisterExtension
    static final Lab LAB = new Lab();

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int PACKETS = 30_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void garbageDoesNotDisturbADownload(long seed) throws Exception {
        Program program = Program.start(LAB, LAB.upstream(Upstream.Kind.DANTE).url());

        downloadUnder(program, new HostilePackets(seed)::garbage);
    }

    @Test
    void lostFragmentsDoNotDisturbADownload() throws Exception {
        Program program = Program.start(LAB, LAB.upstream(Upstream.Kind.DANTE).url());

        downloadUnder(program, new HostilePackets(4)::firstFragment);
    }

    @Test
    void blindSegmentsDoNotEndAConnection() throws Exception {
        Program program =
                Program.start(LAB, LAB.upstream(Upstream.Kind.MICROSOCKS).url());

        try (Socket client = LAB.connect(Lab.HOST4, Lab.ECHO);
                PacketSocket raw = PacketSocket.open(LAB.client(), Program.TUN)) {
            HostilePackets packets = new HostilePackets(5);
            int sent = 0;
            for (int i = 0; i < PACKETS; i++) {
                sent += raw.send(packets.blindSegment(client.getLocalPort(), Lab.ECHO)) ? 1 : 0;
                if (i % 1000 == 0) {
                    client.getOutputStream().write(i / 1000);
                    assertThat(client.getInputStream().read()).isEqualTo(i / 1000);
                }
            }
            assertThat(sent).as("segments sent").isGreaterThan(PACKETS / 10);
        }
        assertThat(program.daemon().running()).isTrue();
    }

    /** Downloads while packets are thrown at the program, and a page afterwards. */
    private static void downloadUnder(Program program, Supplier<byte[]> packets) throws Exception {
        Pattern pattern = new Pattern(41, 64 << 20);
        CompletableFuture<Ran> download = CompletableFuture.supplyAsync(
                () -> LAB.curl(LIMIT, Family.V4.url(Lab.SITE, "/bytes/" + pattern.size() + "/" + pattern.seed())));
        int sent = 0;
        try (PacketSocket raw = PacketSocket.open(LAB.client(), Program.TUN)) {
            for (int i = 0; i < PACKETS; i++) {
                sent += raw.send(packets.get()) ? 1 : 0;
            }
        }

        assertThat(download.join().ok().sha256()).isEqualTo(pattern.hash());
        assertThat(sent).as("packets sent").isGreaterThan(PACKETS / 10);
        assertThat(LAB.curl(LIMIT, Family.V6.url(Lab.SITE, "/")).ok().out()).isEqualTo("hello from the far side\n");
        assertThat(program.daemon().running()).isTrue();
    }
}
