package io.tun2socks.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UndoStackTest {
    private final UndoStack stack = new UndoStack();
    private final List<String> done = new ArrayList<>();

    @Test
    void undoesInReverseOrderAndOnce() {
        stack.push("first", () -> done.add("first"));
        stack.push("second", () -> done.add("second"));
        assertThat(stack.unwind()).isZero();
        assertThat(stack.unwind()).isZero();
        assertThat(done).containsExactly("second", "first");
    }

    @Test
    void oneFailureDoesNotStopTheOthers() {
        stack.push("first", () -> done.add("first"));
        stack.push("second", () -> {
            throw new IOException("no");
        });
        stack.push("third", () -> {
            throw new IllegalStateException("no");
        });
        assertThat(stack.unwind()).isEqualTo(2);
        assertThat(done).containsExactly("first");
    }

    @Test
    void whatAnUndoPushesIsUndoneToo() {
        stack.push("outer", () -> stack.push("inner", () -> done.add("inner")));
        stack.unwind();
        assertThat(done).containsExactly("inner");
    }
}
