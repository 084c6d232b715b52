package io.tun2socks.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    // Values from go-units' own size_test.go for RAMInBytes.
    @ParameterizedTest
    @CsvSource({
        "32, 32",
        "32b, 32",
        "32B, 32",
        "32k, 32768",
        "32K, 32768",
        "32kb, 32768",
        "32Kb, 32768",
        "32Kib, 32768",
        "32KIB, 32768",
        "32Mb, 33554432",
        "32Gb, 34359738368",
        "32Tb, 35184372088832",
        "32Pb, 36028797018963968",
        "32.5kB, 33280",
        "32.5 kB, 33280",
        "32.5 B, 32",
        "0.3 K, 307",
        ".3kB, 307",
        "0., 0",
        "0. b, 0",
        "-0, 0",
        "512k, 524288",
        "1MiB, 1048576",
    })
    void readsWhatGoUnitsReads(String text, long bytes) {
        assertThat(ByteSize.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                ".",
                ". ",
                " ",
                "  ",
                " .",
                "-32",
                "-32b",
                "-32kB",
                "32 bb",
                "32 BB",
                "32.b.b",
                "32s",
                "32kBb",
                "1  MiB",
                "9999999p"
            })
    void refusesTheRest(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ByteSize.parse(text))
                .withMessageContaining("expected a size such as 65536, 512k, 1m or 4MiB");
    }
}
