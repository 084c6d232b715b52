package io.tun2socks.rules.geo;

import com.maxmind.db.CHMCache;
import com.maxmind.db.Metadata;
import com.maxmind.db.Reader;
import io.tun2socks.rules.model.Ip;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/** A MaxMind database that is mapped into memory. Any thread; after {@link #close} nothing is found. */
final class Mmdb implements Closeable {
    private final Path file;
    private final Reader reader;
    private final boolean v4Only;

    private Mmdb(Path file, Reader reader) {
        this.file = file;
        this.reader = reader;
        v4Only = reader.getMetadata().ipVersion() == 4;
    }

    static Mmdb open(Path file) throws IOException {
        return new Mmdb(file, new Reader(file.toFile(), Reader.FileMode.MEMORY_MAPPED, new CHMCache()));
    }

    Path file() {
        return file;
    }

    String type() {
        return reader.getMetadata().databaseType();
    }

    /** Returns the texts under a key anywhere in the records, or all texts if the key is empty. */
    Set<String> texts(String key) throws IOException {
        Metadata metadata = reader.getMetadata();
        return key.isEmpty() ? MmdbTexts.all(file, metadata) : MmdbTexts.under(key, file, metadata);
    }

    boolean holdsAutonomousSystems() {
        return type().toLowerCase(Locale.ROOT).contains("asn");
    }

    /** Finds the record of an address; null if there is none, or if the record is not of the expected layout. */
    <T> T find(Ip ip, Class<T> layout) {
        if (v4Only && !ip.isV4()) {
            return null;
        }
        try {
            return reader.get(ip.toInetAddress(), layout);
        } catch (IOException | IllegalArgumentException e) {
            // Closed by a reload, or damaged at this record. A flow is decided all the same.
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
