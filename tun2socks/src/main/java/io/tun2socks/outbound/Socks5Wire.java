package io.tun2socks.outbound;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.ip.IpAddress;
import java.nio.charset.StandardCharsets;

/** Numbers and the address form of SOCKS5 (RFC 1928, RFC 1929). */
final class Socks5Wire {
    static final int VERSION = 5;
    static final int AUTH_VERSION = 1;

    static final int METHOD_NONE = 0;
    static final int METHOD_PASSWORD = 2;
    static final int METHOD_UNACCEPTABLE = 0xff;

    static final int CONNECT = 1;
    static final int UDP_ASSOCIATE = 3;

    static final int SUCCEEDED = 0;

    private static final int TYPE_IPV4 = 1;
    private static final int TYPE_NAME = 3;
    private static final int TYPE_IPV6 = 4;

    private static final int MAX_NAME = 255;

    private Socks5Wire() {}

    /**
     * Tells whether a destination can be said in SOCKS5: a name has 1 to 255 bytes.
     *
     * @param destination where to
     * @return whether {@link #writeDestination} takes it
     */
    static boolean expressible(Destination destination) {
        if (destination.host() == null) {
            return true;
        }
        int length = destination.host().getBytes(StandardCharsets.UTF_8).length;
        return length >= 1 && length <= MAX_NAME;
    }

    /**
     * Appends ATYP, ADDR and PORT; the name goes out if there is one, for the upstream to resolve.
     *
     * @param out the buffer written to
     * @param destination where to
     */
    static void writeDestination(ByteBuf out, Destination destination) {
        if (destination.host() == null) {
            out.writeByte(destination.address().isIpv4() ? TYPE_IPV4 : TYPE_IPV6);
            destination.address().writeTo(out);
        } else {
            byte[] name = destination.host().getBytes(StandardCharsets.UTF_8);
            out.writeByte(TYPE_NAME).writeByte(name.length).writeBytes(name);
        }
        out.writeShort(destination.port());
    }

    /**
     * Returns how long an address is.
     *
     * @param in the buffer
     * @param index where ATYP lies
     * @return the bytes of ATYP, ADDR and PORT; 0 if more bytes are needed to tell, -1 if the type is unknown
     */
    static int addressLength(ByteBuf in, int index) {
        int available = in.writerIndex() - index;
        if (available < 1) {
            return 0;
        }
        return switch (in.getByte(index)) {
            case TYPE_IPV4 -> 7;
            case TYPE_IPV6 -> 19;
            case TYPE_NAME -> available < 2 ? 0 : 4 + in.getUnsignedByte(index + 1);
            default -> -1;
        };
    }

    /**
     * Reads ATYP, ADDR and PORT, which {@link #addressLength} has found to be complete.
     *
     * @param in the buffer
     * @return the address; a name that is an IP literal comes as an address
     */
    static Destination readDestination(ByteBuf in) {
        int type = in.readByte();
        if (type == TYPE_NAME) {
            String name = in.readCharSequence(in.readUnsignedByte(), StandardCharsets.UTF_8)
                    .toString();
            int port = in.readUnsignedShort();
            return IpAddress.parse(name)
                    .map(address -> Destination.of(address, port))
                    .orElseGet(() -> new Destination(name, null, port));
        }
        IpAddress address =
                type == TYPE_IPV4 ? IpAddress.ofIpv4(in.readInt()) : IpAddress.of(in.readLong(), in.readLong());
        return Destination.of(address, in.readUnsignedShort());
    }
}
