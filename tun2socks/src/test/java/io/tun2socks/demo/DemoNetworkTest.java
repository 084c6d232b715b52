package io.tun2socks.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoNetworkTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "nobody",
            value = {
                "203.0.113.10,127.0.0.1",
                "2001:db8::10,::1",
                "2001:db8:0:0:0:0:0:10,::1",
                "203.0.113.99,nobody",
                "2001:db8::99,nobody",
                "127.0.0.1,nobody",
                "example.com,nobody"
            })
    void onlyTheSiteStandsForLoopback(String host, String loopback) {
        assertThat(DemoNetwork.loopbackFor(host)).isEqualTo(loopback);
    }
}
