package io.tun2socks.rules.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MrsTest {
    private static final String DOMAINS = "+.example.com\nexample.com\n.below.test\n*.star.test\na.*.test\nlocalhost\n";

    private final RuleSetConverter converter = new RuleSetConverter(RuleSetLimits.DEFAULT);

    @Test
    void namesComeBackThroughMrs() throws RuleSetException, IOException {
        byte[] mrs = convert(DOMAINS.getBytes(UTF_8), RuleSetBehavior.DOMAIN, RuleSetFormat.TEXT);
        LoadedRuleSet loaded = read(mrs, RuleSetBehavior.DOMAIN);
        assertThat(loaded.problems()).isEmpty();
        assertThat(loaded.set().size()).as("as counted in the text").isEqualTo(6);
        assertThat(loaded.set().matches(new FlowMetadata().host("x.example.com")))
                .isTrue();
        assertThat(loaded.set().matches(new FlowMetadata().host("below.test"))).isFalse();
        assertThat(lines(convert(mrs, RuleSetBehavior.DOMAIN, RuleSetFormat.MRS)))
                .containsExactly("*.star.test", "+.example.com", ".below.test", "a.*.test", "localhost");
    }

    @Test
    void everythingComesBackThroughMrs() throws RuleSetException, IOException {
        byte[] mrs = convert("payload:\n  - +\n".getBytes(UTF_8), RuleSetBehavior.DOMAIN, RuleSetFormat.YAML);
        assertThat(read(mrs, RuleSetBehavior.DOMAIN).set().matches(new FlowMetadata().host("any.name")))
                .isTrue();
    }

    @Test
    void addressesComeBackThroughMrs() throws RuleSetException, IOException {
        String text = "10.0.0.0/8\n10.0.0.0/9\n1.2.3.4\n2001:db8::/32\n::/8\n255.255.255.255\n";
        byte[] mrs = convert(text.getBytes(UTF_8), RuleSetBehavior.IPCIDR, RuleSetFormat.TEXT);
        LoadedRuleSet loaded = read(mrs, RuleSetBehavior.IPCIDR);
        assertThat(loaded.set().size()).isEqualTo(6);
        assertThat(loaded.set().matches(new FlowMetadata().destinationIp(Ip.literal("2001:db8::1"))))
                .isTrue();
        assertThat(lines(convert(mrs, RuleSetBehavior.IPCIDR, RuleSetFormat.MRS)))
                .contains("1.2.3.4/32", "10.0.0.0/8", "255.255.255.255/32", "2001:db8::/32");
    }

    @Test
    void aFixtureIsReadAsItWasWritten() throws RuleSetException, IOException {
        byte[] mrs;
        try (InputStream in = MrsTest.class.getResourceAsStream("domains.mrs")) {
            mrs = in.readAllBytes();
        }
        assertThat(lines(convert(mrs, RuleSetBehavior.DOMAIN, RuleSetFormat.MRS)))
                .containsExactly("*.star.test", "+.example.com", ".below.test", "a.*.test", "localhost");
        assertThat(Zstd.decompress(convert(DOMAINS.getBytes(UTF_8), RuleSetBehavior.DOMAIN, RuleSetFormat.TEXT), 4096))
                .isEqualTo(Zstd.decompress(mrs, 4096));
    }

    @Property(tries = 200)
    void anySetComesBackThroughMrs(@ForAll @Size(min = 1, max = 50) List<@From("entries") String> entries)
            throws RuleSetException, IOException {
        byte[] text = String.join("\n", entries).getBytes(UTF_8);
        byte[] mrs = convert(text, RuleSetBehavior.DOMAIN, RuleSetFormat.TEXT);
        byte[] back = convert(mrs, RuleSetBehavior.DOMAIN, RuleSetFormat.MRS);
        assertThat(convert(back, RuleSetBehavior.DOMAIN, RuleSetFormat.TEXT).length)
                .isPositive();
        TreeSet<String> expected = new TreeSet<>(entries);
        for (String entry : entries) {
            String name = entry.replaceFirst("^\\+?\\.", "");
            if (expected.contains("+." + name) || (expected.contains(name) && expected.contains("." + name))) {
                expected.removeAll(List.of(name, "." + name));
                expected.add("+." + name);
            }
        }
        assertThat(lines(back)).containsExactlyElementsOf(expected);
    }

    @Provide
    Arbitrary<String> entries() {
        return Arbitraries.of("a", "b", "ab", "*", "a-b")
                .list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .flatMap(labels -> Arbitraries.of("", ".", "+.").map(prefix -> prefix + String.join(".", labels)));
    }

    @Test
    void aTruncatedFileIsAnError() throws RuleSetException, IOException {
        for (RuleSetBehavior behavior : List.of(RuleSetBehavior.DOMAIN, RuleSetBehavior.IPCIDR)) {
            String text = behavior == RuleSetBehavior.DOMAIN ? DOMAINS : "10.0.0.0/8\n2001:db8::/32\n";
            byte[] mrs = convert(text.getBytes(UTF_8), behavior, RuleSetFormat.TEXT);
            byte[] unpacked = Zstd.decompress(mrs, 4096);
            for (int length = 0; length < unpacked.length; length++) {
                byte[] part = Zstd.compress(Arrays.copyOf(unpacked, length));
                assertThatThrownBy(() -> read(part, behavior))
                        .as("%d bytes of %d", length, unpacked.length)
                        .isInstanceOf(RuleSetException.class)
                        .hasMessageContaining("too early");
            }
            // The last bytes are a checksum or the end of the frame, which need not be read.
            for (int length = 0; length < mrs.length - 8; length++) {
                byte[] part = Arrays.copyOf(mrs, length);
                assertThatThrownBy(() -> read(part, behavior))
                        .as("%d packed bytes", length)
                        .isInstanceOf(RuleSetException.class);
            }
        }
    }

    @Test
    void anyDamagedByteIsAnErrorOrAnotherSet() throws RuleSetException, IOException {
        byte[] mrs = convert(DOMAINS.getBytes(UTF_8), RuleSetBehavior.DOMAIN, RuleSetFormat.TEXT);
        byte[] unpacked = Zstd.decompress(mrs, 4096);
        int errors = 0;
        int total = 0;
        for (int i = 0; i < unpacked.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] damaged = unpacked.clone();
                damaged[i] ^= (byte) (1 << bit);
                total++;
                try {
                    LoadedRuleSet loaded = read(Zstd.compress(damaged), RuleSetBehavior.DOMAIN);
                    assertThat(loaded.set().size()).isPositive();
                } catch (RuleSetException e) {
                    assertThat(e).hasMessageStartingWith("set.mrs ");
                    errors++;
                }
            }
        }
        assertThat(errors).isGreaterThan(total / 4);
    }

    @Test
    void lengthsThatAreNotTrueCostNothing() throws IOException {
        for (long length : new long[] {Long.MAX_VALUE, Integer.MAX_VALUE / 64, 1L << 40, 0, -1, Long.MIN_VALUE}) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = header(bytes, 0, 5, 0);
            out.writeByte(1);
            out.writeLong(length);
            assertRefused(bytes.toByteArray(), RuleSetBehavior.DOMAIN);
            bytes.reset();
            out = header(bytes, 1, 5, 0);
            out.writeByte(1);
            out.writeLong(length);
            assertRefused(bytes.toByteArray(), RuleSetBehavior.IPCIDR);
            bytes.reset();
            header(bytes, 0, 5, length == 0 ? 7 : length);
            assertRefused(bytes.toByteArray(), RuleSetBehavior.DOMAIN);
        }
    }

    @Test
    void aDecompressionBombIsStoppedAtTheLimit() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = header(bytes, 0, 1, 64 << 20);
        out.write(new byte[64 << 20]);
        byte[] bomb = Zstd.compress(bytes.toByteArray());
        assertThat(bomb.length).isLessThan(100_000);
        RuleSetReader reader =
                new RuleSetReader((text, line) -> null, rules -> null, new RuleSetLimits(1 << 20, 1 << 20));
        assertThatThrownBy(() -> reader.read("set.mrs", bomb, RuleSetBehavior.DOMAIN, RuleSetFormat.MRS))
                .isInstanceOf(RuleSetException.class)
                .hasMessageContaining("unpacks to more than 1048576 bytes");
    }

    @Test
    void whatIsNoMrsFileIsAnError() throws IOException, RuleSetException {
        assertThatThrownBy(() -> read("payload:\n".getBytes(UTF_8), RuleSetBehavior.DOMAIN))
                .isInstanceOf(RuleSetException.class)
                .hasMessageStartingWith("set.mrs is no mrs file");
        assertThatThrownBy(() -> read(Zstd.compress("payload:\n".getBytes(UTF_8)), RuleSetBehavior.DOMAIN))
                .hasMessageContaining("4d525301");
        byte[] names = convert(DOMAINS.getBytes(UTF_8), RuleSetBehavior.DOMAIN, RuleSetFormat.TEXT);
        assertThatThrownBy(() -> read(names, RuleSetBehavior.IPCIDR))
                .hasMessageContaining("behavior domain: expected ipcidr");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = header(bytes, 0, 1, 0);
        out.writeByte(2);
        assertThatThrownBy(() -> read(Zstd.compress(bytes.toByteArray()), RuleSetBehavior.DOMAIN))
                .hasMessageContaining("version 2");
    }

    @Test
    void aTrieThatLeadsBackIsAnError() throws IOException {
        // One label, whose node would have to be behind both ones.
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = header(bytes, 0, 1, 0);
        out.writeByte(1);
        out.writeLong(1);
        out.writeLong(2);
        out.writeLong(1);
        out.writeLong(0b101);
        out.writeLong(1);
        out.writeByte('a');
        assertRefused(bytes.toByteArray(), RuleSetBehavior.DOMAIN);
    }

    private static DataOutputStream header(ByteArrayOutputStream bytes, int behavior, long count, long extra)
            throws IOException {
        DataOutputStream out = new DataOutputStream(bytes);
        out.write("MRS\u0001".getBytes(UTF_8));
        out.writeByte(behavior);
        out.writeLong(count);
        out.writeLong(extra);
        return out;
    }

    private static void assertRefused(byte[] unpacked, RuleSetBehavior behavior) {
        assertThatThrownBy(() -> read(Zstd.compress(unpacked), behavior))
                .isInstanceOf(RuleSetException.class)
                .hasMessageStartingWith("set.mrs is no mrs file: ");
    }

    private static LoadedRuleSet read(byte[] mrs, RuleSetBehavior behavior) throws RuleSetException {
        RuleSetReader reader = new RuleSetReader((text, line) -> null, rules -> null, RuleSetLimits.DEFAULT);
        return reader.read("set.mrs", mrs, behavior, RuleSetFormat.MRS);
    }

    private byte[] convert(byte[] content, RuleSetBehavior behavior, RuleSetFormat format)
            throws RuleSetException, IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        LoadedRuleSet loaded = converter.convert("set." + format, content, behavior, format, out);
        assertThat(loaded.problems()).isEmpty();
        return out.toByteArray();
    }

    private static List<String> lines(byte[] text) {
        return new String(text, UTF_8).lines().sorted().toList();
    }
}
