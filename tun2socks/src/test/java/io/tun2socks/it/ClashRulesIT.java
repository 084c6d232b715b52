package io.tun2socks.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Kinds of rules, asked about connections of the kernel. */
@RequiresRoot(tools = {"curl", "microsocks", "tinyproxy"})
class ClashRulesIT {
    @RegisterExtension
    static final Lab LAB = new Lab();

    private ClashLab clash;

    @BeforeEach
    void startTheProxies() throws Exception {
        clash = new ClashLab(LAB);
    }

    /** Each of these rules holds for a connection to 198.18.0.10:8080 from this client, and for none to port 7. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AND,((IP-CIDR,198.18.0.0/15),(DST-PORT,8000-9000)),one",
                "AND,((IP-SUFFIX,0.0.0.10/8),(NOT,((DST-PORT,7)))),one",
                "AND,((SRC-IP-CIDR,10.64.0.0/24),(OR,((DST-PORT,80/8080),(DST-PORT,443)))),one",
                "AND,((IN-TYPE,TUN),(NETWORK,tcp),(DST-PORT,8080)),one",
                "AND,((PROCESS-NAME-REGEX,^CU.L$),(DST-PORT,8080)),one",
                "AND,((PROCESS-PATH-WILDCARD,/usr/*/curl),(DST-PORT,8080)),one",
                "AND,((GEOIP,zz),(DST-PORT,8080)),one",
                "AND,((GEOIP,lan,src),(DST-PORT,8080)),one",
                "AND,((RULE-SET,set),(DST-PORT,8080)),one",
                "SUB-RULE,(NETWORK,tcp),list",
            })
    void holds(String rule) throws Exception {
        Files.write(LAB.file("GeoIP.dat"), geoip());
        clash.start("rule", """
                geodata-mode: true
                rule-providers:
                  set: {type: inline, behavior: classical, payload: ['SRC-PORT,1', 'IP-CIDR,198.18.0.8/29,no-resolve']}
                sub-rules:
                  list: ['DST-PORT,8080,one']
                rules: ['%s', 'MATCH,REJECT']
                """.formatted(rule));

        assertThat(clash.exitOf(Lab.HOST4)).isEqualTo(ClashLab.ONE);
        assertThatThrownBy(() -> LAB.connect(Lab.HOST4, Lab.ECHO)).isInstanceOf(ConnectException.class);
    }

    @ParameterizedTest
    @EnumSource
    void theCodePointOfTheSynCounts(Family family) throws Exception {
        clash.start("rule", "rules: ['DSCP,46,one', 'MATCH,REJECT']\n");

        assertThatThrownBy(() -> LAB.connect(family.host(), Lab.ECHO)).isInstanceOf(ConnectException.class);
        // A socket of the one family: of a dual-stack one the JDK sets the IPv6 option only.
        StandardProtocolFamily stack = family == Family.V4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
        SocketChannel channel = LAB.client().call(() -> {
            SocketChannel open = SocketChannel.open(stack);
            open.setOption(StandardSocketOptions.IP_TOS, 46 << 2);
            open.connect(new InetSocketAddress(family.host(), Lab.ECHO));
            return open;
        });
        try (channel) {
            channel.write(ByteBuffer.wrap(new byte[] {'x'}));
            ByteBuffer back = ByteBuffer.allocate(1);
            channel.read(back);
            assertThat(back.get(0)).isEqualTo((byte) 'x');
        }
    }

    @Test
    void passGoesOnWithTheNextRule() throws Exception {
        clash.start("rule", """
                proxy-groups: [{name: choice, type: select, proxies: [PASS, two]}]
                rules: ['DST-PORT,8080,choice', 'MATCH,one']
                """);

        assertThat(clash.exitOf(Lab.HOST4)).isEqualTo(ClashLab.ONE);
    }

    /** The country zz with 198.18.0.0/28, as the dat files of v2ray have it. */
    private static byte[] geoip() {
        byte[] code = "ZZ".getBytes(StandardCharsets.US_ASCII);
        byte[] cidr = {0x0a, 4, (byte) 198, 18, 0, 0, 0x10, 28};
        ByteArrayOutputStream country = new ByteArrayOutputStream();
        country.write(0x0a);
        country.write(code.length);
        country.writeBytes(code);
        country.write(0x12);
        country.write(cidr.length);
        country.writeBytes(cidr);
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        list.write(0x0a);
        list.write(country.size());
        list.writeBytes(country.toByteArray());
        return list.toByteArray();
    }
}
