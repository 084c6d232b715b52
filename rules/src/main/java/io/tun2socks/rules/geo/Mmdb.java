package io.tun2socks.rules.geo;

import com.maxmind.db.CHMCache;
import com.maxmind.db.InvalidNetworkException;
import com.maxmind.db.Networks;
import com.maxmind.db.NetworksIterationException;
import com.maxmind.db.Reader;
import io.tun2socks.rules.model.Ip;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/** A MaxMind database that is mapped into memory. Any thread; after {@link #close} nothing is found. */
final class Mmdb implements Closeable {
    private final Reader reader;
    private final boolean v4Only;

    private Mmdb(Reader reader) {
        this.reader = reader;
        v4Only = reader.getMetadata().ipVersion() == 4;
    }

    static Mmdb open(Path file) throws IOException {
        return new Mmdb(new Reader(file.toFile(), Reader.FileMode.MEMORY_MAPPED, new CHMCache()));
    }

    String type() {
        return reader.getMetadata().databaseType();
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

    /** Hands on the record of each network: hundreds of thousands in a full database. */
    <T> void forEach(Class<T> layout, Consumer<T> records) throws IOException {
        try {
            Networks<T> networks = reader.networks(layout);
            while (networks.hasNext()) {
                T data = networks.next().data();
                if (data != null) {
                    records.accept(data);
                }
            }
        } catch (InvalidNetworkException | NetworksIterationException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
