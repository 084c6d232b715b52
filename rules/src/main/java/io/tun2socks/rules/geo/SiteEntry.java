package io.tun2socks.rules.geo;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;

/**
 * Reads an entry of {@code GeoSite.dat}: type (field 1), value (field 2) and attributes (field 3) of each name (field 2).
 * Names without the wanted attributes are left out. One thread; for one entry.
 */
final class SiteEntry {
    private static final int TYPE = 1 << 3;
    private static final int ATTRIBUTE = 3 << 3 | 2;

    private final Set<String> wanted;
    private final Set<String> seen = new TreeSet<>();
    private final Set<String> present = new HashSet<>();
    private final SiteCategory.Builder category = new SiteCategory.Builder();

    /**
     * Prepares to read.
     *
     * @param wanted the attributes, in lower case, that a name must have all of
     */
    SiteEntry(Set<String> wanted) {
        this.wanted = wanted;
    }

    /** Returns the attributes of the entry's names, in lower case. */
    Set<String> attributes() {
        return seen;
    }

    SiteCategory read(CodedInputStream in) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag != DatFile.SECOND) {
                DatFile.skip(in, tag);
                continue;
            }
            int before = in.pushLimit(in.readRawVarint32());
            name(in);
            in.popLimit(before);
        }
        return category.build();
    }

    private void name(CodedInputStream in) throws IOException {
        int type = 0;
        String value = "";
        present.clear();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case TYPE -> type = in.readEnum();
                case DatFile.SECOND -> value = in.readStringRequireUtf8();
                case ATTRIBUTE -> attribute(in);
                default -> DatFile.skip(in, tag);
            }
        }
        if (value.isEmpty()) {
            throw new InvalidProtocolBufferException("it has an entry without a name");
        }
        if (present.containsAll(wanted)) {
            try {
                category.add(type, value);
            } catch (PatternSyntaxException e) {
                throw new IOException(
                        "has a regular expression that is none: " + value + " (" + e.getDescription() + ")", e);
            }
        }
    }

    private void attribute(CodedInputStream in) throws IOException {
        int before = in.pushLimit(in.readRawVarint32());
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == DatFile.FIRST) {
                String key = in.readString().toLowerCase(Locale.ROOT);
                present.add(key);
                seen.add(key);
            } else {
                DatFile.skip(in, tag);
            }
        }
        in.popLimit(before);
    }
}
