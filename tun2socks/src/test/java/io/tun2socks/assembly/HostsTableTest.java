package io.tun2socks.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.config.clash.HostEntry;
import io.tun2socks.rules.model.Ip;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostsTableTest {
    private static final Ip LAN = Ip.literal("192.168.7.7");

    private final Map<String, HostEntry> entries = new LinkedHashMap<>();

    @ParameterizedTest
    @CsvSource({
        "plain.test, 10.0.0.1",
        "sub.plain.test, ",
        "any.star.test, 10.0.0.2",
        "a.b.star.test, ",
        "star.test, ",
        "below.dot.test, 10.0.0.3",
        "a.b.dot.test, 10.0.0.3",
        "dot.test, ",
        "plus.test, 10.0.0.4",
        "a.plus.test, 10.0.0.4",
        "exact.plus.test, 10.0.0.5",
        "other.test, ",
        "test, ",
    })
    void wildcardsAreClashs(String name, String address) {
        put("plain.test", "10.0.0.1");
        put("*.star.test", "10.0.0.2");
        put(".dot.test", "10.0.0.3");
        put("+.plus.test", "10.0.0.4");
        put("EXACT.plus.test", "10.0.0.5");

        assertThat(new HostsTable(entries, () -> LAN).apply(name))
                .isEqualTo(address == null ? null : Ip.literal(address));
    }

    @Test
    void aliasesAreFollowedAndCirclesEnd() {
        put("real.test", "10.0.0.1");
        entries.put("alias.test", new HostEntry(List.of(), "second.test", false, 1));
        entries.put("second.test", new HostEntry(List.of(), "Real.test", false, 2));
        entries.put("a.test", new HostEntry(List.of(), "b.test", false, 3));
        entries.put("b.test", new HostEntry(List.of(), "a.test", false, 4));
        entries.put("away.test", new HostEntry(List.of(), "elsewhere.test", false, 5));
        HostsTable table = new HostsTable(entries, () -> LAN);

        assertThat(table.apply("alias.test")).isEqualTo(Ip.literal("10.0.0.1"));
        assertThat(table.apply("a.test")).isNull();
        assertThat(table.apply("away.test")).isNull();
    }

    @Test
    void lanIsAnAddressOfThisMachine() {
        entries.put("me.test", new HostEntry(List.of(), "", true, 1));

        assertThat(new HostsTable(entries, () -> LAN).apply("me.test")).isEqualTo(LAN);
    }

    private void put(String name, String address) {
        entries.put(name, new HostEntry(List.of(Ip.literal(address)), "", false, 1));
    }
}
