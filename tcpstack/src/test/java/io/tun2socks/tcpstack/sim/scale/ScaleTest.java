package io.tun2socks.tcpstack.sim.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** How many connections fit into how much memory, in a JVM of their own. */
class ScaleTest {
    /** The most bytes of heap and buffers that an idle established connection may take. */
    private static final long MOST_PER_CONNECTION = 2048;

    @Test
    void fiftyThousandConnectionsAtOnceFitInto512MiB() throws IOException, InterruptedException {
        String out = run("-Xmx512m -XX:MaxDirectMemorySize=64m", "connect", "50000");
        assertThat(out).contains("50000 connections at once");
    }

    @Test
    void anIdleConnectionTakesLittleMemory() throws IOException, InterruptedException {
        String out = run("-Xmx512m -XX:+UseSerialGC", "measure", "20000");
        Matcher total = Pattern.compile("total=(\\d+)").matcher(out);
        assertThat(total.find()).as(out).isTrue();
        assertThat(Long.parseLong(total.group(1)))
                .as("bytes per idle established connection: %s", out)
                .isLessThanOrEqualTo(MOST_PER_CONNECTION);
    }

    private static String run(String jvmArguments, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(Arrays.asList(jvmArguments.split(" ")));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), CrowdMain.class.getName()));
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        System.out.print(out);
        return out;
    }
}
