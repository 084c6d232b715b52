package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The MSS that we announce and the one that we keep to. */
class MssTest {
    private static ScriptedPeer peer(boolean ipv4, int mtu, boolean offloads) {
        return new ScriptedPeer(StackConfig.defaults(mtu, offloads ? Offloads.ALL : Offloads.NONE))
                .use(ipv4 ? FlowKey.v4(40000) : FlowKey.v6(40000));
    }

    @ParameterizedTest
    @CsvSource({
        "true, 576, 536",
        "true, 1280, 1240",
        "true, 1500, 1460",
        "true, 9000, 8960",
        "true, 65535, 65495",
        "false, 1280, 1220",
        "false, 1500, 1440",
        "false, 9000, 8940",
        "false, 65535, 65475"
    })
    void rfc9293_3_7_1_weAnnounceWhatTheDeviceTakes(boolean ipv4, int mtu, int expected) {
        for (int offered : new int[] {-1, 0, 500, 1460, 65535}) {
            try (ScriptedPeer peer = peer(ipv4, mtu, false)) {
                peer.inject(Seg.of(Seg.SYN).mss(offered));
                peer.flow().connection.accept();
                peer.settle();
                assertThat(peer.next().mss).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        // The smaller of what both sides take.
        "true, 1500, 1460, 1460",
        "true, 1500, 1000, 1000",
        "true, 1500, 9000, 1460",
        "true, 1500, 65535, 1460",
        "true, 576, 1460, 536",
        "true, 9000, 8960, 8960",
        "true, 65535, 65535, 65495",
        "true, 65535, 1460, 1460",
        "false, 1500, 1460, 1440",
        "false, 1280, 1440, 1220",
        "false, 1500, 1220, 1220",
        "false, 65535, 65535, 65475",
        // Without the option: 536 and 1220.
        "true, 1500, -1, 536",
        "true, 576, -1, 536",
        "false, 1500, -1, 1220",
        "false, 1280, -1, 1220",
        // A client must not make us send crumbs; Linux' least is 48.
        "true, 1500, 0, 64",
        "true, 1500, 1, 64",
        "true, 1500, 63, 64",
        "true, 1500, 65, 65",
        "false, 1500, 0, 64"
    })
    void rfc9293_3_7_1_weSendNoMoreThanBothTake(boolean ipv4, int mtu, int offered, int expected) {
        for (boolean offloads : new boolean[] {false, true}) {
            try (ScriptedPeer peer = peer(ipv4, mtu, offloads)) {
                peer.connect(Seg.of(Seg.SYN).mss(offered).sackPermitted(true));
                peer.write(5 * expected + 1);
                List<Seg> sent = peer.drain();
                if (expected < 2000) {
                    assertThat(sent).hasSize(6);
                    assertThat(sent.get(5).payload).hasSize(1);
                    sent.remove(5);
                }
                // cwnd holds few of the large ones.
                assertThat(sent)
                        .isNotEmpty()
                        .allSatisfy(s -> assertThat(s.payload).hasSize(expected));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"true, 1500, 1448", "true, 576, 524", "false, 1500, 1428", "false, 1280, 1208"})
    void rfc6691_2_timestampsAreSubtracted(boolean ipv4, int mtu, int expected) {
        for (boolean offloads : new boolean[] {false, true}) {
            try (ScriptedPeer peer = peer(ipv4, mtu, offloads)) {
                peer.connect(Seg.of(Seg.SYN).mss(1460).timestamps(0, 0));
                peer.write(4 * expected);
                assertThat(peer.drain())
                        .hasSize(4)
                        .allSatisfy(s -> assertThat(s.payload).hasSize(expected));
            }
        }
    }
}
