package io.tun2socks.rules.match;

import io.tun2socks.rules.model.Condition;
import java.util.List;

/** The shape of conditions. */
final class Conditions {
    private Conditions() {}

    /** Returns what a condition is made of: the parts of AND, OR, NOT, the condition of SUB-RULE, or nothing. */
    static List<Condition> parts(Condition condition) {
        if (condition instanceof Condition.And c) {
            return c.parts();
        }
        if (condition instanceof Condition.Or c) {
            return c.parts();
        }
        if (condition instanceof Condition.Not c) {
            return List.of(c.part());
        }
        if (condition instanceof Condition.SubRule c) {
            return List.of(c.condition());
        }
        return List.of();
    }
}
