package io.tun2socks.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.engine.FlowRecord;
import io.tun2socks.outbound.Destination;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlowTableTest {
    @Test
    void flowsAreSortedByTheirBeginningAndColumnsLineUp() {
        FlowTable table = new FlowTable();
        table.onFlowClosed(flow("udp", "2001:db8::10", 7, 5, 1_500_000_000L, "idle"));
        table.onFlowClosed(flow("tcp", "203.0.113.10", 80, 3, 2_500_000L, "finished"));

        assertThat(table.render().lines())
                .containsExactly(
                        "NETWORK  SOURCE          DESTINATION       OUTBOUND         UP     DOWN  DURATION  OUTCOME",
                        "tcp      192.0.2.1:5000  203.0.113.10:80   socks5://x:1  100 B  2.0 KiB    2.5 ms  finished",
                        "udp      192.0.2.1:5000  [2001:db8::10]:7  socks5://x:1  100 B  2.0 KiB    1.50 s  idle");
    }

    @Test
    void theOutcomeDoesNotRepeatOutboundAndDestination() {
        FlowTable table = new FlowTable();
        table.onFlowClosed(
                flow("tcp", "203.0.113.10", 81, 0, 1, "socks5://x:1: connect to 203.0.113.10:81: connection refused"));

        assertThat(table.render()).endsWith("  connection refused\n");
    }

    @Test
    void waitingEndsWithEnoughFlowsOrWithTheTime() throws InterruptedException {
        FlowTable table = new FlowTable();
        table.onFlowClosed(flow("tcp", "203.0.113.10", 80, 0, 1, "finished"));

        assertThat(table.await(1, flow -> flow.network().equals("tcp"), 0)).isTrue();
        assertThat(table.await(1, flow -> flow.network().equals("udp"), 1)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "0,0 B",
        "1023,1023 B",
        "1024,1.0 KiB",
        "1048576,1.0 MiB",
        "67108864,64.0 MiB",
        "1073741824,1.0 GiB",
        "2199023255552,2048.0 GiB"
    })
    void bytesAreWrittenInTheUnitThatSuits(long count, String text) {
        assertThat(FlowTable.bytes(count)).isEqualTo(text);
    }

    private static FlowRecord flow(String network, String host, int port, long start, long took, String outcome) {
        return new FlowRecord(
                network,
                Destination.of(IpAddress.parse("192.0.2.1").orElseThrow(), 5000),
                Destination.of(IpAddress.parse(host).orElseThrow(), port),
                "socks5://x:1",
                "",
                List.of("socks5://x:1"),
                100,
                2048,
                start,
                start + took,
                outcome);
    }
}
