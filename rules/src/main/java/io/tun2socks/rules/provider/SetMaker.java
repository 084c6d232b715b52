package io.tun2socks.rules.provider;

import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Rule;
import io.tun2socks.rules.model.RuleSet;
import io.tun2socks.rules.parse.RuleSyntaxException;
import io.tun2socks.rules.set.CidrSet;
import io.tun2socks.rules.set.CidrSetBuilder;
import io.tun2socks.rules.set.DomainSet;
import io.tun2socks.rules.set.DomainSetBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes a set of entries that come one by one, and collects those that are none. */
abstract class SetMaker {
    private final Problems problems = new Problems();

    /** Takes an entry, or returns why not. */
    abstract Optional<String> take(byte[] text, int from, int to, int line);

    /** Returns how many entries have been taken. */
    abstract int size();

    abstract RuleSet make() throws RuleSetException;

    final void entry(byte[] text, int from, int to, int line) {
        Optional<String> refused = take(text, from, to, line);
        if (refused.isPresent()) {
            problems.add(line, new String(text, from, to - from, StandardCharsets.UTF_8), refused.get());
        }
    }

    final void entry(String text, int line) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        entry(bytes, 0, bytes.length, line);
    }

    final Problems problems() {
        return problems;
    }

    final LoadedRuleSet finish() throws RuleSetException {
        return new LoadedRuleSet(make(), problems.first(), problems.count());
    }

    /** Names. */
    static final class Domains extends SetMaker {
        private final DomainSetBuilder builder;

        Domains(int textBytes) {
            builder = new DomainSetBuilder(textBytes);
        }

        @Override
        Optional<String> take(byte[] text, int from, int to, int line) {
            return builder.add(text, from, to);
        }

        @Override
        int size() {
            return builder.size();
        }

        @Override
        RuleSet make() {
            DomainSet set = builder.build();
            return new DomainRuleSet(set, set.size());
        }
    }

    /** Blocks of addresses; an address alone is a block too. */
    static final class Addresses extends SetMaker {
        private final CidrSetBuilder builder = new CidrSetBuilder();

        @Override
        Optional<String> take(byte[] text, int from, int to, int line) {
            String entry = new String(text, from, to - from, StandardCharsets.UTF_8);
            Optional<Cidr> cidr = entry.indexOf('/') >= 0
                    ? Cidr.parse(entry)
                    : entry.indexOf('%') >= 0
                            ? Optional.empty()
                            : Ip.parse(entry).map(ip -> new Cidr(ip, ip.bits()));
            if (cidr.isEmpty()) {
                return Optional.of("is no block of addresses: expected 10.0.0.0/8, 2001:db8::/32 or one address");
            }
            builder.add(cidr.get());
            return Optional.empty();
        }

        @Override
        int size() {
            return builder.size();
        }

        @Override
        RuleSet make() {
            CidrSet set = builder.build();
            return new IpCidrRuleSet(set, set.size());
        }
    }

    /** Rules. */
    static final class Rules extends SetMaker {
        private final ClassicalSyntax syntax;
        private final ClassicalCompiler compiler;
        private final List<Rule> rules = new ArrayList<>();

        Rules(ClassicalSyntax syntax, ClassicalCompiler compiler) {
            this.syntax = syntax;
            this.compiler = compiler;
        }

        @Override
        Optional<String> take(byte[] text, int from, int to, int line) {
            Rule rule;
            try {
                rule = syntax.parse(new String(text, from, to - from, StandardCharsets.UTF_8), line);
            } catch (RuleSyntaxException e) {
                return Optional.of("is no rule: " + e.getMessage());
            }
            if (ConditionScan.leavesTheSet(rule.condition())) {
                return Optional.of("cannot stand in a set: MATCH, RULE-SET and SUB-RULE are for the rules themselves");
            }
            rules.add(rule);
            return Optional.empty();
        }

        @Override
        int size() {
            return rules.size();
        }

        @Override
        RuleSet make() throws RuleSetException {
            List<Rule> inOrder = List.copyOf(rules);
            return new ClassicalRuleSet(compiler.compile(inOrder), inOrder);
        }
    }
}
