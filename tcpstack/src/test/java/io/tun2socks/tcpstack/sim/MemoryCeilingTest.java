package io.tun2socks.tcpstack.sim;

import static io.tun2socks.tcpstack.sim.Seg.ACK;
import static io.tun2socks.tcpstack.sim.Seg.PSH;
import static io.tun2socks.tcpstack.sim.Seg.RST;
import static io.tun2socks.tcpstack.sim.Seg.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens when all flows together hold as much as they may: 100,000 bytes here. */
class MemoryCeilingTest {
    private static final int LIMIT = 100_000;
    private static final int MSS = 1460;

    private final ScriptedPeer peer =
            new ScriptedPeer(StackConfig.defaults(1500, Offloads.NONE).withMemoryLimit(LIMIT));

    @AfterEach
    void close() {
        peer.close();
        assertThat(peer.stack().memory().used())
                .as("bytes accounted in the end")
                .isZero();
    }

    private static Seg data(int seq) {
        return Seg.of(ACK | PSH).seq(seq).ack(1).data(new byte[MSS]);
    }

    /** A connection whose user takes nothing, filled until all memory is in use; returns SND.NXT of the client. */
    private int fill() {
        peer.connect(Seg.of(SYN).mss(MSS).windowScale(0).sackPermitted(true));
        peer.flow().consuming = false;
        int next = 1;
        while (peer.stack().memory().used() < LIMIT) {
            peer.inject(data(next));
            next += MSS;
        }
        return next;
    }

    @Test
    void newConnectionsAreReset() {
        fill();
        peer.drain();
        ScriptedPeer.Flow first = peer.flow();
        peer.use(FlowKey.v4(40001)).inject(Seg.of(SYN).mss(MSS)).expect(RST | ACK, 0, 1, 0);
        assertThat(peer.stack().stats().memoryRefused).isOne();
        first.consumeAll();
        peer.settle().drain();
        peer.inject(Seg.of(SYN).mss(MSS)).expectNothing();
        assertThat(peer.flowCount()).as("room again").isEqualTo(2);
    }

    @Test
    void rfc9293_3_8_6_theEdgeOfOpenConnectionsDoesNotMoveLeft() {
        fill();
        long edge = 0;
        for (Seg s : peer.drain()) {
            long now = s.ack + ((long) s.window << 7);
            assertThat(now).as("right edge").isGreaterThanOrEqualTo(edge);
            edge = now;
        }
        assertThat(edge).as("no new room").isLessThan(1 + (1 << 18) + LIMIT / 2);
    }

    @Test
    void openConnectionsGoOnWithSmallWindows() {
        fill();
        peer.drain();
        peer.use(FlowKey.v4(40000));
        peer.write(MSS).expect(ACK | PSH, 1, peer.flow().received.length() + 1, MSS);
    }

    @Test
    void whatComesOutOfOrderIsDroppedAndNotReported() {
        int next = fill();
        peer.drain();
        peer.inject(data(next + MSS));
        Seg ack = peer.expect(ACK, 1, next, 0);
        assertThat(ack.sack).isEmpty();
        peer.flow().consumeAll();
        peer.settle().drain();
        peer.inject(data(next + MSS));
        List<Seg> acks = peer.drain();
        assertThat(acks.get(acks.size() - 1).sack).hasSize(2);
        peer.inject(data(next)).expect(ACK, 1, next + 2 * MSS, 0);
    }

    @Test
    void theSendQueueIsSmallToo() {
        fill();
        peer.drain();
        peer.write(20_000);
        assertThat(peer.flow().connection.isWritable()).isFalse();
        peer.flow().consumeAll();
        assertThat(peer.flow().connection.isWritable()).isTrue();
        peer.settle().drain();
    }

    @Test
    void whatIsHeldInAnyWayCounts() {
        peer.connect();
        peer.write(5000).drain();
        assertThat(peer.stack().memory().used()).isEqualTo(5000);
        peer.inject(Seg.of(ACK).seq(1001).ack(1).data(new byte[500])).drain();
        assertThat(peer.stack().memory().used()).isEqualTo(5500);
        peer.inject(Seg.of(ACK).seq(1).ack(5001)).drain();
        assertThat(peer.stack().memory().used()).isEqualTo(500);
        peer.flow().connection.abort();
        peer.settle().drain();
        assertThat(peer.stack().memory().used()).isZero();
    }
}
