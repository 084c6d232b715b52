package io.tun2socks.cli.rules;

import io.tun2socks.provider.ProviderStatus;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

/** {@code rules providers}: what the providers hold on the disk. */
@Command(
        name = "providers",
        description = "Show the rule and proxy providers, and what they hold on the disk; fetches nothing.",
        mixinStandardHelpOptions = true)
final class ProvidersCommand extends RulesCommand.Action {
    @Override
    int perform(RulesSite site) {
        show("rules", site.assembly().book().providers().status());
        show("proxies", site.assembly().proxyProviders().status());
        spec.commandLine().getOut().flush();
        return 0;
    }

    private void show(String kind, List<ProviderStatus> all) {
        for (ProviderStatus status : all) {
            String state;
            if (!status.error().isEmpty()) {
                state = status.error();
            } else if (status.updated() == null) {
                state = "not fetched yet";
            } else {
                state = "of " + status.updated();
            }
            print(String.format(
                    Locale.ROOT,
                    "%-8s %-24s %-7s %9d  %s",
                    kind,
                    status.name(),
                    status.type().name().toLowerCase(Locale.ROOT),
                    status.size(),
                    state));
        }
    }
}
