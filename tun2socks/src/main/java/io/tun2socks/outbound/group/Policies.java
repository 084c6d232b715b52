package io.tun2socks.outbound.group;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.PromiseNotifier;
import io.tun2socks.config.NearMiss;
import io.tun2socks.config.clash.GroupConfig;
import io.tun2socks.config.clash.ProxyConfig;
import io.tun2socks.engine.Route;
import io.tun2socks.http.ExpectedStatus;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.route.Choice;
import io.tun2socks.rules.decide.Targets;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Network;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The proxies and groups of a configuration: says which proxy a rule's target stands for, and finds out which are alive.
 *
 * <p>Any thread. Decisions take no lock; they see selections at once, and checks when these end. What was passed in is
 * not closed.
 */
public final class Policies implements Targets, Choice.Chooser, AutoCloseable {
    private final PolicyTable table;
    private final SelectedStore store;
    private final EventLoop loop;
    private final Checker checker;
    private final HealthPlans plans;
    private final Choice rejected;
    private volatile boolean closed;

    /**
     * What policies are made of.
     *
     * @param leaves the ways out by name: all proxies, and DIRECT, REJECT, REJECT-DROP, PASS and COMPATIBLE
     * @param proxies what the proxies among them were made from, in order
     * @param groups the groups, in order
     * @param providers the proxy providers
     * @param relays makes chains for groups of the type relay
     */
    public record Parts(
            Map<String, Outbound> leaves,
            List<ProxyConfig> proxies,
            List<GroupConfig> groups,
            List<ProxyProvider> providers,
            RelayFactory relays) {
        /** Copies the collections, keeping their order. */
        public Parts {
            leaves = Collections.unmodifiableMap(new LinkedHashMap<>(leaves));
            proxies = List.copyOf(proxies);
            groups = List.copyOf(groups);
            providers = List.copyOf(providers);
        }
    }

    /**
     * Makes the policies; nothing is checked before {@link #start}.
     *
     * @param parts what they are made of
     * @param store what was selected before, and remembers what will be
     * @param tester tests members
     * @param loop where checks are done
     * @throws IllegalArgumentException if a group names what is not there, has a name that is taken, or contains itself
     */
    public Policies(Parts parts, SelectedStore store, UrlTester tester, EventLoop loop) {
        this.table = new PolicyTable(parts, loop);
        this.store = store;
        this.loop = loop;
        this.checker = new Checker(loop, tester, this::onResult);
        this.plans = new HealthPlans(table, checker, loop);
        this.rejected = table.reject().choice();
        for (Group group : table.groups()) {
            String selected = store.get(group.name());
            if (!selected.isEmpty() && group.isSelectable()) {
                group.fix(selected);
            }
        }
    }

    /** Begins to check members, and to follow the changes of providers. */
    public void start() {
        loop.execute(plans::start);
        for (ProvidedProxies provider : table.providers()) {
            provider.provider().onChange(() -> loop.execute(() -> refresh(provider)));
        }
        // What has changed while nobody listened.
        table.providers().forEach(provider -> loop.execute(() -> refresh(provider)));
    }

    private void refresh(ProvidedProxies provider) {
        if (closed) {
            return;
        }
        provider.refresh();
        for (Group group : table.groups()) {
            if (group.config().use().contains(provider.provider().name())) {
                table.assignMembers(group);
            }
        }
        plans.checkUntested();
    }

    private void onResult(Health health) {
        table.groups().forEach(group -> group.onResult(health));
    }

    // ---- decisions ----

    @Override
    public Fitness fitness(String target, FlowMetadata flow) {
        Policy policy = table.find(target);
        if (policy == null) {
            return Fitness.ABSENT;
        }
        boolean udp = flow.network() == Network.UDP;
        while (policy instanceof Group group) {
            if (udp && group.config().disableUdp()) {
                return Fitness.NO_UDP;
            }
            policy = group.pick(flow, false).policy();
        }
        if (((Leaf) policy).isPass()) {
            return Fitness.PASS;
        }
        return udp && !policy.carriesUdp(flow) ? Fitness.NO_UDP : Fitness.FIT;
    }

    /** {@inheritDoc} What chose PASS in between is rejected too. */
    @Override
    public Choice choose(String target, FlowMetadata flow) {
        Policy policy = table.find(target);
        if (policy instanceof Group group) {
            Member member = group.pick(flow, true);
            if (member.choice() == null) {
                return chooseDeeper(group, member, flow);
            }
            return isPass(member.policy()) ? rejected(group.name()) : member.choice();
        }
        return policy == null || isPass(policy) ? rejected(target) : ((Leaf) policy).choice();
    }

