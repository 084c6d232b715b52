package io.tun2socks.cli.rules;

import io.tun2socks.assembly.RuleBook;
import io.tun2socks.config.clash.RuleProviderConfig;
import io.tun2socks.rules.decide.Targets;
import io.tun2socks.rules.explain.Finding;
import io.tun2socks.rules.explain.Known;
import io.tun2socks.rules.explain.Lint;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Network;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code rules lint}: what is wrong with the rules. */
@Command(
        name = "lint",
        description = "Find rules that never match, and other faults. Exit code 1 if there are errors or warnings.",
        mixinStandardHelpOptions = true)
final class LintCommand extends RulesCommand.Action {
    @Override
    int perform(RulesSite site) {
        RuleBook book = site.assembly().book();
        Targets targets = site.assembly().policies();
        FlowMetadata udp = new FlowMetadata().network(Network.UDP);
        Known known = new Known(
                RuleBook.targets(site.file().config()),
                site.file().config().ruleProviders().stream()
                        .map(RuleProviderConfig::name)
                        .collect(Collectors.toSet()),
                target -> targets.fitness(target, udp) != Targets.Fitness.NO_UDP);
        List<Finding> findings = Lint.check(book.rules(), book.subRules(), known);
        site.file().remarks().forEach(remark -> print(remark.toString()));
        findings.forEach(finding -> print(site.file().path() + ": " + finding));
        print(site.file().path() + ": " + book.rules().size() + " rules, " + findings.size() + " findings");
        spec.commandLine().getOut().flush();
        return findings.stream().anyMatch(finding -> finding.severity() != Finding.Severity.NOTE) ? 1 : 0;
    }
}
