package io.tun2socks.config.clash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.nodes.Node;

/** The documents about the configuration say what the reader does. */
class ExampleTest {
    private static final Path DOCS = Path.of("..", "docs");

    @Test
    void exampleLoadsWithoutRemarks() throws Exception {
        ClashConfigReader.Result result = ClashConfigReader.read(
                DOCS.resolve("config.example.yaml"), ReadOptions.forFile(DOCS.resolve("config.example.yaml")));
        assertThat(result.remarks()).isEmpty();
        ClashConfig config = result.config();
        assertThat(config.proxies()).hasSize(5);
        assertThat(config.proxies().get(1).tls().sni()).isEqualTo("proxy.example.com");
        assertThat(config.groups().get(1).proxies()).containsExactly("office", "office-tls");
        assertThat(config.rules()).hasSize(10);
        assertThat(config.subRules()).containsOnlyKeys("udp-rules");
        assertThat(config.general().hosts()).hasSize(5);
    }

    @Test
    void exampleHasEveryKeyThatIsServed() throws Exception {
        String example = Files.readString(DOCS.resolve("config.example.yaml"));
        Set<String> missing = new TreeSet<>();
        for (String pattern : knownKeys()) {
            String key = pattern.substring(pattern.lastIndexOf('.') + 1);
            boolean served = !isWithinNotServed(pattern);
            if (served && !example.contains(key + ":")) {
                missing.add(pattern);
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void tableHasEveryKeyAndSaysWhichAreServed() throws Exception {
        String table = Files.readString(DOCS.resolve("config.md"));
        Set<String> wrong = new TreeSet<>();
        for (String pattern : knownKeys()) {
            boolean served = !isWithinNotServed(pattern);
            boolean right = table.lines()
                    .filter(line -> line.startsWith("| ") && line.contains("`" + pattern + "`"))
                    .anyMatch(line -> line.endsWith(served ? "| yes |" : "| no |"));
            if (!right) {
                wrong.add(pattern + " " + (served ? "yes" : "no"));
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void keysByWhichTheFormatIsKnownAreThoseThatAreRead() throws Exception {
        Set<String> roots = new TreeSet<>(knownKeys());
        roots.removeIf(pattern -> pattern.contains("."));
        assertThat(roots).isEqualTo(new TreeSet<>(ClashKeys.ALL));
    }

    @Test
    void notServedKeysAreKnownOnes() throws Exception {
        assertThat(knownKeys()).containsAll(NotServed.table().keySet());
    }

    private static boolean isWithinNotServed(String pattern) {
        for (String key = pattern; !key.isEmpty(); ) {
            if (NotServed.about(key).isPresent()) {
                return true;
            }
            int dot = key.lastIndexOf('.');
            key = dot < 0 ? "" : key.substring(0, dot);
        }
        return false;
    }

    /** The keys that the reader asks for in a file that has all kinds of sections. */
    private static Set<String> knownKeys() throws Exception {
        Findings findings = new Findings("all");
        String all = Files.readString(DOCS.resolve("config.example.yaml"))
                + "sniffer: {sniff: {TLS: {ports: [443]}}}\n"
                + "dns: {fallback-filter: {geoip: false}}\n";
        Node root =
                YamlTree.read(all.getBytes(StandardCharsets.UTF_8), findings).orElseThrow();
        ClashConfigReader.config(Fields.root(root, findings), Reading.OPTIONS);
        findings.throwIfErrors();
        Set<String> known = new TreeSet<>(findings.knownKeys());
        // An inline provider's proxies have the keys of proxies, and a header's names are free.
        known.removeIf(pattern -> pattern.contains(".payload[]."));
        return known;
    }
}
