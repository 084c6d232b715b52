package io.tun2socks.rules.match;

import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.GeoData;
import io.tun2socks.rules.model.InboundType;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Network;
import java.util.ArrayList;
import java.util.List;

/** Puts conditions into indexes. */
final class Indexes {
    /** Rules whose condition is one fact about the flow. */
    private enum Fact {
        ALWAYS,
        LAN_DESTINATION,
        LAN_SOURCE
    }

    private final GeoData geo;
    private final Postings.Builder lists = new Postings.Builder();
    private final NameIndex.Builder names = new NameIndex.Builder();
    private final WordIndex.Builder words = new WordIndex.Builder();
    private final ChoiceIndex.Builder<Network> networks = new ChoiceIndex.Builder<>(Network.class);
    private final ChoiceIndex.Builder<InboundType> types = new ChoiceIndex.Builder<>(InboundType.class);
    private final ChoiceIndex.Builder<Fact> fixed = new ChoiceIndex.Builder<>(Fact.class);
    private final PrefixIndex.Builder destinations = new PrefixIndex.Builder();
    private final PrefixIndex.Builder sources = new PrefixIndex.Builder();
    private final RangeIndex.Builder destinationPorts = new RangeIndex.Builder();
    private final RangeIndex.Builder sourcePorts = new RangeIndex.Builder();
    private final RangeIndex.Builder inboundPorts = new RangeIndex.Builder();
    private final RangeIndex.Builder uids = new RangeIndex.Builder();
    private final RangeIndex.Builder codePoints = new RangeIndex.Builder();
    private final TextIndex.Builder processes = new TextIndex.Builder(true);
    private final TextIndex.Builder paths = new TextIndex.Builder(true);
    private final TextIndex.Builder users = new TextIndex.Builder(false);
    private final TextIndex.Builder inbounds = new TextIndex.Builder(false);
    private final LongIndex.Builder macs = new LongIndex.Builder();
    private final TextIndex.Builder destinationCountries = new TextIndex.Builder(false);
    private final TextIndex.Builder sourceCountries = new TextIndex.Builder(false);
    private final LongIndex.Builder destinationSystems = new LongIndex.Builder();
    private final LongIndex.Builder sourceSystems = new LongIndex.Builder();

    Indexes(GeoData geo) {
        this.geo = geo;
    }

    /** Returns where a condition can stand. */
    Placement placement(Condition condition, int number) {
        return Placement.of(condition, names, number);
    }

    /** Returns the lists of rules, complete once the lookups have been made. */
    Postings.Builder lists() {
        return lists;
    }

    /** Puts a condition, for which there is a placement, into its index. */
    void put(Condition condition, int number) {
        if (condition instanceof Condition.And c) {
            if (c.parts().isEmpty()) {
                fixed.add(lists, Fact.ALWAYS, number);
            } else {
                put(Placement.narrowest(c.parts(), names, number), number);
            }
        } else if (condition instanceof Condition.Or c) {
            for (Condition part : c.parts()) {
                put(part, number);
            }
        } else if (condition instanceof Condition.SubRule c) {
            put(c.condition(), number);
        } else if (!putName(condition, number) && !putAddress(condition, number)) {
            putOther(condition, number);
        }
    }

    private boolean putName(Condition condition, int number) {
        if (condition instanceof Condition.Domain c) {
            names.add(c.name(), true, number);
        } else if (condition instanceof Condition.DomainSuffix c) {
            names.add(c.name(), false, number);
        } else if (condition instanceof Condition.DomainKeyword c) {
            words.add(lists, c.word(), number);
        } else if (condition instanceof Condition.DomainWildcard c) {
            words.add(lists, c.pattern().requiredLiteral(), number);
        } else if (condition instanceof Condition.DomainRegex c) {
            words.add(lists, c.pattern().requiredLiteral(), number);
        } else {
            return false;
        }
        return true;
    }

