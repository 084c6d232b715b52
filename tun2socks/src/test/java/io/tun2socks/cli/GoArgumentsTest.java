package io.tun2socks.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tun2socks.config.Setting;
import io.tun2socks.config.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoArgumentsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--device tun0 --proxy socks5://h:1",
                "-device tun0 -proxy socks5://h:1",
                "--device=tun0 --proxy=socks5://h:1",
                "-device=tun0 -proxy=socks5://h:1",
                "-d tun0 -p socks5://h:1",
                "-dtun0 -psocks5://h:1",
                "-d=tun0 -p=socks5://h:1",
                "-device x -d tun0 -proxy socks5://h:1",
            })
    void allFormsOfGoAreRead(String line) throws UsageException {
        GoArguments arguments = parse(line);
        assertThat(arguments.settings().text(Setting.DEVICE)).contains("tun0");
        assertThat(arguments.settings().text(Setting.PROXY)).contains("socks5://h:1");
    }

    @Test
    void valuesMayLookLikeFlagsAndHoldEqualsSigns() throws UsageException {
        GoArguments arguments = GoArguments.parse("--tun-post-up", "-x", "-proxy=socks5://u:p=q@h:1", "--tun-pre-up=");
        assertThat(arguments.settings().text(Setting.TUN_POST_UP)).contains("-x");
        assertThat(arguments.settings().text(Setting.PROXY)).contains("socks5://u:p=q@h:1");
        assertThat(arguments.settings().text(Setting.TUN_PRE_UP)).contains("");
    }

    @ParameterizedTest
    @CsvSource({
        "-tcp-auto-tuning, true",
        "--tcp-auto-tuning, true",
        "--tcp-auto-tuning=false, false",
        "-tcp-auto-tuning=0, 0",
        "--tcp-auto-tuning=T, T"
    })
    void booleansTakeNoSeparateValue(String arg, String value) throws UsageException {
        GoArguments arguments = GoArguments.parse(arg, "-v");
        assertThat(arguments.settings().text(Setting.TCP_AUTO_TUNING)).contains(value);
        assertThat(arguments.version()).isTrue();
    }

    @Test
    void listsAreRepeatedOrSeparated() throws UsageException {
        assertThat(parse("--address 10.0.0.1/8,fd00::1/64 -address=10.1.0.1/8")
                        .settings()
                        .texts(Setting.ADDRESS))
                .containsExactly("10.0.0.1/8", "fd00::1/64", "10.1.0.1/8");
    }

    @Test
    void knowsItsOwnFlags() throws UsageException {
        assertThat(parse("-c f.yaml").configFile()).isEqualTo("f.yaml");
        assertThat(parse("-config=f.yaml").configFile()).isEqualTo("f.yaml");
        assertThat(parse("--version").version()).isTrue();
        assertThat(parse("--version=false").version()).isFalse();
        assertThat(parse("-help").help()).isTrue();
        assertThat(parse("-vh").help()).isTrue();
    }

    @Test
    void emptyArgumentsAreIgnored() throws UsageException {
        assertThat(GoArguments.parse("-d", "tun0", "", "--").settings().text(Setting.DEVICE))
                .contains("tun0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --devcie tun0          | unknown flag '--devcie'; did you mean --device?
            -udp-timout=3s         | unknown flag '-udp-timout'; did you mean --udp-timeout?
            --banana               | unknown flag '--banana'
            -vx                    | unknown flag '-x' in '-vx'
            -d                     | -d: a value is missing; expected -d [DRIVER://]NAME
            --config               | --config: a value is missing; expected --config FILE
            --version=maybe        | --version: 'maybe' is not a boolean; expected true or false
            -d tun0 extra          | unexpected argument 'extra'; expected flags only
            """)
    void saysWhatIsWrong(String line, String message) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> parse(line))
                .withMessage(message);
    }

    private static GoArguments parse(String line) throws UsageException {
        return GoArguments.parse(line.split(" ", -1));
    }
}
