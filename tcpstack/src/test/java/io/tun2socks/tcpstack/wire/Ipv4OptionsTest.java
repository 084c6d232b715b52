package io.tun2socks.tcpstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class Ipv4OptionsTest {
    private static int check(byte[] options) {
        ByteBuf b = Unpooled.wrappedBuffer(new byte[3 + Ipv4Header.LENGTH], options);
        return Ipv4Options.check(b, 3, Ipv4Header.LENGTH + options.length);
    }

    @ParameterizedTest
    @CsvSource({
        "'', 0",
        "0, 0",
        "1 1 1 1, 0",
        "148 4 0 0, 0",
        "7 3 4 0, 0",
        "0 131 3 4, 0",
        "131 3 4 0, -1",
        "1 137 3 4, -1",
        "148 4 0 0 131 3 4 0, -1",
        "7 1 0 0, 20",
        "7 0 0 0, 20",
        "7 5 0 0, 20",
        "1 1 1 7, 23",
        "131 9 4 0, 20"
    })
    void rfc791_3_1_examples(String text, int expected) {
        int[] values = text.isEmpty()
                ? new int[0]
                : Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
        byte[] options = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            options[i] = (byte) values[i];
        }
        assertThat(check(options)).isEqualTo(expected);
    }

    /** The buffer ends where the options end: to read behind them would throw. */
    @Property
    void anythingIsPassableSourceRoutedOrPointedAt(@ForAll @Size(max = 40) byte[] options) {
        int checked = check(options);
        assertThat(checked)
                .matches(c -> c == Ipv4Options.PASSABLE
                        || c == Ipv4Options.SOURCE_ROUTED
                        || (c >= Ipv4Header.LENGTH && c < Ipv4Header.LENGTH + options.length));
    }
}
