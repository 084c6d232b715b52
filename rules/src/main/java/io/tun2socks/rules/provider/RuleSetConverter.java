package io.tun2socks.rules.provider;

import io.tun2socks.rules.parse.RuleSyntaxException;
import io.tun2socks.rules.set.CidrSet;
import io.tun2socks.rules.set.DomainSet;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Converts rule sets: YAML and text to mrs, and mrs to text. */
public final class RuleSetConverter {
    private final RuleSetReader reader;

    /**
     * Makes a converter.
     *
     * @param limits how much a file may hold
     */
    public RuleSetConverter(RuleSetLimits limits) {
        reader = new RuleSetReader(
                (text, line) -> {
                    throw new RuleSyntaxException("rules are not converted");
                },
                rules -> {
                    throw new RuleSetException("rules are not converted");
                },
                limits);
    }

    /**
     * Converts a set.
     *
     * @param source what it is, for the beginning of messages
     * @param content the contents
     * @param behavior what the entries are: {@code DOMAIN} or {@code IPCIDR}
     * @param format how they are written; {@code MRS} is converted to text, the others to mrs
     * @param out where to write; not closed
     * @return what was read, with the entries that were left out
     * @throws RuleSetException if the contents cannot be used
     * @throws IOException if writing fails
     */
    public LoadedRuleSet convert(
            String source, byte[] content, RuleSetBehavior behavior, RuleSetFormat format, OutputStream out)
            throws RuleSetException, IOException {
        if (behavior == RuleSetBehavior.CLASSICAL) {
            throw new RuleSetException(
                    source + ": a classical set has no mrs form: expected behavior domain or ipcidr");
        }
        LoadedRuleSet loaded = reader.read(source, content, behavior, format);
        if (loaded.set() instanceof DomainRuleSet set && set.domains() instanceof DomainSet domains) {
            if (format == RuleSetFormat.MRS) {
                writeText(out, domains::forEach);
            } else {
                MrsWriter.write(domains, out);
            }
        } else if (loaded.set() instanceof IpCidrRuleSet set && set.addresses() instanceof CidrSet addresses) {
            if (format == RuleSetFormat.MRS) {
                writeText(out, lines -> addresses.forEach(cidr -> lines.accept(cidr.toString())));
            } else {
                MrsWriter.write(addresses, out);
            }
        }
        return loaded;
    }

    private static void writeText(OutputStream out, Consumer<Consumer<String>> entries) throws IOException {
        Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        try {
            entries.accept(entry -> line(writer, entry));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        writer.flush();
    }

    private static void line(Writer writer, String entry) {
        try {
            writer.write(entry);
            writer.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
