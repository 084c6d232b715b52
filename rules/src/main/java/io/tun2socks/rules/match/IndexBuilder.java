package io.tun2socks.rules.match;

/** What the builders of indexes have in common: which rules the index knows, so that it need not be asked for others. */
abstract class IndexBuilder {
    private int lowest = Integer.MAX_VALUE;
    private int highest = -1;

    /** Notes that the index knows a rule. */
    final void note(int number) {
        lowest = Math.min(lowest, number);
        highest = Math.max(highest, number);
    }

    /** Returns the lowest number of a rule in the index. */
    final int lowest() {
        return lowest;
    }

    /** Returns the highest number of a rule in the index; -1 if it is empty. */
    final int highest() {
        return highest;
    }
}