    private boolean putAddress(Condition condition, int number) {
        if (condition instanceof Condition.IpCidr c) {
            (isSource(c.end()) ? sources : destinations).add(c.cidr(), number);
        } else if (condition instanceof Condition.GeoIp c && c.code().equals(Evaluator.LAN)) {
            fixed.add(lists, isSource(c.end()) ? Fact.LAN_SOURCE : Fact.LAN_DESTINATION, number);
        } else if (condition instanceof Condition.GeoIp c) {
            (isSource(c.end()) ? sourceCountries : destinationCountries).add(lists, c.code(), number);
        } else if (condition instanceof Condition.IpAsn c) {
            (isSource(c.end()) ? sourceSystems : destinationSystems).add(lists, c.asn(), number);
        } else {
            return false;
        }
        return true;
    }

    private void putOther(Condition condition, int number) {
        if (condition instanceof Condition.PortIn c) {
            ports(c.port()).add(c.ranges(), number);
        } else if (condition instanceof Condition.UidIn c) {
            uids.add(c.ranges(), number);
        } else if (condition instanceof Condition.DscpIn c) {
            codePoints.add(c.ranges(), number);
        } else if (condition instanceof Condition.NetworkIs c) {
            networks.add(lists, c.network(), number);
        } else if (condition instanceof Condition.InType c) {
            c.types().forEach(type -> types.add(lists, type, number));
        } else if (condition instanceof Condition.ProcessName c) {
            processes.add(lists, c.name(), number);
        } else if (condition instanceof Condition.ProcessPath c) {
            paths.add(lists, c.path(), number);
        } else if (condition instanceof Condition.InUser c) {
            c.users().forEach(user -> users.add(lists, user, number));
        } else if (condition instanceof Condition.InName c) {
            c.names().forEach(name -> inbounds.add(lists, name, number));
        } else if (condition instanceof Condition.SourceMac c) {
            macs.add(lists, c.address(), number);
        } else if (condition instanceof Condition.Always) {
            fixed.add(lists, Fact.ALWAYS, number);
        } else {
            throw new AssertionError("no index for conditions of " + condition.getClass());
        }
    }

    private RangeIndex.Builder ports(Condition.Port port) {
        return switch (port) {
            case DESTINATION -> destinationPorts;
            case SOURCE -> sourcePorts;
            case INBOUND -> inboundPorts;
        };
    }

    private static boolean isSource(Condition.End end) {
        return end == Condition.End.SOURCE;
    }

    /** Returns the lookups that cost little, the cheapest and those that leave nothing to ask first. */
    List<Lookup> cheap() {
        List<Lookup> lookups = new ArrayList<>();
        ChoiceIndex<Fact> fixedIndex = fixed.build();
        ChoiceIndex<Network> networkIndex = networks.build();
        ChoiceIndex<InboundType> typeIndex = types.build();
        add(lookups, fixed, (postings, flow, from, limit) -> firstFixed(fixedIndex, postings, flow, from, limit));
        add(lookups, networks, (p, flow, from, limit) -> networkIndex.first(p, flow.network(), flow, from, limit));
        add(lookups, types, (p, flow, from, limit) -> typeIndex.first(p, flow.inboundType(), flow, from, limit));
        NameIndex nameIndex = names.build(lists);
        add(lookups, names, nameIndex::first);
        addAddresses(lookups);
        addNumbers(lookups);
        addTexts(lookups);
        WordIndex wordIndex = words.build();
        add(lookups, words, wordIndex::first);
        return lookups;
    }

    private static int firstFixed(ChoiceIndex<Fact> index, Postings postings, FlowMetadata flow, int from, int limit) {
        int best = index.first(postings, Fact.ALWAYS, flow, from, limit);
        Ip destination = flow.destinationIp();
        if (destination != null && destination.isLan()) {
            best = index.first(postings, Fact.LAN_DESTINATION, flow, from, best);
        }
        Ip source = flow.sourceIp();
        return source != null && source.isLan() ? index.first(postings, Fact.LAN_SOURCE, flow, from, best) : best;
    }

