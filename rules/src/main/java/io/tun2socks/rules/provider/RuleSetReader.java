package io.tun2socks.rules.provider;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads the contents of rule providers. An entry that cannot be understood is left out and reported; contents of which no
 * entry is good are an error. Immutable; any thread.
 */
public final class RuleSetReader {
    private final ClassicalSyntax syntax;
    private final ClassicalCompiler compiler;
    private final RuleSetLimits limits;

    /**
     * Makes a reader.
     *
     * @param syntax reads the rules of classical sets
     * @param compiler compiles them
     * @param limits how much a file may hold
     */
    public RuleSetReader(ClassicalSyntax syntax, ClassicalCompiler compiler, RuleSetLimits limits) {
        this.syntax = syntax;
        this.compiler = compiler;
        this.limits = limits;
    }

    /**
     * Reads a file.
     *
     * @param file the file, whose name the messages begin with
     * @param behavior what its entries are
     * @param format how it is written
     * @return the set
     * @throws RuleSetException if no entry is good, the file is not of the format, or it is too large
     * @throws IOException if it cannot be read
     */
    public LoadedRuleSet read(Path file, RuleSetBehavior behavior, RuleSetFormat format)
            throws RuleSetException, IOException {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes((int) limits.contentBytes() + 1);
        }
        return read(file.toString(), content, behavior, format);
    }

    /**
     * Reads contents in memory.
     *
     * @param source what they are, for the beginning of messages: a file, a URL
     * @param content the contents
     * @param behavior what the entries are
     * @param format how they are written
     * @return the set
     * @throws RuleSetException if no entry is good, the contents are not of the format, or they are too large
     */
    public LoadedRuleSet read(String source, byte[] content, RuleSetBehavior behavior, RuleSetFormat format)
            throws RuleSetException {
        if (content.length > limits.contentBytes()) {
            throw new RuleSetException(source + " is larger than " + limits.contentBytes() + " bytes");
        }
        if (format == RuleSetFormat.MRS) {
            return MrsReader.read(source, content, behavior, limits.unpackedBytes());
        }
        SetMaker maker = maker(behavior, content.length);
        if (format == RuleSetFormat.TEXT) {
            TextLines.read(content, maker);
        } else if (!new YamlLines(content, maker).read()) {
            maker = readDocument(source, content, maker, maker(behavior, 0));
        }
        return finish(source, behavior, format, maker);
    }

    /**
     * Takes the entries that stand in the configuration itself.
     *
     * @param source what they are, for the beginning of messages
     * @param entries the entries; the problems count them as lines, from 1
     * @param behavior what they are
     * @return the set, which may be empty
     * @throws RuleSetException if what a rule needs is missing
     */
    public LoadedRuleSet inline(String source, List<String> entries, RuleSetBehavior behavior) throws RuleSetException {
        SetMaker maker = maker(behavior, 0);
        int line = 0;
        for (String entry : entries) {
            line++;
            if (!entry.isEmpty()) {
                maker.entry(entry, line);
            }
        }
        return make(source, maker);
    }

    /** Decides between what the general parser finds and what was found by lines. */
    private static SetMaker readDocument(String source, byte[] content, SetMaker byLines, SetMaker byDocument)
            throws RuleSetException {
        try {
            if (YamlDocument.read(content, byDocument)) {
                return byDocument;
            }
        } catch (YamlEngineException e) {
            if (byLines.size() == 0) {
                throw new RuleSetException(
                        source + " is not YAML: " + e.getMessage().replace('\n', ' '), e);
            }
            // One bad line shall not cost the others.
            return byLines;
        }
        throw new RuleSetException(source + " has no list 'payload': expected 'payload:' and below it '- ' and an entry"
                + " on each line");
    }

    private static LoadedRuleSet finish(String source, RuleSetBehavior behavior, RuleSetFormat format, SetMaker maker)
            throws RuleSetException {
        if (maker.size() > 0) {
            return make(source, maker);
        }
        String expected = ": expected behavior " + behavior + ", format " + format;
        Problems problems = maker.problems();
        throw new RuleSetException(
                problems.count() == 0
                        ? source + " holds no entry" + expected
                        : source + " holds no good entry of " + problems.count() + expected + "; "
                                + problems.first().get(0));
    }

    private static LoadedRuleSet make(String source, SetMaker maker) throws RuleSetException {
        try {
            return maker.finish();
        } catch (RuleSetException e) {
            throw new RuleSetException(source + ": " + e.getMessage(), e);
        }
    }

    private SetMaker maker(RuleSetBehavior behavior, int textBytes) {
        return switch (behavior) {
            case DOMAIN -> new SetMaker.Domains(textBytes);
            case IPCIDR -> new SetMaker.Addresses();
            case CLASSICAL -> new SetMaker.Rules(syntax, compiler);
        };
    }
}
