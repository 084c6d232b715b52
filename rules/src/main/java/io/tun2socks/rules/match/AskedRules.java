package io.tun2socks.rules.match;

import io.tun2socks.rules.model.FlowMetadata;

/** The rules that no index knows, asked in their order. */
final class AskedRules {
    private final int[] numbers;
    private final Question[] questions;

    AskedRules(int[] numbers, Question[] questions) {
        this.numbers = numbers;
        this.questions = questions;
    }

    /**
     * Asks the rules within bounds until one holds or needs something.
     *
     * @return its number, {@link RuleMatcher#NONE}, or what it needs, and then {@code flow.resumeAt()} is its number
     */
    int match(FlowMetadata flow, int from, int limit, boolean needs) {
        int count = numbers.length;
        for (int i = from == 0 ? 0 : Sorted.ceiling(numbers, 0, count, from); i < count; i++) {
            int number = numbers[i];
            if (number >= limit) {
                break;
            }
            int answer = questions[i].ask(flow, needs);
            if (answer == Question.YES) {
                return number;
            }
            if (answer != Question.NO) {
                flow.resumeAt(number);
                return answer;
            }
        }
        return RuleMatcher.NONE;
    }
}
