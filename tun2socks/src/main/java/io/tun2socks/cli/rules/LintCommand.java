package io.tun2socks.cli.rules;

import picocli.CommandLine.Command;

/** {@code rules lint}: what is wrong with the rules. */
@Command(
        name = "lint",
        description = "Find rules that never match, and other faults. Exit code 1 if there are findings.",
        mixinStandardHelpOptions = true)
final class LintCommand extends RulesCommand.Action {
    @Override
    int perform(RulesSite site) {
        return 0;
    }
}
