package io.tun2socks.cli.rules;

import io.tun2socks.assembly.Assembly;
import io.tun2socks.assembly.RuleBook;
import io.tun2socks.config.UsageException;
import io.tun2socks.rules.decide.Mode;
import io.tun2socks.rules.explain.Explainer;
import io.tun2socks.rules.explain.Explanation;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rules test}: what becomes of a flow, and why. */
@Command(name = "test", description = "Tell where a flow would go, and why.", mixinStandardHelpOptions = true)
final class TestCommand extends RulesCommand.Action {
    @Parameters(
            arity = "0..1",
            paramLabel = "HOST:PORT",
            description = "The destination, such as example.com:443 or [2001:db8::1]:80.")
    private String destination;

    @Option(names = "--source", paramLabel = "IP:PORT", description = "The client.")
    private String source;

    @Option(names = "--process", paramLabel = "NAME", description = "The client's program: a file name or a path.")
    private String process;

    @Option(names = "--uid", paramLabel = "N", description = "The client's user id.")
    private Long uid;

    @Option(names = "--network", paramLabel = "tcp|udp", defaultValue = "tcp", description = "The protocol.")
    private String network;

    @Option(
            names = "--batch",
            paramLabel = "FILE",
            description = "Read flows, a JSON object a line, and print a JSON object for each; - reads standard input.")
    private String batch;

    @Option(
            names = "--hosts",
            paramLabel = "FILE",
            description = "Take addresses from this JSON object instead of a resolver.")
    private String hosts;

    @Override
    int perform(RulesSite site) throws IOException, UsageException {
        Assembly assembly = site.assembly();
        Trial trial = new Trial(assembly.decider(), assembly.book().rules(), assembly.policies(), resolver());
        if (batch != null) {
            return batch(trial);
        }
        if (destination == null) {
            throw new UsageException("rules test: expected a destination, such as example.com:443, or --batch FILE");
        }
        FlowMetadata flow = flow();
        explain(site, trial.run(flow), flow);
        return 0;
    }

    private Function<String, Ip> resolver() throws IOException {
        if (hosts != null) {
            Map<String, Ip> addresses = HostsFile.read(Path.of(hosts));
            return addresses::get;
        }
        return TestCommand::resolve;
    }

    private static Ip resolve(String name) {
        try {
            InetAddress[] addresses = InetAddress.getAllByName(name);
            for (InetAddress address : addresses) {
                if (address instanceof Inet4Address) {
                    return Ip.of(address.getAddress());
                }
            }
            return Ip.of(addresses[0].getAddress());
        } catch (UnknownHostException e) {
            return null;
        }
    }

    private FlowMetadata flow() throws UsageException {
        FlowMetadata flow = new FlowMetadata().processSought(true);
        try {
            flow.network(FlowJson.network(network));
            FlowArguments.destination(flow, destination);
            if (source != null) {
                FlowArguments.source(flow, source);
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException("rules test: " + e.getMessage());
        }
        if (process != null) {
            FlowArguments.process(flow, process);
        }
        if (uid != null) {
            flow.uid(uid);
        }
        return flow;
    }

    private int batch(Trial trial) throws IOException, UsageException {
        int number = 0;
        try (BufferedReader lines = batch.equals("-")
                ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                : Files.newBufferedReader(Path.of(batch))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank()) {
                    print(OutcomeJson.write(trial.run(FlowJson.read(line))));
                }
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException(batch + ":" + number + ": " + e.getMessage());
        } finally {
            spec.commandLine().getOut().flush();
        }
        return 0;
    }

    private void explain(RulesSite site, Trial.Outcome outcome, FlowMetadata flow) {
        String file = site.file().path().toString();
        print("flow:      " + flow);
        print("decision:  " + String.join(" -> ", outcome.chain()));
        if (outcome.by() != null) {
            print("rule:      " + outcome.rule() + ": " + outcome.by() + " (" + file + ":"
                    + outcome.by().line() + ")");
        } else {
            print("rule:      none (" + why(site) + ")");
        }
        if (outcome.lookedUp()) {
            print("looked up: " + flow.host() + " is "
                    + (flow.destinationIp() == null ? "not known" : flow.destinationIp()));
        } else if (flow.host().isEmpty() || flow.destinationIp() == null) {
            print("looked up: nothing");
        } else {
            print("looked up: nothing; hosts says that " + flow.host() + " is " + flow.destinationIp());
        }
        if (site.assembly().decider().mode() == Mode.RULE) {
            printNearer(site, file, flow, outcome);
        }
        spec.commandLine().getOut().flush();
    }

    private void printNearer(RulesSite site, String file, FlowMetadata flow, Trial.Outcome outcome) {
        RuleBook book = site.assembly().book();
        Explanation explanation = new Explainer(book.rules(), book.subRules(), book.providers(), book.geo())
                .explain(flow, outcome.decision());
        for (Explanation.Mention nearer : explanation.nearer()) {
            print("not by:    " + nearer.rule() + ": " + nearer.text() + " (" + file + ":" + nearer.line() + "): "
                    + nearer.remark());
        }
    }

    private static String why(RulesSite site) {
        return switch (site.assembly().decider().mode()) {
            case RULE -> "no rule is left";
            case GLOBAL -> "mode is global";
            case DIRECT -> "mode is direct";
        };
    }
}
