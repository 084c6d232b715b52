package io.tun2socks.outbound.group;

import static io.tun2socks.outbound.group.Rig.chain;
import static io.tun2socks.outbound.group.Rig.leaf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tun2socks.config.clash.GroupConfig;
import io.tun2socks.http.ExpectedStatus;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which member select, url-test and fallback take. */
class ChoosingTest {
    private final Rig rig = new Rig().socks("a", "b", "c");

    private Policies abc(GroupConfig.Type type, int tolerance) {
        return rig.group(new GroupSpec("G", type).proxies("a", "b", "c").tolerance(tolerance))
                .start();
    }

    private static Map<String, Integer> delays(String text) {
        String[] parts = text.split("/", -1);
        return Map.of(
                "a", Integer.parseInt(parts[0]), "b", Integer.parseInt(parts[1]), "c", Integer.parseInt(parts[2]));
    }

    @Test
    void selectTakesTheFirstUntilSomebodyChooses() {
        Policies policies = abc(GroupConfig.Type.SELECT, 0);
        assertThat(chain(policies, "G")).isEqualTo("G > a");
        policies.select("G", "c");
        assertThat(chain(policies, "G")).isEqualTo("G > c");
        // A choice by hand holds whatever the checks say.
        rig.check(policies, "G", delays("10/10/0"));
        assertThat(leaf(policies, "G")).isEqualTo("c");
        assertThat(rig.store.get("G")).isEqualTo("c");
        policies.unselect("G");
        assertThat(leaf(policies, "G")).isEqualTo("a");
        assertThat(rig.store.get("G")).isEmpty();
    }

    @Test
    void selectBeginsWithWhatWasChosenBefore() {
        rig.store.put("G", "b");
        assertThat(leaf(abc(GroupConfig.Type.SELECT, 0), "G")).isEqualTo("b");
    }

    @Test
    void selectBeginsWithTheFirstWhenWhatWasChosenHasGone() {
        rig.store.put("G", "gone");
        assertThat(leaf(abc(GroupConfig.Type.SELECT, 0), "G")).isEqualTo("a");
    }

    @Test
    void selectingWhatIsNotThereTellsWhatIs() {
        rig.group(new GroupSpec("Balance", GroupConfig.Type.LOAD_BALANCE).proxies("a"));
        Policies policies = rig.group(new GroupSpec("Media", GroupConfig.Type.SELECT).proxies("a", "b"))
                .build();
        assertThatThrownBy(() -> policies.select("Media", "x"))
                .hasMessageStartingWith("the group 'Media' has no member 'x'");
        assertThatThrownBy(() -> policies.select("Medai", "a")).hasMessageStartingWith("there is no group 'Medai'");
        assertThatThrownBy(() -> policies.select("Balance", "a"))
                .hasMessage("the group 'Balance' is a LoadBalance, in which nothing can be chosen; "
                        + "expected select, url-test or fallback");
    }

    /** Delays of a/b/c, 0 for dead; before, then after; who is taken after each. */
    @ParameterizedTest
    @CsvSource({
        "30/20/10, c, 30/20/10, c",
        "30/20/10, c, 30/9/10, b", // no tolerance: every millisecond counts
        "30/20/10, c, 30/20/0, b", // the current one has died
        "0/20/10, c, 0/0/0, a", // nobody is alive: the first
        "0/0/0, a, 0/50/0, b",
        "20/20/20, a, 20/20/20, a", // equal: the first
        "10/20/30, a, 10/10/10, a",
    })
    void urlTestTakesTheFastest(String before, String first, String after, String second) {
        Policies policies = abc(GroupConfig.Type.URL_TEST, 0);
        assertThat(leaf(policies, "G")).isEqualTo("a");
        rig.check(policies, "G", delays(before));
        assertThat(leaf(policies, "G")).isEqualTo(first);
        rig.check(policies, "G", delays(after));
        assertThat(leaf(policies, "G")).isEqualTo(second);
    }

