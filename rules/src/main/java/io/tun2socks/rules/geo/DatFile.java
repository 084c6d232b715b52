package io.tun2socks.rules.geo;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * v2ray's {@code GeoSite.dat} or {@code GeoIP.dat}: entries (field 1) that each begin with a code (field 1). Only where
 * the entries lie is kept; their bytes are read when they are asked for. One thread at a time.
 */
final class DatFile implements Closeable {
    /** Field 1 with a length: an entry in the file, and the code in an entry. */
    static final int FIRST = 1 << 3 | 2;
    /** Field 2 with a length: a name or an address block in an entry. */
    static final int SECOND = 2 << 3 | 2;

    private final RandomAccessFile file;
    private final Map<String, Extent> entries;

    private record Extent(long offset, int length) {}

    private DatFile(RandomAccessFile file, Map<String, Extent> entries) {
        this.file = file;
        this.entries = entries;
    }

    /**
     * Opens a file and finds its entries.
     *
     * @param path the file
     * @return the file, to be closed
     * @throws IOException if it cannot be read or is not of the format
     */
    static DatFile open(Path path) throws IOException {
        Map<String, Extent> entries = new HashMap<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16)) {
            index(CodedInputStream.newInstance(in, 1 << 16), entries);
        }
        if (entries.isEmpty()) {
            throw new InvalidProtocolBufferException("it has no entries");
        }
        return new DatFile(new RandomAccessFile(path.toFile(), "r"), entries);
    }

    private static void index(CodedInputStream in, Map<String, Extent> entries) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag != FIRST) {
                skip(in, tag);
                continue;
            }
            int length = in.readRawVarint32();
            int offset = in.getTotalBytesRead();
            int before = in.pushLimit(length);
            String code = code(in);
            in.skipRawBytes(in.getBytesUntilLimit());
            in.popLimit(before);
            // Of entries with the same code the first counts.
            entries.putIfAbsent(code, new Extent(offset, length));
        }
    }

    private static String code(CodedInputStream in) throws IOException {
        while (!in.isAtEnd()) {
            int tag = in.readTag();
            if (tag == FIRST) {
                return in.readString().toLowerCase(Locale.ROOT);
            }
            skip(in, tag);
        }
        return "";
    }

    /** Skips a field; an end of a group that never began would end the message silently. */
    static void skip(CodedInputStream in, int tag) throws IOException {
        if (!in.skipField(tag)) {
            throw new InvalidProtocolBufferException("a group ends that has not begun");
        }
    }

    /** Returns the codes of all entries, in lower case. */
    Set<String> codes() {
        return entries.keySet();
    }

    /**
     * Reads an entry.
     *
     * @param code its code in lower case
     * @return its bytes, or null if there is no such entry
     * @throws IOException if the file cannot be read, or has been overwritten since it was opened
     */
    CodedInputStream entry(String code) throws IOException {
        Extent extent = entries.get(code);
        if (extent == null) {
            return null;
        }
        byte[] bytes = new byte[extent.length()];
        file.seek(extent.offset());
        try {
            file.readFully(bytes);
        } catch (EOFException e) {
            throw new IOException("has been overwritten since it was opened", e);
        }
        if (!code(CodedInputStream.newInstance(bytes)).equals(code)) {
            throw new IOException("has been overwritten since it was opened");
        }
        return CodedInputStream.newInstance(bytes);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
