package io.tun2socks.rules.provider;

import java.util.ArrayList;
import java.util.List;

/** Collects what is left out: counts all, and keeps the first few. */
final class Problems {
    private static final int KEPT = 20;

    private final List<RuleSetProblem> first = new ArrayList<>();
    private int count;

    void add(int line, String entry, String why) {
        if (first.size() < KEPT) {
            first.add(new RuleSetProblem(line, entry, why));
        }
        count++;
    }

    int count() {
        return count;
    }

    List<RuleSetProblem> first() {
        return first;
    }
}
