package io.tun2socks.rules.match;

import io.tun2socks.rules.model.FlowMetadata;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds the words that a name holds: the automaton of Aho and Corasick. States are numbered breadth first, so that the
 * children of a state are neighbours, in the order of their letters, and need no edges: 17 bytes a state. The first states,
 * where most letters of most names lead, have a row each that says for every letter where it leads.
 */
final class WordIndex {
    private static final int ROOT = 0;
    private static final int LETTERS = 256;
    private static final int FEW = 6;
    private static final int ROW_CELLS = 1 << 14;

    /** The columns of the letters; column 0 is that of the letters that are in no word. */
    private final byte[] columns;

    /** The rows of the first states: the state after a letter. */
    private final int[] rows;

    private final int width;
    private final int rowCount;
    private final byte[] letters;
    private final int[] firstChild;
    private final int[] fallback;
    private final int[] output;
    private final int[] values;

    private WordIndex(Automaton automaton) {
        columns = automaton.columns;
        rows = automaton.rows;
        width = automaton.width;
        rowCount = rows.length / width;
        letters = automaton.letters;
        firstChild = automaton.firstChild;
        fallback = automaton.fallback;
        output = automaton.output;
        values = automaton.values;
    }

    /** Returns the lowest rule in the bounds that holds for the flow, or the limit. */
    int first(Postings postings, FlowMetadata flow, int from, int limit) {
        String host = flow.ruleHost();
        int best = limit;
        int state = ROOT;
        for (int i = 0; i < host.length(); i++) {
            state = next(state, host.charAt(i));
            // The longest word that ends here, then those that are its ends.
            for (int end = output[state]; end != ROOT; end = output[fallback[end]]) {
                best = postings.first(values[end], flow, from, best);
            }
        }
        return best;
    }

    private int next(int state, char letter) {
        int column = letter >= LETTERS ? 0 : columns[letter] & 0xff;
        if (column == 0) {
            return ROOT;
        }
        int at = state;
        while (at >= rowCount) {
            int child = child(at, letter);
            if (child != ROOT) {
                return child;
            }
            at = fallback[at];
        }
        return rows[at * width + column];
    }

    private int child(int state, int letter) {
        int low = firstChild[state];
        int high = firstChild[state + 1];
        while (high - low > FEW) {
            int middle = (low + high) >>> 1;
            if ((letters[middle] & 0xff) <= letter) {
                low = middle;
            } else {
                high = middle;
            }
        }
        for (; low < high; low++) {
            if ((letters[low] & 0xff) == letter) {
                return low;
            }
        }
        return ROOT;
    }

    /** Collects words. */
    static final class Builder extends IndexBuilder {
        private final Map<String, Integer> words = new TreeMap<>();

        /** Tells whether the index can hold a word; it cannot hold the empty one, nor letters beyond Latin-1, nor NUL. */
        static boolean accepts(String word) {
            return !word.isEmpty() && Letters.areBytes(word) && word.indexOf('\0') < 0;
        }

        /** Adds an accepted word. */
        void add(Postings.Builder lists, String word, int number) {
            note(number);
            words.put(word, lists.add(words.getOrDefault(word, Postings.NONE), number));
        }

        /** Returns the index. */
        WordIndex build() {
            return new WordIndex(new Automaton(words));
        }
    }

    /** The arrays while they are made: a walk over the sorted words, which are those of a state if they begin alike. */
    private static final class Automaton {
        private final String[] words;
        private final byte[] columns = new byte[LETTERS];
        private int[] rows;
        private int width = 1;
        private byte[] letters;
        private int[] firstChild;
        private int[] fallback;
        private int[] output;
        private int[] values;

        /** The words of a state are those from here on, up to the other; all begin with its letters. */
        private int[] firstWord;

        private int[] endWord;
        private int[] depth;
        private int states = 1;

        Automaton(Map<String, Integer> words) {
            this.words = words.keySet().toArray(new String[0]);
            resize(64);
            endWord[ROOT] = this.words.length;
            for (int state = 0; state < states; state++) {
                firstChild[state] = states;
                int word = firstWord[state];
                if (word < endWord[state] && this.words[word].length() == depth[state]) {
                    values[state] = words.get(this.words[word]);
                    output[state] = state;
                    word++;
                } else {
                    output[state] = output[fallback[state]];
                }
                addChildren(state, word);
            }
            firstChild[states] = states;
            resize(states);
            fillRows();
        }

        private void addChildren(int state, int from) {
            int word = from;
            while (word < endWord[state]) {
                char letter = words[word].charAt(depth[state]);
                int end = word + 1;
                while (end < endWord[state] && words[end].charAt(depth[state]) == letter) {
                    end++;
                }
                if (states + 1 >= letters.length) {
                    resize(states * 2);
                }
                int child = states++;
                letters[child] = (byte) letter;
                firstWord[child] = word;
                endWord[child] = end;
                depth[child] = depth[state] + 1;
                if (state != ROOT) {
                    fallback[child] = fall(fallback[state], letter);
                }
                if (columns[letter] == 0) {
                    columns[letter] = (byte) width++;
                }
                word = end;
            }
        }

        /** Returns the state of the longest end of a state's letters that goes on with a letter. */
        private int fall(int from, char letter) {
            int state = from;
            int child = child(state, letter);
            while (child == ROOT && state != ROOT) {
                state = fallback[state];
                child = child(state, letter);
            }
            return child;
        }

        private int child(int state, int letter) {
            for (int child = firstChild[state]; child < firstChild[state + 1]; child++) {
                if ((letters[child] & 0xff) == letter) {
                    return child;
                }
            }
            return ROOT;
        }

        private void fillRows() {
            rows = new int[Math.max(1, Math.min(states, ROW_CELLS / width)) * width];
            for (int row = 0; row < rows.length; row += width) {
                int state = row / width;
                // Where no child leads on, the fallback's row says where to go; it has a lower number.
                if (state != ROOT) {
                    System.arraycopy(rows, fallback[state] * width, rows, row, width);
                }
                for (int child = firstChild[state]; child < firstChild[state + 1]; child++) {
                    rows[row + (columns[letters[child] & 0xff] & 0xff)] = child;
                }
            }
        }

        private void resize(int size) {
            letters = letters == null ? new byte[size] : Arrays.copyOf(letters, size);
            firstChild = resized(firstChild, size + 1);
            fallback = resized(fallback, size);
            output = resized(output, size);
            values = resized(values, size);
            firstWord = resized(firstWord, size);
            endWord = resized(endWord, size);
            depth = resized(depth, size);
        }

        private static int[] resized(int[] array, int size) {
            return array == null ? new int[size] : Arrays.copyOf(array, size);
        }
    }
}
