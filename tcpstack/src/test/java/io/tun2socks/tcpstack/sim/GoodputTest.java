package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.tcp.TcpConfig;
import io.tun2socks.tcpstack.tcp.congestion.CongestionAlgorithm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How much gets through: bulk data to a client over a path of 20 ms, in virtual time, so that it is always the same. */
class GoodputTest {
    private static final int MTU = 1500;
    private static final long ONE_WAY = 10 * SimClock.MS;
    private static final double MBIT = 1e6;
    /** What of a full packet is payload. */
    private static final double EFFICIENCY = 1448.0 / MTU;

    /** Bits per second of payload. */
    private static double goodput(Simulation.Result result, int bytes) {
        return bytes * 8e9 / result.nanos();
    }

    private static Simulation.Result download(
            long seed,
            CongestionAlgorithm algorithm,
            double loss,
            double reordering,
            double mbit,
            int queue,
            int bytes) {
        VirtualLink.Path down = new VirtualLink.Path(loss, 0, reordering, 0, ONE_WAY, (long) (mbit * MBIT), queue);
        VirtualLink.Path up = VirtualLink.Path.clean(ONE_WAY).withLoss(loss);
        ClientOptions modern = ClientOptions.modern(true, MTU).reading(4 << 20, 0);
        TcpConfig tcp = TcpConfig.DEFAULT.withCongestion(algorithm);
        return Simulation.measure(new Simulation.Scenario(
                seed,
                true,
                MTU,
                Offloads.ALL,
                StackConfig.defaults(MTU, Offloads.ALL).withTcp(tcp),
                modern,
                new StreamApp.Behaviour(false, 0, 65536),
                0,
                up,
                down,
                0,
                bytes,
                1_000_000_000L,
                600_000 * SimClock.MS));
    }

    private static int queue(double mbit) {
        return (int) (mbit * MBIT / 8 * 2 * ONE_WAY / 1e9);
    }

    /** What Reno's square root gives (RFC 9438 4.3: CUBIC is to have that at least on short paths). */
    private static double renoGoodput(double loss) {
        return Math.sqrt(1.5 / loss) * 1448 * 8 * 1e9 / (2 * ONE_WAY);
    }

    @ParameterizedTest
    @EnumSource
    void aCleanPathIsFilled(CongestionAlgorithm algorithm) {
        int bytes = 16 << 20;
        Simulation.Result result = download(1, algorithm, 0, 0, 100, queue(100), bytes);
        assertThat(goodput(result, bytes)).isGreaterThan(0.85 * 100 * MBIT * EFFICIENCY);
        assertThat(result.timeouts() + result.undone()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"CUBIC, 0.01, 50", "CUBIC, 0.01, 100", "CUBIC, 0.03, 100", "NEW_RENO, 0.01, 100"})
    void lossLeavesWhatTheAlgorithmPromises(CongestionAlgorithm algorithm, double loss, double mbit) {
        int bytes = 4 << 20;
        double sum = 0;
        for (int seed = 1; seed <= 5; seed++) {
            sum += goodput(download(seed, algorithm, loss, 0, mbit, queue(mbit), bytes), bytes);
        }
        assertThat(sum / 5).isGreaterThan(renoGoodput(loss));
    }

    @Test
    void cubicUsesALossyPathBetterThanNewReno() {
        int bytes = 16 << 20;
        Simulation.Result cubic = download(3, CongestionAlgorithm.CUBIC, 0.001, 0, 100, queue(100), bytes);
        Simulation.Result reno = download(3, CongestionAlgorithm.NEW_RENO, 0.001, 0, 100, queue(100), bytes);
        assertThat(cubic.nanos()).isLessThan(reno.nanos());
    }

    /** Tail loss probes and RACK repair everything but a probe that is lost as well. */
    @Test
    void rfc8985_onePercentLossNeedsHardlyATimeOut() {
        long timeouts = 0;
        long retransmits = 0;
        for (int seed = 1; seed <= 100; seed++) {
            Simulation.Result result = download(seed, CongestionAlgorithm.CUBIC, 0.01, 0, 50, queue(50), 1 << 20);
            timeouts += result.timeouts();
            retransmits += result.retransmits();
        }
        assertThat(retransmits).isGreaterThan(500);
        assertThat(timeouts).isLessThanOrEqualTo(5);
    }

    /** Short transfers are all tail: the time-out is what makes the slowest of them slow. */
    @Test
    void rfc8985_7_shortTransfersDoNotWaitForTimeOuts() {
        long timeouts = 0;
        long probes = 0;
        for (int seed = 1; seed <= 300; seed++) {
            Simulation.Result result = download(seed, CongestionAlgorithm.CUBIC, 0.02, 0, 50, queue(50), 30_000);
            timeouts += result.timeouts();
            probes += result.tailProbes();
        }
        assertThat(probes).isGreaterThan(10);
        assertThat(timeouts).isLessThanOrEqualTo(10);
    }

    /** Packets that come up to one and a half round trips late are not taken for lost for good. */
    @Test
    void rfc4015_reorderingCostsLessThanLoss() {
        int bytes = 4 << 20;
        Simulation.Result late = download(1, CongestionAlgorithm.CUBIC, 0, 0.02, 50, queue(50), bytes);
        Simulation.Result lost = download(1, CongestionAlgorithm.CUBIC, 0.02, 0, 50, queue(50), bytes);
        assertThat(late.nanos()).isLessThan(lost.nanos() * 2 / 3);
        assertThat(late.undone()).isGreaterThan(10);
        assertThat(late.timeouts()).isZero();
    }
}
