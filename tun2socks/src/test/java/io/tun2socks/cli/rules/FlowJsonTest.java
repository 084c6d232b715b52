package io.tun2socks.cli.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.InboundType;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlowJsonTest {
    @Test
    void everyKeyIsRead() {
        FlowMetadata flow = FlowJson.read("{\"network\":\"UDP\",\"host\":\"EXAMPLE.com.\",\"dst_ip\":\"1.2.3.4\","
                + "\"dst_port\":443,\"src_ip\":\"fd00::1\",\"src_port\":\"1234\",\"process\":\"curl\","
                + "\"process_path\":\"/usr/bin/curl\",\"uid\":4294967295,\"in_type\":\"socks5\",\"in_port\":7890,"
                + "\"in_user\":\"Me\",\"in_name\":\"mixed\",\"dscp\":46}");

        assertThat(flow.network()).isEqualTo(Network.UDP);
        assertThat(flow.host()).isEqualTo("example.com");
        assertThat(flow.destinationIp()).isEqualTo(Ip.literal("1.2.3.4"));
        assertThat(flow.destinationPort()).isEqualTo(443);
        assertThat(flow.sourceIp()).isEqualTo(Ip.literal("fd00::1"));
        assertThat(flow.sourcePort()).isEqualTo(1234);
        assertThat(flow.process()).isEqualTo("curl");
        assertThat(flow.processPath()).isEqualTo("/usr/bin/curl");
        assertThat(flow.uid()).isEqualTo(4294967295L);
        assertThat(flow.inboundType()).isEqualTo(InboundType.SOCKS5);
        assertThat(flow.inboundPort()).isEqualTo(7890);
        assertThat(flow.inboundUser()).isEqualTo("Me");
        assertThat(flow.inboundName()).isEqualTo("mixed");
        assertThat(flow.dscp()).isEqualTo(46);
        assertThat(flow.processSought()).isTrue();
    }

    @Test
    void whatIsLeftOutOrNullIsUnknown() {
        FlowMetadata flow = FlowJson.read("{\"host\":null,\"dst_ip\":\"\"}");

        assertThat(flow.host()).isEmpty();
        assertThat(flow.destinationIp()).isNull();
        assertThat(flow.uid()).isEqualTo(FlowMetadata.UNKNOWN);
        assertThat(flow.network()).isEqualTo(Network.TCP);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[]|expected a JSON object",
                "{\"hots\":\"a\"}|unknown key 'hots'",
                "{\"dst_port\":65536}|dst_port: expected a whole number from 0 to 65535",
                "{\"dst_port\":1.5}|dst_port: expected a whole number",
                "{\"dscp\":64}|dscp: expected a whole number from 0 to 63",
                "{\"dst_ip\":\"1.2.3\"}|dst_ip: '1.2.3' is not",
                "{\"network\":\"icmp\"}|network: 'icmp' is none; expected tcp or udp",
                "{\"in_type\":\"x\"}|in_type: 'x' is none; expected one of [HTTP",
                "{\"host\":1}|host: expected a string",
                "{\"host\":\"a\",\"host\":\"b\"}|the key 'host' stands there twice",
                "{\"host\":\"a\"|not JSON",
                "{} {}|expected one JSON object a line",
            })
    void whatIsWrongIsNamed(String line, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FlowJson.read(line))
                .withMessageContaining(message);
    }
}
