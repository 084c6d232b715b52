package io.tun2socks.rules.match;

import io.tun2socks.rules.model.FlowMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The numbers of the rules that stand under a key of an index. An index keeps one {@code int} for a key: {@link #NONE}, a
 * rule's number if it is the only one, or the negative handle of a list that is kept here.
 */
final class Postings {
    /** No rule. */
    static final int NONE = -1;

    private static final int FIRST_HANDLE = -2;
    private static final int SHORT = 8;

    private final int[] starts;
    private final int[] numbers;
    private final Guards guards;

    private Postings(int[] starts, int[] numbers, Guards guards) {
        this.starts = starts;
        this.numbers = numbers;
        this.guards = guards;
    }

    /**
     * Finds the first rule under a key.
     *
     * @param value what the index keeps for the key
     * @param flow the flow, for rules that the index has only guessed
     * @param from the number to begin with
     * @param limit the number to stop before
     * @return the lowest number that holds for the flow, or the limit
     */
    int first(int value, FlowMetadata flow, int from, int limit) {
        if (value >= 0) {
            return value >= from && value < limit && guards.admits(value, flow) ? value : limit;
        }
        return value == NONE ? limit : firstInList(FIRST_HANDLE - value, flow, from, limit);
    }

    private int firstInList(int list, FlowMetadata flow, int from, int limit) {
        int end = starts[list + 1];
        int i = starts[list];
        if (end - i > SHORT && numbers[i] < from) {
            i = Sorted.ceiling(numbers, i, end, from);
        }
        for (; i < end; i++) {
            int number = numbers[i];
            if (number >= limit) {
                break;
            }
            if (number >= from && guards.admits(number, flow)) {
                return number;
            }
        }
        return limit;
    }

    /** Collects lists; numbers are added in rising order. */
    static final class Builder {
        private final List<int[]> lists = new ArrayList<>();
        private int[] sizes = new int[16];

        /**
         * Adds a rule under a key.
         *
         * @param value what the index has kept for the key
         * @param number the rule's number, not less than those added before
         * @return what the index has to keep from now on
         */
        int add(int value, int number) {
            if (value == NONE || value == number) {
                return number;
            }
            if (value >= 0) {
                int list = lists.size();
                lists.add(new int[] {value, number});
                if (list == sizes.length) {
                    sizes = Arrays.copyOf(sizes, list * 2);
                }
                sizes[list] = 2;
                return FIRST_HANDLE - list;
            }
            append(FIRST_HANDLE - value, number);
            return value;
        }

        private void append(int list, int number) {
            int size = sizes[list];
            int[] items = lists.get(list);
            if (items[size - 1] == number) {
                return;
            }
            if (size == items.length) {
                items = Arrays.copyOf(items, size * 2);
                lists.set(list, items);
            }
            items[size] = number;
            sizes[list] = size + 1;
        }

        /** Returns the lists, packed. */
        Postings build(Guards guards) {
            int[] starts = new int[lists.size() + 1];
            for (int i = 0; i < lists.size(); i++) {
                starts[i + 1] = starts[i] + sizes[i];
            }
            int[] numbers = new int[starts[lists.size()]];
            for (int i = 0; i < lists.size(); i++) {
                System.arraycopy(lists.get(i), 0, numbers, starts[i], sizes[i]);
            }
            return new Postings(starts, numbers, guards);
        }
    }
}
