package io.tun2socks.outbound.group;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers what was selected by hand, over restarts if it has a file: a JSON object of member by group. Any thread; the
 * file is written by the executor, as a whole, so that it is always a complete one.
 */
public final class SelectedStore implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SelectedStore.class);
    private static final JsonFactory JSON = new JsonFactory();
    private static final long LARGEST = 4 << 20;

    private final Path file;
    private final Executor executor;
    private final Map<String, String> selected = new ConcurrentSkipListMap<>();
    private final AtomicBoolean unwritten = new AtomicBoolean();

    private SelectedStore(Path file, Executor executor) {
        this.file = file;
        this.executor = executor;
    }

    /** Returns a store that forgets. */
    public static SelectedStore inMemory() {
        return new SelectedStore(null, Runnable::run);
    }

    /**
     * Reads a store; the caller must be able to wait for the disk. A file that cannot be understood is told of and left
     * until something is selected.
     *
     * @param file need not be there; its directory is made when it is first written
     * @param executor writes; may have several threads
     * @return the store
     */
    public static SelectedStore open(Path file, Executor executor) {
        SelectedStore store = new SelectedStore(file, executor);
        try {
            if (Files.size(file) > LARGEST) {
                throw new IOException("it is larger than " + LARGEST + " bytes");
            }
            store.selected.putAll(read(Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            log.debug("{}: nothing has been selected yet", file);
        } catch (IOException e) {
            log.warn(
                    "{}: the selections cannot be read, so groups begin with their first members: {}",
                    file,
                    firstLine(e));
        }
        return store;
    }

    private static String firstLine(IOException e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    private static Map<String, String> read(byte[] bytes) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (JsonParser parser = JSON.createParser(bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("expected an object of member by group");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String group = parser.currentName();
                if (parser.nextToken() != JsonToken.VALUE_STRING) {
                    throw new IOException("expected the name of a member after \"" + group + "\"");
                }
                found.put(group, parser.getText());
            }
        }
        return found;
    }

    /**
     * Returns what was selected in a group.
     *
     * @param group its name
     * @return the member's name, or the empty string
     */
    public String get(String group) {
        return selected.getOrDefault(group, "");
    }

    /**
     * Remembers a selection.
     *
     * @param group the group's name
     * @param member the member's name; empty to forget
     */
    public void put(String group, String member) {
        String before = member.isEmpty() ? selected.remove(group) : selected.put(group, member);
        boolean changed = member.isEmpty() ? before != null : !member.equals(before);
        if (changed && file != null && unwritten.compareAndSet(false, true)) {
            executor.execute(this::write);
        }
    }

    private synchronized void write() {
        if (!unwritten.getAndSet(false)) {
            return;
        }
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        try {
            Path directory = file.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            Files.write(temporary, bytes());
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            log.warn("{}: the selections cannot be kept: {}", file, e.toString());
        }
    }

    private byte[] bytes() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            for (Map.Entry<String, String> entry : selected.entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
        }
        out.write('\n');
        return out.toByteArray();
    }

    /** Writes what has not been written yet; the caller must be able to wait for the disk. */
    @Override
    public void close() {
        write();
    }
}
