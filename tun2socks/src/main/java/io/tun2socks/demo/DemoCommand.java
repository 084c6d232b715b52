package io.tun2socks.demo;

import io.tun2socks.config.LogLevel;
import io.tun2socks.logging.Logging;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The subcommand {@code demo}, which {@code scripts/demo} runs in a network namespace made for it. Exit codes: 0 all
 * came out as it should, 1 not so, 2 usage.
 */
@Command(
        name = "demo",
        hidden = true,
        description = "Run the demo; scripts/demo makes the network namespace that it needs.",
        mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--shell", description = "Start a shell instead of the checks.")
    private boolean shell;

    @Override
    public Integer call() throws InterruptedException {
        Logging.setLevel(LogLevel.WARN);
        PrintWriter err = spec.commandLine().getErr();
        try {
            // It sets the default routes, so it must not be where others are.
            if (!DemoNetwork.isUnused()) {
                err.println(
                        "tun2socks: demo: expected a network namespace without interfaces that are up; run: sudo scripts/demo");
                err.flush();
                return 1;
            }
            PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
            return new Demo(out).run(shell) ? 0 : 1;
        } catch (IOException e) {
            err.println("tun2socks: demo: " + e.getMessage());
            err.flush();
            return 1;
        }
    }
}
