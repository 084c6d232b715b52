package io.tun2socks.tcpstack.sim;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Keeps packets of a run, and writes them as a capture (LINKTYPE_RAW) when the run has failed. */
public final class Pcap {
    private static final int LINKTYPE_RAW = 101;
    private static final int MAX_PACKETS = 100_000;

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Packet(long nanos, byte[] bytes) {}

    private final List<Packet> packets = new ArrayList<>();

    /** Keeps a packet; only the first hundred thousand are. */
    public void add(long nanos, byte[] bytes) {
        if (packets.size() < MAX_PACKETS) {
            packets.add(new Packet(nanos, bytes));
        }
    }

    /**
     * Writes the capture into {@code target/}.
     *
     * @param name the file's name without its ending
     * @return where it lies
     */
    public Path write(String name) {
        Path file = Path.of("target", name + ".pcap");
        try {
            Files.createDirectories(file.getParent());
            try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
                // The magic number of captures with nanoseconds.
                out.writeInt(0xa1b23c4d);
                out.writeShort(2);
                out.writeShort(4);
                out.writeLong(0);
                out.writeInt(0x40000);
                out.writeInt(LINKTYPE_RAW);
                for (Packet packet : packets) {
                    out.writeInt((int) Math.floorDiv(packet.nanos(), 1_000_000_000L));
                    out.writeInt((int) Math.floorMod(packet.nanos(), 1_000_000_000L));
                    out.writeInt(packet.bytes().length);
                    out.writeInt(packet.bytes().length);
                    out.write(packet.bytes());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
        return file;
    }
}
