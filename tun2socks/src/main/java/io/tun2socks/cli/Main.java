package io.tun2socks.cli;

import io.tun2socks.assembly.ClashSettings;
import io.tun2socks.config.ConfigFile;
import io.tun2socks.config.LogLevel;
import io.tun2socks.config.NearMiss;
import io.tun2socks.config.RawSettings;
import io.tun2socks.config.Setting;
import io.tun2socks.config.Settings;
import io.tun2socks.config.SettingsReader;
import io.tun2socks.config.UsageException;
import io.tun2socks.logging.Logging;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** The program's entry point. */
public final class Main {
    private static final String DEFAULT_DEVICE = "tun0";

    private final PrintStream out;
    private final PrintStream err;
    private final ProxyParts parts;
    private final StopRequest stop;

    private boolean ownsProcess;

    private Main(PrintStream out, PrintStream err, ProxyParts parts, StopRequest stop) {
        this.out = out;
        this.err = err;
        this.parts = parts;
        this.stop = stop;
    }

    /**
     * Runs the program and ends the process.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        LibraryDefaults.apply();
        if (Warmup.isAsked()) {
            System.exit(Warmup.run());
        }
        Main main = new Main(System.out, System.err, ProxyParts.REAL, new StopRequest());
        main.ownsProcess = true;
        int code = main.exitCode(args);
        System.out.flush();
        System.exit(code);
    }

    /**
     * Runs the program; returns when it has ended.
     *
     * @param args the command line
     * @param out standard output
     * @param err standard error
     * @param parts what a run is put together from
     * @param stop when to stop
     * @return the exit code
     */
    static int run(String[] args, PrintStream out, PrintStream err, ProxyParts parts, StopRequest stop) {
        return new Main(out, err, parts, stop).exitCode(args);
    }

    private int exitCode(String[] args) {
        try {
            return dispatch(args);
        } catch (UsageException e) {
            err.println("tun2socks: " + e.getMessage());
            err.println("Run 'tun2socks --help' for all flags.");
            return ExitCode.USAGE;
        } catch (RunFailure e) {
            err.println("tun2socks: " + oneLine(e.getMessage()));
            if (e.getCause() != null && Logging.level().compareTo(LogLevel.DEBUG) >= 0) {
                e.getCause().printStackTrace(err);
            }
            return ExitCode.FAILURE;
        }
    }

    private int dispatch(String[] args) throws UsageException, RunFailure {
        if (args.length > 0 && !args[0].isEmpty() && args[0].charAt(0) != '-') {
            return subcommand(args);
        }
        GoArguments arguments = GoArguments.parse(args);
        if (arguments.help()) {
            CommandLines.create().usage(out);
            return ExitCode.OK;
        }
        if (arguments.version()) {
            out.println(Version.text());
            return ExitCode.OK;
        }
        return proxy(arguments);
    }

    private int subcommand(String[] args) throws UsageException {
        CommandLine commandLine = CommandLines.create();
        if (!commandLine.getSubcommands().containsKey(args[0])) {
            List<String> known = new ArrayList<>(commandLine.getSubcommands().keySet());
            throw new UsageException("unknown command '" + args[0] + "'"
                    + NearMiss.hint(args[0], known, "")
                    + (known.isEmpty() ? "" : "; expected flags, or one of " + String.join(", ", known)));
        }
        commandLine.setOut(new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), true));
        commandLine.setErr(new PrintWriter(new OutputStreamWriter(err, StandardCharsets.UTF_8), true));
        return commandLine.execute(args);
    }

    private int proxy(GoArguments arguments) throws UsageException, RunFailure {
        RawSettings raw = arguments.settings();
        List<Setting> covered = new ArrayList<>();
        ClashFile clash = null;
        if (ClashFile.isOne(arguments.configFile())) {
            clash = clash(arguments);
            covered.addAll(raw.overlay(ClashSettings.of(arguments.configFile(), clash.config())));
            if (clash.config().tun().enable() && raw.text(Setting.DEVICE).isEmpty()) {
                raw.put(Setting.DEVICE, "tun.device", List.of(DEFAULT_DEVICE));
            }
        } else if (!arguments.configFile().isEmpty()) {
            covered.addAll(raw.overlay(config(arguments.configFile())));
        }
        // The level first, so that what follows is logged or not as wished.
        Logging.setLevel(SettingsReader.logLevel(raw));
        Settings settings = SettingsReader.read(raw);
        for (Setting setting : covered) {
            LoggerFactory.getLogger(Main.class).warn("--{} is not used: {} wins", setting.flag(), raw.origin(setting));
        }
        if (clash != null) {
            clash.remarks()
                    .forEach(remark -> LoggerFactory.getLogger(Main.class).warn("{}", remark));
        }
        if (arguments.test()) {
            if (clash != null) {
                ClashWays.test(clash, settings);
            }
            out.println("configuration file " + arguments.configFile() + " test is successful");
            return ExitCode.OK;
        }
        Ways.Opener ways = clash == null ? Ways.only(settings) : ClashWays.of(clash, settings);
        RunCommand run = new RunCommand(settings, ways, parts, stop);
        if (ownsProcess) {
            watchSignals(run, clash != null);
        }
        run.run();
        return ExitCode.OK;
    }

    private void watchSignals(RunCommand run, boolean reloads) {
        for (String signal : List.of("TERM", "INT", "HUP")) {
            boolean evenIfIgnored = !signal.equals("HUP");
            Signals.handle(signal, evenIfIgnored, () -> {
                if (reloads && signal.equals("HUP") && run.reload()) {
                    return;
                }
                // The first stops in an orderly way, the second without draining, the third without undoing.
                if (stop.request("SIG" + signal) > 2) {
                    Runtime.getRuntime().halt(ExitCode.FAILURE);
                }
            });
        }
        // For what ends the JVM past our handlers; finds nothing to undo after an ordinary end.
        Runtime.getRuntime().addShutdownHook(new Thread(run::shutDown, "undo"));
    }

    private static ClashFile clash(GoArguments arguments) throws UsageException, RunFailure {
        try {
            return ClashFile.read(arguments.configFile(), arguments.home(), arguments.skipUnsupported());
        } catch (IOException e) {
            throw new RunFailure(e.getMessage(), e);
        }
    }

    private static RawSettings config(String file) throws UsageException, RunFailure {
        try {
            return ConfigFile.read(Path.of(file));
        } catch (NoSuchFileException e) {
            throw new RunFailure("--config: there is no file " + file, e);
        } catch (InvalidPathException | IOException e) {
            throw new RunFailure("--config: " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static String oneLine(String message) {
        return String.valueOf(message).replaceAll("\\s*[\\r\\n]+\\s*", " ");
    }
}
