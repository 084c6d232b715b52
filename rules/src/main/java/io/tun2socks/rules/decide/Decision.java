package io.tun2socks.rules.decide;

import io.tun2socks.rules.match.RuleMatcher;
import java.util.ArrayList;
import java.util.List;

/** A decision under way, and when it has been made, its result. Reusable; one thread at a time. */
public final class Decision {
    private int next;
    private int rule = RuleMatcher.NONE;
    private String target = "";
    private List<Skipped> skipped;

    /**
     * A rule that matched and was passed over.
     *
     * @param rule its number
     * @param target its target
     * @param why what kept the flow from taking it
     */
    public record Skipped(int rule, String target, Targets.Fitness why) {}

    /** Prepares for one flow; nothing is noted of rules that are passed over. */
    public Decision() {}

    /** Prepares for one flow, and to note which rules are passed over, for people. */
    public static Decision explained() {
        Decision decision = new Decision();
        decision.skipped = new ArrayList<>();
        return decision;
    }

    /** Returns the number of the rule that decided, from 0; {@link RuleMatcher#NONE} if none did. */
    public int rule() {
        return rule;
    }

    /** Returns the name of the proxy or group that the flow goes to. */
    public String target() {
        return target;
    }

    /** Returns the rules that matched and were passed over, if they were to be noted. */
    public List<Skipped> skipped() {
        return skipped == null ? List.of() : List.copyOf(skipped);
    }

    int next() {
        return next;
    }

    void next(int rule) {
        next = rule;
    }

    void skip(int number, String name, Targets.Fitness why) {
        if (skipped != null) {
            skipped.add(new Skipped(number, name, why));
        }
    }

    void decided(int number, String name) {
        rule = number;
        target = name;
    }
}