    @ParameterizedTest
    @CsvSource({
        "100/200/300, a, 100/60/300, a", // 40 ms faster: within the tolerance
        "100/200/300, a, 100/50/300, a", // exactly the tolerance is not more
        "100/200/300, a, 100/49/300, b",
        "100/200/300, a, 0/200/300, b", // the tolerance does not protect the dead
    })
    void urlTestStaysWithinTheTolerance(String before, String first, String after, String second) {
        Policies policies = abc(GroupConfig.Type.URL_TEST, 50);
        rig.check(policies, "G", delays(before));
        assertThat(leaf(policies, "G")).isEqualTo(first);
        rig.check(policies, "G", delays(after));
        assertThat(leaf(policies, "G")).isEqualTo(second);
    }

    @Test
    void urlTestPrefersTheUntestedToTheDead() {
        Policies policies = abc(GroupConfig.Type.URL_TEST, 0);
        rig.delays.put("a", 0);
        policies.delay("a", GroupSpec.URL, ExpectedStatus.ANY, 5_000);
        rig.run();
        assertThat(leaf(policies, "G")).isEqualTo("b");
    }

    @Test
    void urlTestTakesWhatIsFixedWhileItLives() {
        Policies policies = abc(GroupConfig.Type.URL_TEST, 0);
        rig.check(policies, "G", delays("10/20/30"));
        policies.select("G", "c");
        assertThat(leaf(policies, "G")).isEqualTo("c");
        rig.check(policies, "G", delays("10/20/0"));
        assertThat(leaf(policies, "G")).isEqualTo("a");
        rig.check(policies, "G", delays("10/20/30"));
        assertThat(leaf(policies, "G")).isEqualTo("c");
        policies.unselect("G");
        rig.check(policies, "G", delays("10/20/30"));
        assertThat(leaf(policies, "G")).isEqualTo("a");
    }

    @ParameterizedTest
    @CsvSource({
        "30/20/10, a",
        "0/20/10, b",
        "0/0/10, c",
        "0/0/0, a", // nobody is alive: the first
        "9/0/0, a",
    })
    void fallbackTakesTheFirstThatIsAlive(String results, String taken) {
        Policies policies = abc(GroupConfig.Type.FALLBACK, 0);
        rig.check(policies, "G", delays("0/0/0"));
        rig.check(policies, "G", delays(results));
        assertThat(leaf(policies, "G")).isEqualTo(taken);
    }

    @Test
    void fallbackTakesWhatIsFixedUntilItDies() {
        Policies policies = abc(GroupConfig.Type.FALLBACK, 0);
        policies.select("G", "b");
        assertThat(leaf(policies, "G")).isEqualTo("b");
        assertThat(policies.describe().get(0).fixed()).isEqualTo("b");
        rig.check(policies, "G", delays("10/0/10"));
        assertThat(leaf(policies, "G")).isEqualTo("a");
        // The choice is over: back alive, b is one like the others.
        rig.check(policies, "G", delays("10/10/10"));
        assertThat(leaf(policies, "G")).isEqualTo("a");
        assertThat(policies.describe().get(0).fixed()).isEmpty();
    }

    @Test
    void fallbackChecksADeadMemberThatIsChosen() {
        Policies policies = abc(GroupConfig.Type.FALLBACK, 0);
        rig.check(policies, "G", delays("10/10/0"));
        rig.tested.clear();
        rig.delays.put("c", 10);
        policies.select("G", "c");
        rig.run();
        assertThat(rig.tested).containsExactly("c");
        assertThat(leaf(policies, "G")).isEqualTo("c");
    }

    @Test
    void globalHoldsEverythingUnlessItIsConfigured() {
        Policies policies = abc(GroupConfig.Type.FALLBACK, 0);
        assertThat(policies.describe().get(1).members())
                .extracting(ProxyView::name)
                .containsExactly("DIRECT", "REJECT", "a", "b", "c", "G");
        assertThat(chain(policies, "GLOBAL")).isEqualTo("GLOBAL > DIRECT");
        Policies own = new Rig()
                .socks("a")
                .group(new GroupSpec("GLOBAL", GroupConfig.Type.SELECT).proxies("a"))
                .build();
        assertThat(chain(own, "GLOBAL")).isEqualTo("GLOBAL > a");
    }
}
