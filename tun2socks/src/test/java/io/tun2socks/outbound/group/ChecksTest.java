package io.tun2socks.outbound.group;

import static io.tun2socks.outbound.group.Rig.leaf;
import static io.tun2socks.outbound.group.Rig.tcp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.concurrent.Future;
import io.tun2socks.config.clash.GroupConfig;
import io.tun2socks.config.clash.ProxyProviderConfig.HealthCheck;
import io.tun2socks.engine.Route;
import io.tun2socks.http.ExpectedStatus;
import io.tun2socks.outbound.OutboundException;
import io.tun2socks.outbound.OutboundException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When members are checked. */
class ChecksTest {
    private final Rig rig = new Rig().socks("a", "b");

    private GroupSpec urlTest() {
        return new GroupSpec("G", GroupConfig.Type.URL_TEST).proxies("a", "b");
    }

    private static OutboundException failure(Reason reason) {
        return new OutboundException(reason, "failed", null);
    }

    @Test
    void anEagerGroupIsCheckedAtTheStartAndAtEachInterval() {
        rig.group(urlTest().eager()).start();
        assertThat(rig.tested).containsExactly("a", "b");
        rig.pass(299);
        assertThat(rig.tested).hasSize(2);
        rig.pass(1);
        assertThat(rig.tested).containsExactly("a", "b", "a", "b");
        rig.pass(300);
        assertThat(rig.tested).hasSize(6);
    }

    @Test
    void aLazyGroupIsCheckedWhenItIsUsed() {
        Policies policies = rig.group(urlTest()).start();
        rig.pass(900);
        policies.fitness("G", tcp("x.com"));
        rig.run();
        assertThat(rig.tested).isEmpty();
        policies.choose("G", tcp("x.com"));
        rig.run();
        assertThat(rig.tested).containsExactly("a", "b");
        policies.choose("G", tcp("x.com"));
        rig.run();
        assertThat(rig.tested).hasSize(2);
        rig.pass(299);
        policies.choose("G", tcp("x.com"));
        rig.pass(1);
        assertThat(rig.tested).hasSize(4);
        // Not used in this interval.
        rig.pass(300);
        assertThat(rig.tested).hasSize(4);
    }

    @Test
    void aGroupThatWasUsedBeforeTheStartIsCheckedThen() {
        Policies policies = rig.group(urlTest()).build();
        policies.choose("G", tcp("x.com"));
        rig.run();
        assertThat(rig.tested).isEmpty();
        policies.start();
        rig.run();
        assertThat(rig.tested).containsExactly("a", "b");
    }

    @Test
    void aGroupWithoutIntervalIsNotChecked() {
        Policies policies = rig.group(urlTest().interval(0).eager()).start();
        policies.choose("G", tcp("x.com"));
        rig.pass(10_000);
        assertThat(rig.tested).isEmpty();
    }

    @Test
    void noMoreThanTenTestsAreUnderWay() {
        String[] names = new String[25];
        for (int i = 0; i < names.length; i++) {
            names[i] = "n" + i;
        }
        rig.hold = true;
        rig.socks(names)
                .group(new GroupSpec("M", GroupConfig.Type.FALLBACK)
                        .proxies(names)
                        .eager())
                .start();
        assertThat(rig.held).hasSize(10);
        rig.held.get(3).setSuccess(5);
        assertThat(rig.held).hasSize(11);
        for (int i = 0; i < rig.held.size(); i++) {
            rig.held.get(i).trySuccess(5);
        }
        assertThat(rig.tested).containsExactly(names);
    }

    @Test
    void theSameTestIsNotMadeTwiceAtOnce() {
        rig.hold = true;
        Policies policies = rig.group(urlTest().eager()).start();
        policies.check("G");
        Future<Integer> asked = policies.delay("a", GroupSpec.URL, ExpectedStatus.ANY, 5_000);
        rig.run();
        assertThat(rig.tested).containsExactly("a", "b");
        rig.held.get(0).setSuccess(33);
        assertThat(asked.getNow()).isEqualTo(33);
    }

