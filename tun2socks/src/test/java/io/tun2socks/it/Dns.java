package io.tun2socks.it;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A DNS server's answers: every name has the A record {@link Lab#HOST4}, the AAAA record {@link Lab#HOST6} and a TXT
 * record of {@link #LONG} bytes that by UDP is sent as truncated.
 */
final class Dns {
    /** The length of the TXT record, too long for a datagram of the time before EDNS. */
    static final int LONG = 200 * 20;

    private Dns() {}

    /** Answers a query that came by UDP. */
    static byte[] overUdp(byte[] query) throws IOException {
        byte[] answer = answer(query);
        if (answer.length > 512) {
            // Header and question stay, the answer goes, TC tells why.
            byte[] cut = Arrays.copyOf(answer, questionEnd(answer));
            cut[2] |= 0x02;
            cut[6] = 0;
            cut[7] = 0;
            return cut;
        }
        return answer;
    }

    /** Answers the queries of a TCP connection. */
    static void overTcp(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        for (int length = in.read(); length >= 0; length = in.read()) {
            byte[] query = in.readNBytes((length << 8) | in.readUnsignedByte());
            byte[] answer = answer(query);
            byte[] framed = new byte[answer.length + 2];
            framed[0] = (byte) (answer.length >> 8);
            framed[1] = (byte) answer.length;
            System.arraycopy(answer, 0, framed, 2, answer.length);
            socket.getOutputStream().write(framed);
        }
    }

    private static int questionEnd(byte[] message) {
        int at = 12;
        while (message[at] != 0) {
            at += 1 + message[at];
        }
        return at + 5;
    }

    /** Answers one message without its TCP length. */
    private static byte[] answer(byte[] message) throws IOException {
        EmbeddedChannel codec = new EmbeddedChannel(new TcpDnsQueryDecoder(), new TcpDnsResponseEncoder());
        try {
            codec.writeInbound(
                    Unpooled.wrappedBuffer(new byte[] {(byte) (message.length >> 8), (byte) message.length}, message));
            DnsQuery query = codec.readInbound();
            if (query == null) {
                throw new IOException("not a DNS query: " + Pattern.hex(message));
            }
            codec.writeOutbound(respond(query));
            query.release();
            ByteBuf framed = codec.readOutbound();
            byte[] answer = new byte[framed.readableBytes() - 2];
            framed.getBytes(2, answer);
            framed.release();
            return answer;
        } finally {
            codec.finishAndReleaseAll();
        }
    }

    private static DnsResponse respond(DnsQuery query) throws IOException {
        DnsQuestion question = query.recordAt(DnsSection.QUESTION);
        DnsResponse response = new DefaultDnsResponse(query.id());
        response.setRecursionAvailable(true).setRecursionDesired(query.isRecursionDesired());
        response.addRecord(DnsSection.QUESTION, new DefaultDnsQuestion(question.name(), question.type()));
        byte[] data = data(question.type());
        if (data.length > 0) {
            response.addRecord(
                    DnsSection.ANSWER,
                    new DefaultDnsRawRecord(question.name(), question.type(), 60, Unpooled.wrappedBuffer(data)));
        }
        return response;
    }

    private static byte[] data(DnsRecordType type) throws IOException {
        if (type.equals(DnsRecordType.A)) {
            return InetAddress.getByName(Lab.HOST4).getAddress();
        }
        if (type.equals(DnsRecordType.AAAA)) {
            return InetAddress.getByName(Lab.HOST6).getAddress();
        }
        if (type.equals(DnsRecordType.TXT)) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < LONG / 200; i++) {
                text.append((char) 200).append("x".repeat(200));
            }
            return text.toString().getBytes(StandardCharsets.ISO_8859_1);
        }
        return new byte[0];
    }
}
