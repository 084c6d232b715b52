package io.tun2socks.config.clash;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.IdentityHashMap;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.JsonSchema;

/** Reads YAML into nodes that know their lines, within limits of size, depth and expansion. */
final class YamlTree {
    /** Bytes that a document may have. */
    static final int MAX_BYTES = 64 << 20;
    /** How deeply collections may lie in each other, aliases expanded. */
    static final int MAX_DEPTH = 64;
    /** Nodes that a document may have, aliases expanded. */
    static final long MAX_NODES = 4_000_000;

    private static final int MAX_ALIASES = 1_000_000;

    private record Extent(long nodes, int depth) {}

    private final Findings findings;
    private final IdentityHashMap<Node, Extent> extents = new IdentityHashMap<>();

    private YamlTree(Findings findings) {
        this.findings = findings;
    }

    /** Returns the document's root, or nothing if the document is empty or an error was found. */
    static Optional<Node> read(byte[] content, Findings findings) {
        return new YamlTree(findings).read(content);
    }

    static LoadSettings settings() {
        return LoadSettings.builder()
                .setUseMarks(true)
                .setCodePointLimit(MAX_BYTES)
                .setMaxAliasesForCollections(MAX_ALIASES)
                .setAllowNonScalarKeys(true)
                // Unlike the core schema it leaves merge keys alone, which would hide keys that are there twice.
                .setSchema(new JsonSchema())
                .build();
    }

    /** Decodes UTF-8 strictly, without a byte order mark. */
    static String decode(byte[] content) throws CharacterCodingException {
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(content))
                .toString();
        return text.startsWith("\ufeff") ? text.substring(1) : text;
    }

    private Optional<Node> read(byte[] content) {
        if (content.length > MAX_BYTES) {
            findings.error(0, "", "the file has " + content.length + " bytes; expected at most " + MAX_BYTES);
            return Optional.empty();
        }
        try {
            LoadSettings settings = settings();
            StreamReader reader = new StreamReader(settings, decode(content));
            Composer composer = new Composer(settings, new BoundedParser(new ParserImpl(settings, reader), MAX_DEPTH));
            if (!composer.hasNext()) {
                return Optional.empty();
            }
            Node root = composer.next();
            if (composer.hasNext()) {
                findings.error(line(composer.next()), "", "a second document begins; expected one");
            }
            return withinLimits(root) && !isNull(root) ? Optional.of(root) : Optional.empty();
        } catch (CharacterCodingException e) {
            findings.error(0, "", "the file is not UTF-8 text; expected YAML");
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(Mark::getLine).orElse(-1) + 1;
            findings.error(line, "", "not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            findings.error(0, "", "not YAML: " + e.getMessage());
        }
        return Optional.empty();
    }

    private boolean withinLimits(Node root) {
        Extent extent = extent(root);
        if (extent == null) {
            return false;
        }
        if (extent.nodes > MAX_NODES) {
            findings.error(0, "", "aliases (*name) make more than " + MAX_NODES + " values of it; expected fewer");
            return false;
        }
        if (extent.depth > MAX_DEPTH) {
            findings.error(0, "", "aliases (*name) lie in each other more than " + MAX_DEPTH + " deep; expected less");
            return false;
        }
        return true;
    }

    /**
     * Anchors stand before their aliases, so that what an alias stands for has been measured when it is met, and this
     * descends no deeper than the text is nested. Returns null if a node holds itself.
     */
    private Extent extent(Node node) {
        if (node instanceof ScalarNode) {
            return new Extent(1, 0);
        }
        if (extents.containsKey(node)) {
            Extent known = extents.get(node);
            if (known == null) {
                findings.error(
                        line(node), "", "an anchor (&name) holds an alias of itself; expected one that does not");
            }
            return known;
        }
        extents.put(node, null);
        Extent sum = new Extent(1, 1);
        if (node instanceof SequenceNode sequence) {
            for (Node item : sequence.getValue()) {
                sum = add(sum, extent(item));
                if (sum == null) {
                    return null;
                }
            }
        } else if (node instanceof MappingNode mapping) {
            for (NodeTuple entry : mapping.getValue()) {
                sum = add(sum, extent(entry.getKeyNode()));
                sum = sum == null ? null : add(sum, extent(entry.getValueNode()));
                if (sum == null) {
                    return null;
                }
            }
        }
        extents.put(node, sum);
        return sum;
    }

    private static Extent add(Extent sum, Extent part) {
        if (part == null) {
            return null;
        }
        // Beyond the limit the exact number does not matter, but it must not overflow.
        return new Extent(Math.min(sum.nodes + part.nodes, MAX_NODES + 1), Math.max(sum.depth, part.depth + 1));
    }

    /** Returns the line of a node, from 1; 0 if unknown. */
    static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }

    /** Returns whether a node is nothing, by the words of the core schema. */
    static boolean isNull(Node node) {
        if (node instanceof ScalarNode scalar && scalar.isPlain()) {
            return switch (scalar.getValue()) {
                case "", "~", "null", "Null", "NULL" -> true;
                default -> false;
            };
        }
        return node.getTag().equals(Tag.NULL);
    }

    /** Returns what a node is, for messages. */
    static String kind(Node node) {
        return switch (node.getNodeType()) {
            case MAPPING -> "a mapping";
            case SEQUENCE -> "a list";
            default -> "a single value";
        };
    }
}
