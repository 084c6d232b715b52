package io.tun2socks.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads the configuration file: one YAML mapping with the keys of {@link Setting}. */
public final class ConfigFile {
    private final Path file;
    private final RawSettings settings = new RawSettings();

    private ConfigFile(Path file) {
        this.file = file;
    }

    /**
     * Reads a file.
     *
     * @param file where it is
     * @return the settings in it
     * @throws UsageException if it does not say what was expected; the message names file, line, column and key
     * @throws IOException if it cannot be read
     */
    public static RawSettings read(Path file) throws UsageException, IOException {
        String text;
        try {
            text = Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new UsageException(file + ": the file is not UTF-8 text; expected YAML");
        }
        ConfigFile config = new ConfigFile(file);
        config.compose(text);
        return config.settings;
    }

    private void compose(String text) throws UsageException {
        LoadSettings load = LoadSettings.builder()
                .setLabel(file.toString())
                .setUseMarks(true)
                .build();
        try {
            Iterator<Node> documents =
                    new Compose(load).composeAllFromString(text).iterator();
            if (documents.hasNext()) {
                root(documents.next());
            }
            if (documents.hasNext()) {
                throw at(documents.next(), "a second document begins; expected one document with all settings");
            }
        } catch (MarkedYamlEngineException e) {
            String position = e.getProblemMark().map(this::position).orElse(file.toString());
            throw new UsageException(position + ": not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw new UsageException(file + ": not YAML: " + e.getMessage());
        }
    }

    private void root(Node node) throws UsageException {
        if (isNull(node)) {
            return;
        }
        if (!(node instanceof MappingNode mapping)) {
            throw at(node, "found " + kind(node) + "; expected keys and values, such as 'device: tun0'");
        }
        Set<String> seen = new HashSet<>();
        for (NodeTuple entry : mapping.getValue()) {
            if (!(entry.getKeyNode() instanceof ScalarNode keyNode)) {
                throw at(entry.getKeyNode(), "found " + kind(entry.getKeyNode()) + " as a key; expected a name");
            }
            String key = keyNode.getValue();
            if (!seen.add(key)) {
                throw at(keyNode, "the key '" + key + "' is there twice; expected it once");
            }
            Optional<Setting> setting = Setting.ofKey(key);
            if (setting.isEmpty()) {
                throw unknown(keyNode, key);
            }
            put(setting.get(), key, entry.getValueNode());
        }
    }

    private UsageException unknown(Node node, String key) {
        return at(node, "unknown key '" + key + "'" + NearMiss.hint(key, Setting.keys(), ""));
    }

    private void put(Setting setting, String key, Node value) throws UsageException {
        if (isNull(value)) {
            return;
        }
        List<String> texts = new ArrayList<>();
        if (value instanceof SequenceNode sequence && setting.kind() == Setting.Kind.LIST) {
            for (Node item : sequence.getValue()) {
                texts.add(scalar(key, item, setting));
            }
        } else {
            texts.add(scalar(key, value, setting));
        }
        settings.put(setting, position(value) + ": " + key, texts);
    }

    private String scalar(String key, Node node, Setting setting) throws UsageException {
        if (!(node instanceof ScalarNode scalar)) {
            String expected = switch (setting.kind()) {
                case TEXT -> "one value";
                case BOOL -> "true or false";
                case LIST -> "a list of values";
            };
            throw at(node, key + ": found " + kind(node) + "; expected " + expected);
        }
        String text = scalar.getValue();
        return setting.kind() == Setting.Kind.BOOL ? bool(text) : text;
    }

    /** Go's YAML reads the words of YAML 1.1 as booleans where a boolean is wanted. */
    private static String bool(String text) {
        return switch (text) {
            case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON" -> "true";
            case "n", "N", "no", "No", "NO", "off", "Off", "OFF" -> "false";
            default -> text;
        };
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static String kind(Node node) {
        return switch (node.getNodeType()) {
            case MAPPING -> "a mapping";
            case SEQUENCE -> "a list";
            default -> "a single value";
        };
    }

    private UsageException at(Node node, String message) {
        return new UsageException(position(node) + ": " + message);
    }

    private String position(Node node) {
        return node.getStartMark().map(this::position).orElse(file.toString());
    }

    private String position(Mark mark) {
        return file + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1);
    }
}
