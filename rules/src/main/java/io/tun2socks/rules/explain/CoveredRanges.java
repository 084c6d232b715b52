package io.tun2socks.rules.explain;

import io.tun2socks.rules.model.Ranges;
import io.tun2socks.rules.model.Ranges.Range;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The numbers that earlier rules take, as ranges that do not touch. */
final class CoveredRanges {
    /** The numbers are taken by several rules together. */
    static final int SEVERAL = -2;

    /** Not all of the numbers are taken. */
    static final int NONE = -1;

    private static final Range ALL = new Range(0, 0xffff_ffffL);

    private record Covered(long last, int rule) {}

    private final TreeMap<Long, Covered> ranges = new TreeMap<>();

    /** Returns the rule that takes all of the numbers, {@link #SEVERAL} or {@link #NONE}. */
    int covering(Ranges sought) {
        int by = NONE;
        for (Range range : parts(sought)) {
            Map.Entry<Long, Covered> at = ranges.floorEntry(range.first());
            if (at == null || at.getValue().last() < range.last()) {
                return NONE;
            }
            int rule = at.getValue().rule();
            by = by == NONE || by == rule ? rule : SEVERAL;
        }
        return by;
    }

    void add(Ranges added, int rule) {
        for (Range range : parts(added)) {
            add(range, rule);
        }
    }

    private void add(Range range, int rule) {
        long first = range.first();
        long last = range.last();
        int by = rule;
        Map.Entry<Long, Covered> at = ranges.floorEntry(last + 1);
        while (at != null && at.getValue().last() >= first - 1) {
            boolean within = at.getKey() <= first && at.getValue().last() >= last;
            boolean around = at.getKey() >= first && at.getValue().last() <= last;
            by = within ? at.getValue().rule() : around ? by : at.getValue().rule() == by ? by : SEVERAL;
            first = Math.min(first, at.getKey());
            last = Math.max(last, at.getValue().last());
            ranges.remove(at.getKey());
            at = ranges.floorEntry(range.last() + 1);
        }
        ranges.put(first, new Covered(last, by));
    }

    private static List<Range> parts(Ranges ranges) {
        return ranges.parts().isEmpty() ? List.of(ALL) : ranges.parts();
    }
}
