package io.tun2socks.rules.geo;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Ip;
import java.io.IOException;

/** Reads an entry of {@code GeoIP.dat}: address (field 1) and prefix length (field 2) of each block (field 2). */
final class GeoIpEntry {
    private static final int PREFIX = 2 << 3;
    private static final int MAPPED_PREFIX = 96;

    private GeoIpEntry() {}

    static AddressRanges read(CodedInputStream in) throws IOException {
        AddressRanges.Builder ranges = new AddressRanges.Builder();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag != DatFile.SECOND) {
                DatFile.skip(in, tag);
                continue;
            }
            int before = in.pushLimit(in.readRawVarint32());
            ranges.add(block(in));
            in.popLimit(before);
        }
        return ranges.build();
    }

    private static Cidr block(CodedInputStream in) throws IOException {
        byte[] address = new byte[0];
        int prefix = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case DatFile.FIRST -> address = in.readByteArray();
                case PREFIX -> prefix = in.readUInt32();
                default -> DatFile.skip(in, tag);
            }
        }
        if (address.length != 4 && address.length != 16) {
            throw new InvalidProtocolBufferException("it holds an address of " + address.length + " bytes");
        }
        Ip ip = Ip.of(address);
        if (address.length == 16 && ip.isV4()) {
            prefix -= MAPPED_PREFIX;
        }
        if (prefix < 0 || prefix > ip.bits()) {
            throw new InvalidProtocolBufferException("it holds a prefix length of " + prefix + " for " + ip);
        }
        return new Cidr(ip, prefix);
    }
}