    /** Through groups in groups: the others need not make anything new. */
    private Choice chooseDeeper(Group top, Member first, FlowMetadata flow) {
        List<String> chain = new ArrayList<>(4);
        List<Route.Feedback> listeners = new ArrayList<>(4);
        chain.add(top.name());
        listeners.add(first.feedback());
        Policy policy = first.policy();
        while (policy instanceof Group group) {
            Member member = group.pick(flow, true);
            chain.add(group.name());
            listeners.add(member.feedback());
            policy = member.policy();
        }
        if (isPass(policy)) {
            return rejected(top.name());
        }
        if (!policy.name().isEmpty()) {
            chain.add(policy.name());
        }
        Route.Feedback feedback = failure -> listeners.forEach(listener -> listener.onAttempt(failure));
        return new Choice(policy.outbound(), List.copyOf(chain), feedback);
    }

    private static boolean isPass(Policy policy) {
        return policy instanceof Leaf leaf && leaf.isPass();
    }

    private Choice rejected(String target) {
        return new Choice(rejected.outbound(), List.of(target, PolicyTable.REJECT), Route.Feedback.NONE);
    }

    // ---- for other parts of the program ----

    /**
     * Returns a proxy or group as a way out; a group picks a member for each connection.
     *
     * @param name its name
     * @return the way, not to be closed; null if there is no such proxy or group
     */
    public Outbound outbound(String name) {
        Policy policy = table.find(name);
        return policy == null ? null : policy.outbound();
    }

    /**
     * Chooses a member by hand, and remembers that. In a fallback group the choice holds until the member is found dead;
     * one that is dead already is checked at once.
     *
     * @param group a group that can be chosen in: select, url-test, fallback
     * @param member one of its members
     * @throws IllegalArgumentException if there is no such group or member, or the group does not let choose
     */
    public void select(String group, String member) {
        Group found = selectable(group);
        Member chosen = found.memberNamed(member);
        if (chosen == null) {
            List<String> members = found.members().stream().map(Member::name).toList();
            throw new IllegalArgumentException(
                    "the group '" + group + "' has no member '" + member + "'" + NearMiss.hint(member, members, ""));
        }
        found.fix(member);
        store.put(group, member);
        if (!chosen.health().isAlive() && !(found instanceof SelectGroup)) {
            loop.execute(() -> plans.check(found, chosen.policy()));
        }
    }

    /**
     * Leaves the choice to a group again; one that is chosen in by hand only goes back to its first member.
     *
     * @param group a group that can be chosen in
     * @throws IllegalArgumentException if there is no such group, or it does not let choose
     */
    public void unselect(String group) {
        selectable(group).fix("");
        store.put(group, "");
    }

    private Group selectable(String name) {
        Group group = group(name);
        if (!group.isSelectable()) {
            throw new IllegalArgumentException("the group '" + name + "' is a " + group.type()
                    + ", in which nothing can be chosen; expected select, url-test or fallback");
        }
        return group;
    }

    private Group group(String name) {
        if (table.find(name) instanceof Group group) {
            return group;
        }
        List<String> names = table.groups().stream().map(Group::name).toList();
        throw new IllegalArgumentException("there is no group '" + name + "'" + NearMiss.hint(name, names, ""));
    }

    /**
     * Tests a proxy or group, also a proxy of a provider, and notes the result.
     *
     * @param name its name
     * @param url what is asked for
     * @param expected the good answers
     * @param timeoutMillis above 0
     * @return completes on the loop of the checks with the milliseconds, or with why there was no good answer
     * @throws IllegalArgumentException if there is no such proxy or group
     */
    public Future<Integer> delay(String name, String url, ExpectedStatus expected, int timeoutMillis) {
        Policy policy = table.findAnywhere(name);
        if (policy == null) {
            throw new IllegalArgumentException(
                    "there is no proxy or group '" + name + "'" + NearMiss.hint(name, table.names(), ""));
        }
        Promise<Integer> result = loop.newPromise();
        loop.execute(
                () -> checker.check(policy, url, expected, timeoutMillis).addListener(new PromiseNotifier<>(result)));
        return result;
    }

    /**
     * Checks all members of a group now, as at an interval.
     *
     * @param name the group's name
     * @throws IllegalArgumentException if there is no such group
     */
    public void check(String name) {
        Group group = group(name);
        loop.execute(() -> plans.checkAll(group));
    }

    // ---- for people ----

    /** Returns the groups as they are now, in the order of the configuration, GLOBAL last unless it is configured. */
    public List<GroupView> describe() {
        return table.groups().stream().map(Views::of).toList();
    }

    /** Returns the proxies of the configuration as they are now, with what checks of any URL have shown. */
    public List<ProxyView> describeProxies() {
        List<ProxyView> views = new ArrayList<>();
        for (Policy policy : table.policies()) {
            if (policy instanceof Leaf) {
                views.add(Views.of(policy, policy.health()));
            }
        }
        return views;
    }

    /** Ends the checks; decisions go on as things are. */
    @Override
    public void close() {
        closed = true;
        loop.execute(() -> {
            plans.stop();
            checker.close();
        });
    }
}
