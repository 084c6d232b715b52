package io.tun2socks.outbound.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectedStoreTest {
    private final List<Runnable> writes = new ArrayList<>();

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("below/selected.json");
    }

    private void write() {
        writes.forEach(Runnable::run);
        writes.clear();
    }

    @Test
    void remembersOverRestarts() {
        SelectedStore store = SelectedStore.open(file(), writes::add);
        store.put("Medien \"ä\"", "東京 1");
        store.put("G", "a");
        store.put("Gone", "x");
        store.put("Gone", "");
        // One write for all of them, and none yet.
        assertThat(writes).hasSize(1);
        assertThat(file()).doesNotExist();
        write();
        SelectedStore again = SelectedStore.open(file(), writes::add);
        assertThat(again.get("Medien \"ä\"")).isEqualTo("東京 1");
        assertThat(again.get("G")).isEqualTo("a");
        assertThat(again.get("Gone")).isEmpty();
        assertThat(file().getParent()).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void writesNothingWhenNothingChanges() {
        SelectedStore store = SelectedStore.open(file(), writes::add);
        store.put("G", "a");
        write();
        store.put("G", "a");
        store.put("Never", "");
        assertThat(writes).isEmpty();
    }

    @Test
    void writesAtTheEndWhatHasNotBeenWritten() {
        try (SelectedStore store = SelectedStore.open(file(), writes::add)) {
            store.put("G", "a");
        }
        assertThat(SelectedStore.open(file(), writes::add).get("G")).isEqualTo("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{\"G\":", "{\"G\":1}", "{\"G\":\"a\"", "\u0000\u0001", "{\"G\":{}}"})
    void beginsEmptyWithABrokenFileAndLeavesItUntilTheNextSelection(String broken) throws Exception {
        Files.createDirectories(file().getParent());
        Files.writeString(file(), broken);
        SelectedStore store = SelectedStore.open(file(), writes::add);
        assertThat(store.get("G")).isEmpty();
        assertThat(Files.readString(file())).isEqualTo(broken);
        store.put("G", "b");
        write();
        assertThat(SelectedStore.open(file(), writes::add).get("G")).isEqualTo("b");
    }

    @Test
    void goesOnWhenTheFileCannotBeWritten() throws Exception {
        Files.writeString(directory.resolve("below"), "a file where a directory should be");
        SelectedStore store = SelectedStore.open(file(), writes::add);
        store.put("G", "a");
        write();
        assertThat(store.get("G")).isEqualTo("a");
    }
}
