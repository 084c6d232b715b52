package io.tun2socks.rules.match;

import io.tun2socks.rules.model.FlowMetadata;
import java.util.EnumMap;
import java.util.Map;

/**
 * Finds the rules for one of a few choices: the network, the type of the inbound.
 *
 * @param <E> the choices
 */
final class ChoiceIndex<E extends Enum<E>> {
    private final Map<E, Integer> values;

    private ChoiceIndex(Map<E, Integer> values) {
        this.values = values;
    }

    /** Returns the lowest rule in the bounds under a choice, or the limit. */
    int first(Postings postings, E choice, FlowMetadata flow, int from, int limit) {
        Integer value = values.get(choice);
        return value == null ? limit : postings.first(value, flow, from, limit);
    }

    /** Collects rules. */
    static final class Builder<E extends Enum<E>> extends IndexBuilder {
        private final Map<E, Integer> values;

        Builder(Class<E> choices) {
            values = new EnumMap<>(choices);
        }

        /** Adds a rule under a choice. */
        void add(Postings.Builder lists, E choice, int number) {
            note(number);
            values.put(choice, lists.add(values.getOrDefault(choice, Postings.NONE), number));
        }

        /** Returns the index. */
        ChoiceIndex<E> build() {
            return new ChoiceIndex<>(values);
        }
    }
}
