package io.tun2socks.rules.geo;

import io.tun2socks.rules.model.Ip;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;

/**
 * Answers about the addresses that were asked for lately, one for each place in a table: the database's reader makes a
 * dozen objects for each question, and flows go to the same addresses again and again. Any thread; no locks.
 */
final class RecentAnswers<T> {
    private static final int SIZE = 1024;

    private final Function<Ip, T> source;
    private final AtomicReferenceArray<Answer<T>> answers = new AtomicReferenceArray<>(SIZE);

    private record Answer<T>(Ip ip, T value) {}

    RecentAnswers(Function<Ip, T> source) {
        this.source = source;
    }

    T get(Ip ip) {
        int hash = ip.hashCode() * 0x9e37_79b9;
        int place = hash >>> (Integer.SIZE - 10);
        Answer<T> answer = answers.get(place);
        if (answer == null || !answer.ip().equals(ip)) {
            answer = new Answer<>(ip, source.apply(ip));
            answers.set(place, answer);
        }
        return answer.value();
    }

    /** Forgets all answers; those that are being sought may still come in. */
    void clear() {
        for (int i = 0; i < SIZE; i++) {
            answers.set(i, null);
        }
    }
}
