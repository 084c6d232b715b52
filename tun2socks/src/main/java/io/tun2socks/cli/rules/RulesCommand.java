package io.tun2socks.cli.rules;

import io.tun2socks.config.LogLevel;
import io.tun2socks.config.UsageException;
import io.tun2socks.logging.Logging;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The subcommand {@code rules}. Exit codes: 0 done, 1 failure or findings, 2 usage or a faulty configuration. */
@Command(
        name = "rules",
        description = "Ask the rules of a clash configuration, and check them.",
        mixinStandardHelpOptions = true,
        subcommands = {TestCommand.class, LintCommand.class, ProvidersCommand.class})
public final class RulesCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    /** Without test, lint or providers there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "rules: one of test, lint, providers is missing");
    }

    /** What the subcommands have in common. */
    abstract static class Action implements Callable<Integer> {
        @Spec
        CommandSpec spec;

        @Option(
                names = {"-c", "-f", "--config"},
                paramLabel = "FILE",
                required = true,
                description = "The clash configuration.")
        private String config;

        @Option(
                names = "--home",
                paramLabel = "DIR",
                defaultValue = "",
                description = "Where its relative paths begin. Default: its own directory.")
        private String home;

        @Option(names = "--skip-unsupported", description = "Leave out proxies of types that are not served.")
        private boolean skipUnsupported;

        abstract int perform(RulesSite site) throws IOException, UsageException;

        @Override
        public final Integer call() {
            Logging.setLevel(LogLevel.WARN);
            try (RulesSite site = RulesSite.open(config, home, skipUnsupported)) {
                return perform(site);
            } catch (UsageException e) {
                error(e.getMessage());
                return 2;
            } catch (NoSuchFileException e) {
                error("there is no file " + e.getFile());
                return 1;
            } catch (IOException e) {
                error(e.getMessage());
                return 1;
            }
        }

        private void error(String message) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("tun2socks: " + message);
            err.flush();
        }

        void print(String text) {
            spec.commandLine().getOut().println(text);
        }
    }
}
