package io.tun2socks.rules.geo;

import io.tun2socks.rules.model.Cidr;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes small MaxMind databases (MaxMind DB File Format Specification 2.0). Networks must not overlap. */
final class MmdbWriter {
    private static final int EMPTY = -1;
    private static final int MAPPED_BITS = 96;
    private static final byte[] METADATA_MARKER = {
        (byte) 0xab, (byte) 0xcd, (byte) 0xef, 'M', 'a', 'x', 'M', 'i', 'n', 'd', '.', 'c', 'o', 'm'
    };

    private final String type;
    private final int ipVersion;
    /** Two per node: another node, {@link #EMPTY}, or -2 minus the offset of a record. */
    private final List<int[]> nodes = new ArrayList<>(List.of(new int[] {EMPTY, EMPTY}));

    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    /** Where a text is in the data already: others point to it. */
    private final Map<String, Integer> texts = new HashMap<>();

    MmdbWriter(String type, int ipVersion) {
        this.type = type;
        this.ipVersion = ipVersion;
    }

    /** Adds a record: a String, a Long (as uint32), a List or a Map of such. */
    MmdbWriter add(String network, Object record) {
        int value = -2 - data.size();
        encode(record, data);
        Cidr cidr = Cidr.parse(network).orElseThrow();
        byte[] address = cidr.base().toBytes();
        int skipped = ipVersion == 6 && cidr.base().isV4() ? MAPPED_BITS : 0;
        int bits = skipped + cidr.prefixLength();
        int node = 0;
        for (int i = 0; i < bits; i++) {
            int at = i - skipped;
            int side = at < 0 ? 0 : (address[at / 8] >> (7 - at % 8)) & 1;
            int[] records = nodes.get(node);
            if (i == bits - 1) {
                records[side] = value;
            } else {
                if (records[side] < 0) {
                    nodes.add(new int[] {EMPTY, EMPTY});
                    records[side] = nodes.size() - 1;
                }
                node = records[side];
            }
        }
        return this;
    }

    Path write(Path file) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int[] node : nodes) {
            for (int record : node) {
                int value = record >= 0 ? record : nodes.size() + (record == EMPTY ? 0 : 16 + -2 - record);
                out.write(value >> 16);
                out.write(value >> 8);
                out.write(value);
            }
        }
        out.write(new byte[16]);
        data.writeTo(out);
        out.write(METADATA_MARKER);
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("binary_format_major_version", 2L);
        metadata.put("binary_format_minor_version", 0L);
        metadata.put("build_epoch", 1_700_000_000L);
        metadata.put("database_type", type);
        metadata.put("description", Map.of("en", "a test"));
        metadata.put("ip_version", (long) ipVersion);
        metadata.put("languages", List.of("en"));
        metadata.put("node_count", (long) nodes.size());
        metadata.put("record_size", 24L);
        encode(metadata, out);
        return Files.write(file, out.toByteArray());
    }

    private void text(String text, ByteArrayOutputStream out) {
        Integer known = out == data ? texts.putIfAbsent(text, data.size()) : null;
        if (known == null) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            control(2, bytes.length, out);
            out.writeBytes(bytes);
        } else if (known < 2048) {
            out.write((1 << 5) | (known >> 8));
            out.write(known);
        } else if (known < 526_336) {
            int offset = known - 2048;
            out.write((1 << 5) | (1 << 3) | (offset >> 16));
            out.write(offset >> 8);
            out.write(offset);
        } else {
            throw new IllegalArgumentException("too much data");
        }
    }

    private void encode(Object value, ByteArrayOutputStream out) {
        if (value instanceof String text) {
            text(text, out);
        } else if (value instanceof Boolean flag) {
            control(14, flag ? 1 : 0, out);
        } else if (value instanceof Long number) {
            control(6, 4, out);
            for (int shift = 24; shift >= 0; shift -= 8) {
                out.write((int) (number >> shift));
            }
        } else if (value instanceof List<?> list) {
            control(11, list.size(), out);
            list.forEach(item -> encode(item, out));
        } else if (value instanceof Map<?, ?> map) {
            control(7, map.size(), out);
            map.forEach((key, item) -> {
                encode(key, out);
                encode(item, out);
            });
        } else {
            throw new IllegalArgumentException("no encoding for " + value);
        }
    }

    private static void control(int type, int size, ByteArrayOutputStream out) {
        int inByte = size < 29 ? size : size < 285 ? 29 : size < 65_821 ? 30 : 31;
        if (type > 7) {
            out.write(inByte);
            out.write(type - 7);
        } else {
            out.write((type << 5) | inByte);
        }
        if (inByte == 29) {
            out.write(size - 29);
        } else if (inByte == 30) {
            out.write((size - 285) >> 8);
            out.write(size - 285);
        } else if (inByte == 31) {
            out.write((size - 65_821) >> 16);
            out.write((size - 65_821) >> 8);
            out.write(size - 65_821);
        }
    }
}
