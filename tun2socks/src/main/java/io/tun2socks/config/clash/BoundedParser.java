package io.tun2socks.config.clash;

import java.util.Optional;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.ParserException;
import org.snakeyaml.engine.v2.parser.Parser;

/** Bounds how deeply collections lie in each other, since composing them takes stack for each level. */
final class BoundedParser implements Parser {
    private final Parser parser;
    private final int maxDepth;
    private int depth;

    BoundedParser(Parser parser, int maxDepth) {
        this.parser = parser;
        this.maxDepth = maxDepth;
    }

    @Override
    public boolean hasNext() {
        return parser.hasNext();
    }

    @Override
    public boolean checkEvent(Event.ID id) {
        return parser.checkEvent(id);
    }

    @Override
    public Event peekEvent() {
        return parser.peekEvent();
    }

    @Override
    public Event next() {
        Event event = parser.next();
        if (event instanceof CollectionStartEvent && ++depth > maxDepth) {
            throw new ParserException(
                    "lists and mappings lie in each other more than " + maxDepth + " deep",
                    event.getStartMark().or(Optional::empty));
        }
        if (event instanceof CollectionEndEvent) {
            depth--;
        }
        return event;
    }
}