    private void addAddresses(List<Lookup> lookups) {
        PrefixIndex destination = destinations.build(lists);
        PrefixIndex source = sources.build(lists);
        LongIndex mac = macs.build();
        add(
                lookups,
                destinations,
                (p, flow, from, limit) -> destination.first(p, flow.destinationIp(), flow, from, limit));
        add(lookups, sources, (p, flow, from, limit) -> source.first(p, flow.sourceIp(), flow, from, limit));
        add(
                lookups,
                macs,
                (p, flow, from, limit) -> flow.sourceMac() == FlowMetadata.UNKNOWN
                        ? limit
                        : mac.first(p, flow.sourceMac(), flow, from, limit));
    }

    private void addNumbers(List<Lookup> lookups) {
        RangeIndex destination = destinationPorts.build(lists);
        RangeIndex source = sourcePorts.build(lists);
        RangeIndex inbound = inboundPorts.build(lists);
        RangeIndex uid = uids.build(lists);
        RangeIndex dscp = codePoints.build(lists);
        add(
                lookups,
                destinationPorts,
                (p, flow, from, limit) -> destination.first(p, flow.destinationPort(), flow, from, limit));
        add(lookups, sourcePorts, (p, flow, from, limit) -> source.first(p, flow.sourcePort(), flow, from, limit));
        add(lookups, inboundPorts, (p, flow, from, limit) -> inbound.first(p, flow.inboundPort(), flow, from, limit));
        add(
                lookups,
                uids,
                (p, flow, from, limit) ->
                        flow.uid() == FlowMetadata.UNKNOWN ? limit : uid.first(p, flow.uid(), flow, from, limit));
        add(lookups, codePoints, (p, flow, from, limit) -> dscp.first(p, flow.dscp(), flow, from, limit));
    }

    private void addTexts(List<Lookup> lookups) {
        TextIndex process = processes.build();
        TextIndex path = paths.build();
        TextIndex user = users.build();
        TextIndex inbound = inbounds.build();
        add(lookups, processes, (p, flow, from, limit) -> process.first(p, flow.process(), flow, from, limit));
        add(lookups, paths, (p, flow, from, limit) -> path.first(p, flow.processPath(), flow, from, limit));
        add(lookups, users, (p, flow, from, limit) -> user.first(p, flow.inboundUser(), flow, from, limit));
        add(lookups, inbounds, (p, flow, from, limit) -> inbound.first(p, flow.inboundName(), flow, from, limit));
    }

    /** Returns the lookups that ask for geographic data. */
    List<Lookup> geographic() {
        List<Lookup> lookups = new ArrayList<>();
        TextIndex toCountry = destinationCountries.build();
        TextIndex fromCountry = sourceCountries.build();
        LongIndex toSystem = destinationSystems.build();
        LongIndex fromSystem = sourceSystems.build();
        add(
                lookups,
                destinationCountries,
                (p, flow, from, limit) ->
                        firstCountry(toCountry, p, flow, flow.destinationCountries(geo), from, limit));
        add(
                lookups,
                sourceCountries,
                (p, flow, from, limit) -> firstCountry(fromCountry, p, flow, flow.sourceCountries(geo), from, limit));
        add(
                lookups,
                destinationSystems,
                (p, flow, from, limit) -> flow.destinationIp() == null
                        ? limit
                        : toSystem.first(p, flow.destinationAsn(geo), flow, from, limit));
        add(
                lookups,
                sourceSystems,
                (p, flow, from, limit) ->
                        flow.sourceIp() == null ? limit : fromSystem.first(p, flow.sourceAsn(geo), flow, from, limit));
        return lookups;
    }

    private static int firstCountry(
            TextIndex index, Postings postings, FlowMetadata flow, List<String> countries, int from, int limit) {
        int best = limit;
        for (int i = 0; i < countries.size(); i++) {
            best = index.first(postings, countries.get(i), flow, from, best);
        }
        return best;
    }

    private static void add(List<Lookup> lookups, IndexBuilder builder, Lookup.Index index) {
        if (builder.highest() >= 0) {
            lookups.add(new Lookup(builder, index));
        }
    }
}
