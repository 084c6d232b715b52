package io.tun2socks.rules.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpTest {
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0,0.0.0.0",
        "255.255.255.255,255.255.255.255",
        "192.0.2.1,192.0.2.1",
        "::,::",
        "::1,::1",
        "2001:DB8::1,2001:db8::1",
        "2001:db8:0:0:1:0:0:1,2001:db8::1:0:0:1",
        "1:0:0:2:0:0:0:3,1:0:0:2::3",
        "1:2:3:4:5:6:7:0,1:2:3:4:5:6:7:0",
        "1:2:3:4:5:6:7::,1:2:3:4:5:6:7:0",
        "64:ff9b::192.0.2.33,64:ff9b::c000:221",
        "::ffff:10.0.0.1,10.0.0.1",
        "fe80::1%eth0,fe80::1"
    })
    void literalsAreReadAndWritten(String text, String written) {
        assertThat(Ip.literal(text)).hasToString(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "01.2.3.4",
                "1..2.3",
                "1.2.3.4 ",
                ":",
                ":::",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "::1::",
                "12345::",
                "g::",
                "1.2.3.4%eth0",
                "[::1]",
                "::1.2.3",
                "1:2:3:4:5:6:7:1.2.3.4",
                "::1:2:3:4:5:6:7:8",
                "1:",
                ":1"
            })
    void whatIsNoLiteralIsRefused(String text) {
        assertThat(Ip.parse(text)).isEmpty();
    }

    @Property(tries = 2000)
    void theJdkReadsWhatIsWritten(@ForAll long high, @ForAll long low, @ForAll int v4) throws UnknownHostException {
        for (Ip ip : new Ip[] {Ip.of(high, low), Ip.of(0, low), Ip.of(high, 0), Ip.v4(v4)}) {
            assertThat(Ip.literal(ip.toString())).isEqualTo(ip);
            assertThat(Ip.of(InetAddress.getByName(ip.toString()).getAddress())).isEqualTo(ip);
            assertThat(Ip.of(ip.toBytes())).isEqualTo(ip);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "10.0.0.1",
                "127.0.0.1",
                "169.254.1.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "224.0.0.1",
                "239.1.1.1",
                "::",
                "::1",
                "fe80::1",
                "febf::1",
                "fc00::1",
                "fdff::1",
                "ff02::1"
            })
    void localAddressesAreLan(String text) {
        assertThat(Ip.literal(text).isLan()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.1", "9.255.255.255", "11.0.0.0", "128.0.0.1", "172.15.0.1", "172.32.0.1", "192.167.1.1",
                "240.0.0.1", "255.255.255.255", "::2", "2001:db8::1", "fec0::1", "fe00::1", "fb00::1"
            })
    void otherAddressesAreNotLan(String text) {
        assertThat(Ip.literal(text).isLan()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3/8,10.255.0.1,11.0.0.0",
        "10.1.2.3/32,10.1.2.3,10.1.2.2",
        "2001:db8::/32,2001:db8:ffff::1,2001:db9::",
        "2001:db8::/64,2001:db8::ffff:1,2001:db8:0:1::",
        "2001:db8::8000:0/97,2001:db8::ffff:ffff,2001:db8::7fff:ffff",
        "::1/128,::1,::2",
        "::ffff:10.0.0.0/104,10.9.9.9,11.0.0.0",
        "::/0,2001:db8::1,1.2.3.4",
        "0.0.0.0/0,255.0.0.1,::1"
    })
    void blocksHoldTheirAddresses(String cidr, String inside, String outside) {
        Cidr block = Cidr.parse(cidr).orElseThrow();
        assertThat(block.contains(Ip.literal(inside))).isTrue();
        assertThat(block.contains(Ip.literal(outside))).isFalse();
        assertThat(Cidr.parse(block.toString())).contains(block);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/-1", "::/129", "::/1000", "x/8"
            })
    void whatIsNoBlockIsRefused(String text) {
        assertThat(Cidr.parse(text)).isEmpty();
    }

    @Test
    void namesAreBroughtIntoOneForm() {
        assertThat(Names.normalize("WWW.Example.COM.")).isEqualTo("www.example.com");
        assertThat(Names.normalize("b\u00fccher.example")).isEqualTo("xn--bcher-kva.example");
        assertThat(Names.normalize("+.B\u00dcCHER.example")).isEqualTo("+.xn--bcher-kva.example");
        assertThat(Names.normalize("_dmarc.\u4f8b\u5b50.\u4e2d\u56fd")).isEqualTo("_dmarc.xn--fsqu00a.xn--fiqs8s");
        assertThat(Names.normalize(".")).isEqualTo(".");
        assertThat(Names.normalize("plain.example")).isSameAs("plain.example");
    }
}
