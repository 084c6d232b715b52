package io.tun2socks.rules.geo;

import com.google.protobuf.CodedOutputStream;
import io.tun2socks.rules.model.Cidr;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes small files of v2ray's formats. */
final class DatWriter {
    static final int KEYWORD = 0;
    static final int REGEX = 1;
    static final int DOMAIN = 2;
    static final int FULL = 3;

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    /** Writes fields of a message. */
    interface Fields {
        void to(CodedOutputStream out) throws IOException;
    }

    static byte[] message(Fields fields) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        fields.to(out);
        out.flush();
        return bytes.toByteArray();
    }

    static byte[] domain(int type, String value, String... attributes) throws IOException {
        return message(out -> {
            if (type != 0) {
                // proto3 leaves out what is 0.
                out.writeEnum(1, type);
            }
            out.writeString(2, value);
            for (String attribute : attributes) {
                out.writeByteArray(3, message(inner -> {
                    inner.writeString(1, attribute);
                    inner.writeBool(2, true);
                }));
            }
        });
    }

    static byte[] block(String cidr) throws IOException {
        Cidr parsed = Cidr.parse(cidr).orElseThrow();
        return message(out -> {
            out.writeByteArray(1, parsed.base().toBytes());
            out.writeUInt32(2, parsed.prefixLength());
        });
    }

    DatWriter entry(String code, byte[]... items) throws IOException {
        return raw(message(out -> {
            out.writeString(1, code);
            for (byte[] item : items) {
                out.writeByteArray(2, item);
            }
        }));
    }

    DatWriter raw(byte[] entry) throws IOException {
        file.write(message(out -> out.writeByteArray(1, entry)));
        return this;
    }

    Path write(Path path) throws IOException {
        return Files.write(path, file.toByteArray());
    }
}
