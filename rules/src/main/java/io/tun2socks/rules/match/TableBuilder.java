package io.tun2socks.rules.match;

import io.tun2socks.rules.model.Condition;
import io.tun2socks.rules.model.GeoData;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.model.RuleSets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Distributes the rules of one list over indexes and questions. */
final class TableBuilder {
    private final Session session;
    private final List<Rule> rules;
    private final Indexes indexes;
    private final BitSet guarded = new BitSet();
    private final IntStream.Builder geographicRules = IntStream.builder();
    private final IntStream.Builder addressRules = IntStream.builder();
    private final IntStream.Builder processRules = IntStream.builder();
    private final List<Integer> askedNumbers = new ArrayList<>();
    private final Map<String, RuleTable> subTables = new HashMap<>();
    private final Lookup[] cheap;
    private final Lookup[] geographic;
    private final Guards guards;
    private final Map<Integer, Needs> liveNeeds = new HashMap<>();

    /** What the tables of one compilation share: the table of each list of sub-rules is made once. */
    static final class Session {
        private final Map<String, List<Rule>> subRules;
        private final RuleSets sets;
        private final GeoData geo;
        private final Evaluator evaluator;
        private final Map<String, RuleTable> tables = new HashMap<>();

        Session(Map<String, List<Rule>> subRules, RuleSets sets, GeoData geo, Evaluator evaluator) {
            this.subRules = subRules;
            this.sets = sets;
            this.geo = geo;
            this.evaluator = evaluator;
        }

        /** Returns the table of checked rules. */
        RuleTable table(List<Rule> rules) {
            return new RuleTable(new TableBuilder(this, rules));
        }

        private RuleTable subTable(String list) {
            RuleTable table = tables.get(list);
            if (table == null) {
                table = table(subRules.get(list));
                tables.put(list, table);
            }
            return table;
        }
    }

    private TableBuilder(Session session, List<Rule> rules) {
        this.session = session;
        this.rules = List.copyOf(rules);
        indexes = new Indexes(session.geo);
        for (int i = 0; i < rules.size(); i++) {
            add(i, rules.get(i).condition());
        }
        cheap = indexes.cheap().toArray(new Lookup[0]);
        geographic = indexes.geographic().toArray(new Lookup[0]);
        guards = new Guards(this.rules, guarded, session.evaluator, subTables);
    }

    private void add(int number, Condition condition) {
        // The largest lists are of names, which need nothing.
        if (condition instanceof Condition.Domain || condition instanceof Condition.DomainSuffix) {
            place(number, condition);
        } else {
            addWithNeeds(number, condition);
        }
    }

    private void addWithNeeds(int number, Condition condition) {
        if (condition instanceof Condition.SubRule c) {
            subTables.computeIfAbsent(c.list(), session::subTable);
        }
        Needs needs = Needs.of(condition, session.subRules, session.sets);
        if (needs.live()) {
            liveNeeds.put(number, needs);
            askedNumbers.add(number);
            return;
        }
        if (needs.alwaysAddress()) {
            addressRules.add(number);
        }
        if (needs.alwaysProcess()) {
            processRules.add(number);
        }
        place(number, condition);
    }

    private void place(int number, Condition condition) {
        Placement placement = indexes.placement(condition, number);
        if (placement.isNowhere()) {
            askedNumbers.add(number);
            return;
        }
        indexes.put(condition, number);
        if (!placement.exact()) {
            guarded.set(number);
        }
        if (placement.exact() && asksGeographicData(condition)) {
            geographicRules.add(number);
        }
    }

    private static boolean asksGeographicData(Condition condition) {
        if (condition instanceof Condition.GeoIp c) {
            return !c.code().equals(Evaluator.LAN);
        }
        if (condition instanceof Condition.IpAsn) {
            return true;
        }
        for (Condition part : Conditions.parts(condition)) {
            if (asksGeographicData(part)) {
                return true;
            }
        }
        return false;
    }

    private Question question(int number) {
        Condition condition = rules.get(number).condition();
        if (condition instanceof Condition.InRuleSet c) {
            return new Question.OfSet(session.sets.find(c.name()), c.source(), c.noResolve());
        }
        if (condition instanceof Condition.Geosite c) {
            return new Question.OfSite(session.evaluator.geosite(c.code()));
        }
        Needs live = liveNeeds.get(number);
        return live == null ? new Question.OfTree(condition, guards) : new Question.OfLiveTree(condition, guards, live);
    }

    List<Rule> rules() {
        return rules;
    }

    Map<String, RuleTable> subTables() {
        return subTables;
    }

    /** Returns the lookups that are always made. */
    Lookup[] cheap() {
        return cheap;
    }

    /** Returns the lookups in geographic data. */
    Lookup[] geographic() {
        return geographic;
    }

    /** Returns the numbers of the rules that these may find, rising. */
    int[] geographicRules() {
        return geographicRules.build().toArray();
    }

    /** Returns the numbers of the rules that need the destination's address, whatever rule sets hold; rising. */
    int[] addressRules() {
        return addressRules.build().toArray();
    }

    /** Returns the numbers of the rules that need the flow's owner, whatever rule sets hold; rising. */
    int[] processRules() {
        return processRules.build().toArray();
    }

    AskedRules asked() {
        int[] numbers = askedNumbers.stream().mapToInt(Integer::intValue).toArray();
        Question[] questions = new Question[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            questions[i] = question(numbers[i]);
        }
        return new AskedRules(numbers, questions);
    }

    Postings postings() {
        return indexes.lists().build(guards);
    }
}
