package io.tun2socks.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A netlink message that is being built (linux/netlink.h). Not thread-safe. */
final class NetlinkRequest {
    static final int HEADER_LENGTH = 16;
    static final int FLAG_REQUEST = 1;
    static final int FLAG_ACK = 4;
    static final int FLAG_DUMP = 0x300;
    static final int FLAG_CREATE_EXCLUSIVE = 0x600;

    private static final int CAPACITY = 1024;

    private final ByteBuffer buffer = ByteBuffer.allocate(CAPACITY).order(ByteOrder.nativeOrder());

    /**
     * Begins a request that asks for an acknowledgement, or for a dump.
     *
     * @param type the message type, such as RTM_GETLINK
     * @param flags flags beyond FLAG_REQUEST and FLAG_ACK
     */
    NetlinkRequest(int type, int flags) {
        int all = flags | FLAG_REQUEST | ((flags & FLAG_DUMP) == FLAG_DUMP ? 0 : FLAG_ACK);
        buffer.putInt(0).putShort((short) type).putShort((short) all).putInt(0).putInt(0);
    }

    NetlinkRequest putByte(int value) {
        buffer.put((byte) value);
        return this;
    }

    NetlinkRequest putShort(int value) {
        buffer.putShort((short) value);
        return this;
    }

    NetlinkRequest putInt(int value) {
        buffer.putInt(value);
        return this;
    }

    NetlinkRequest putBytes(byte[] value) {
        buffer.put(value);
        return this;
    }

    NetlinkRequest attribute(int type, byte[] value) {
        buffer.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        while (buffer.position() % 4 != 0) {
            buffer.put((byte) 0);
        }
        return this;
    }

    NetlinkRequest attribute(int type, int value) {
        buffer.putShort((short) 8).putShort((short) type).putInt(value);
        return this;
    }

    NetlinkRequest attribute(int type, String value) {
        return attribute(type, (value + "\0").getBytes(StandardCharsets.UTF_8));
    }

    /** Completes the message under a sequence number; its bytes are the first {@link #length} of the array. */
    byte[] finish(int sequence) {
        buffer.putInt(0, buffer.position()).putInt(8, sequence);
        return buffer.array();
    }

    int length() {
        return buffer.position();
    }
}
