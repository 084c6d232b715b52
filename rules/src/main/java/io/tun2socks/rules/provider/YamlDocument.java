package io.tun2socks.rules.provider;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads a payload from any YAML document: the items of the lists {@code payload} and {@code rules} of its mapping. */
final class YamlDocument {
    /** The parser's work grows with the square of the depth. */
    private static final int DEEPEST = 64;

    private final SetMaker maker;
    private final Iterator<Event> events;
    private boolean found;

    private YamlDocument(SetMaker maker, Iterator<Event> events) {
        this.maker = maker;
        this.events = events;
    }

    /**
     * Reads the document by its events, so that its size costs little memory.
     *
     * @return whether there is such a list
     * @throws YamlEngineException if it is not YAML
     */
    static boolean read(byte[] content, SetMaker maker) {
        LoadSettings settings =
                LoadSettings.builder().setCodePointLimit(Integer.MAX_VALUE).build();
        String text = new String(content, StandardCharsets.UTF_8);
        YamlDocument document =
                new YamlDocument(maker, new Parse(settings).parseString(text).iterator());
        document.read();
        return document.found;
    }

    private void read() {
        Event event = events.next();
        while (event.getEventId() == Event.ID.StreamStart || event.getEventId() == Event.ID.DocumentStart) {
            event = events.next();
        }
        if (event.getEventId() != Event.ID.MappingStart) {
            return;
        }
        event = events.next();
        while (event.getEventId() != Event.ID.MappingEnd) {
            boolean wanted = event instanceof ScalarEvent key
                    && (key.getValue().equals("payload") || key.getValue().equals("rules"));
            skip(event);
            Event value = events.next();
            if (wanted && value.getEventId() == Event.ID.SequenceStart) {
                found = true;
                items();
            } else {
                skip(value);
            }
            event = events.next();
        }
    }

    private void items() {
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            int line = event.getStartMark().map(Mark::getLine).orElse(-1) + 1;
            if (event instanceof ScalarEvent item) {
                if (!item.getValue().isEmpty()) {
                    maker.entry(item.getValue(), line);
                }
            } else {
                maker.problems().add(line, event.getEventId().toString(), "is no text");
                skip(event);
            }
        }
    }

    /** Goes to the end of the node that an event begins. */
    private void skip(Event first) {
        int depth = 0;
        Event event = first;
        while (true) {
            switch (event.getEventId()) {
                case MappingStart, SequenceStart -> depth++;
                case MappingEnd, SequenceEnd -> depth--;
                default -> {
                    // A scalar or an alias is a whole node.
                }
            }
            if (depth > DEEPEST) {
                throw new YamlEngineException("lists or mappings are nested deeper than " + DEEPEST);
            }
            if (depth == 0) {
                return;
            }
            event = events.next();
        }
    }
}