    @Test
    void keepsTheLastTenResults() {
        Policies policies = rig.group(urlTest()).start();
        for (int i = 1; i <= 12; i++) {
            rig.check(policies, "G", Map.of("a", i));
        }
        assertThat(policies.describe().get(0).members().get(0).history())
                .extracting(HealthRecord::delay)
                .containsExactly(3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    }

    @Test
    void fiveFailuresInFiveSecondsLeadToACheck() {
        Policies policies = rig.group(urlTest().interval(0)).start();
        Route.Feedback feedback = policies.choose("G", tcp("x.com")).feedback();
        for (int i = 0; i < 4; i++) {
            feedback.onAttempt(failure(Reason.UPSTREAM_FAILED));
            rig.passMillis(1_250);
        }
        assertThat(rig.tested).isEmpty();
        feedback.onAttempt(failure(Reason.TIMED_OUT));
        rig.run();
        assertThat(rig.tested).containsExactly("a", "b");
        // Counted from the beginning again.
        feedback.onAttempt(failure(Reason.TIMED_OUT));
        rig.run();
        assertThat(rig.tested).hasSize(2);
    }

    @Test
    void failuresThatAreFarApartDoNot() {
        Policies policies = rig.group(urlTest().interval(0)).start();
        Route.Feedback feedback = policies.choose("G", tcp("x.com")).feedback();
        for (int i = 0; i < 20; i++) {
            feedback.onAttempt(failure(Reason.UPSTREAM_FAILED));
            rig.passMillis(1_700);
        }
        assertThat(rig.tested).isEmpty();
    }

    @Test
    void aSuccessEndsTheCount() {
        Policies policies = rig.group(urlTest().interval(0)).start();
        Route.Feedback feedback = policies.choose("G", tcp("x.com")).feedback();
        for (int i = 0; i < 20; i++) {
            feedback.onAttempt(i % 4 == 3 ? null : failure(Reason.UPSTREAM_FAILED));
            rig.run();
        }
        assertThat(rig.tested).isEmpty();
    }

    @Test
    void anUpstreamThatRefusesLeadsToACheckAtOnce() {
        Policies policies = rig.group(urlTest().interval(0)).start();
        OutboundException refused = failure(Reason.REFUSED);
        policies.choose("G", tcp("x.com"))
                .feedback()
                .onAttempt(new OutboundException(Reason.UPSTREAM_FAILED, "socks5://u: refused", refused));
        rig.run();
        assertThat(rig.tested).containsExactly("a", "b");
    }

    /** The upstream has answered, so it lives. */
    @ParameterizedTest
    @EnumSource(names = {"REFUSED", "NETWORK_UNREACHABLE", "HOST_UNREACHABLE", "PROHIBITED"})
    void whatAnUpstreamSaysOfDestinationsDoesNotCount(Reason reason) {
        Policies policies = rig.group(urlTest().interval(0)).start();
        Route.Feedback feedback = policies.choose("G", tcp("x.com")).feedback();
        for (int i = 0; i < 10; i++) {
            feedback.onAttempt(failure(reason));
        }
        rig.run();
        assertThat(rig.tested).isEmpty();
    }

    @Test
    void allGroupsOnTheWayHearOfFailures() {
        Policies policies = rig.group(urlTest().interval(0))
                .group(new GroupSpec("Outer", GroupConfig.Type.FALLBACK)
                        .proxies("G", "DIRECT")
                        .interval(0))
                .group(new GroupSpec("Direct", GroupConfig.Type.FALLBACK)
                        .proxies("DIRECT")
                        .interval(0))
                .start();
        for (int i = 0; i < 5; i++) {
            policies.choose("Outer", tcp("x.com")).feedback().onAttempt(failure(Reason.TIMED_OUT));
            policies.choose("Direct", tcp("x.com")).feedback().onAttempt(failure(Reason.TIMED_OUT));
        }
        rig.run();
        // G checks its two, Outer its two, Direct nothing: going out directly has no upstream that could fail.
        assertThat(rig.tested).containsExactlyInAnyOrder("a", "b", "G", "DIRECT");
    }

    @Test
    void aProviderIsCheckedWithItsOwnUrlWhenAGroupUsesIt() {
        HealthCheck check = new HealthCheck(true, "http://provider.example/", 600, 5_000, true, "204");
        Rig.Provider provider = new Rig.Provider("p", check, "p1");
        Policies policies = rig.provider(provider)
                .group(new GroupSpec("S", GroupConfig.Type.SELECT).use("p").interval(0))
                .start();
        assertThat(rig.tested).isEmpty();
        policies.choose("S", tcp("x.com"));
        rig.run();
        // Once with the provider's URL, once with the group's, at the provider's interval.
        assertThat(rig.tested).containsExactlyInAnyOrder("p1", "p1");
        provider.set("p1", "p2");
        rig.run();
        assertThat(rig.tested).containsExactlyInAnyOrder("p1", "p1", "p2", "p2");
    }

    @Test
    void aResultMovesTheGroupAtOnce() {
        rig.hold = true;
        Policies policies = rig.group(urlTest().eager()).start();
        assertThat(leaf(policies, "G")).isEqualTo("a");
        rig.held.get(1).setSuccess(50);
        assertThat(leaf(policies, "G")).isEqualTo("b");
        rig.held.get(0).setSuccess(40);
        assertThat(leaf(policies, "G")).isEqualTo("a");
    }

    @Test
    void measuresForWhoAsks() {
        Policies policies =
                rig.provider(new Rig.Provider("p", null, "p1")).group(urlTest()).start();
        rig.delays.putAll(Map.of("a", 12, "b", 0, "G", 15, "p1", 18));
        List<Object> got = new ArrayList<>();
        for (String name : List.of("a", "b", "G", "p1")) {
            Future<Integer> delay = policies.delay(name, "http://other.example/", ExpectedStatus.ANY, 1_000);
            rig.run();
            got.add(delay.isSuccess() ? delay.getNow() : delay.cause().getMessage());
        }
        assertThat(got).containsExactly(12, "b is dead", 15, 18);
        assertThatThrownBy(() -> policies.delay("none", GroupSpec.URL, ExpectedStatus.ANY, 1_000))
                .hasMessageStartingWith("there is no proxy or group 'none'");
    }

    @Test
    void nothingIsCheckedAfterTheEnd() {
        Policies policies = rig.group(urlTest().eager()).start();
        rig.tested.clear();
        policies.close();
        rig.pass(3_000);
        Future<Integer> delay = policies.delay("a", GroupSpec.URL, ExpectedStatus.ANY, 1_000);
        rig.run();
        assertThat(delay.cause()).hasMessage("the configuration has been replaced");
        assertThat(rig.tested).isEmpty();
    }
}
