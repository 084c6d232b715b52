package io.tun2socks.cli;

import io.tun2socks.cli.rules.RulesCommand;
import io.tun2socks.config.Setting;
import io.tun2socks.demo.DemoCommand;
import java.io.PrintWriter;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The program's commands as picocli sees them: built from {@link Setting}, so that flags and help cannot differ. */
final class CommandLines {
    private static final int WIDTH = 100;

    private CommandLines() {}

    /** Makes the whole tree of commands. */
    static CommandLine create() {
        CommandSpec spec = CommandSpec.create();
        spec.name("tun2socks");
        spec.parser().separator(" ");
        spec.usageMessage()
                .width(WIDTH)
                .sortOptions(false)
                .sortSynopsis(false)
                .customSynopsis(
                        "tun2socks -d DEVICE -p PROXY [FLAG]...",
                        "       tun2socks -c FILE [FLAG]...",
                        "       tun2socks COMMAND --help")
                .description("%nSends all connections that reach a TUN device to a proxy.%n%n"
                        + "Flags are written --flag VALUE or --flag=VALUE; one dash does as well. Durations are"
                        + " written 300ms, 30s, 5m or 1h30m; sizes 65536, 512k or 4MiB.")
                .commandListHeading("%nCommands:%n")
                .footerHeading("%nExamples:%n")
                .footer(
                        "  tun2socks -d tun0 -p socks5://127.0.0.1:1080 --address 198.18.0.1/15 --fwmark 0x22b",
                        "  tun2socks --device tun://tun0 --proxy http://user:pass@10.0.0.1:3128 --interface eth0",
                        "  tun2socks -c /etc/tun2socks.yaml",
                        "  tun2socks rules test -c config.yaml example.com:443",
                        "",
                        "Exit codes: 0 stopped by SIGTERM or SIGINT, 1 failure, 2 a flag or the configuration is wrong.",
                        "Environment: TUN2SOCKS_JAVA, TUN2SOCKS_JAVA_OPTS, TUN2SOCKS_ARCHIVE, NO_COLOR; see docs/cli.md.",
                        "");
        int order = 0;
        for (Setting.Group group : Setting.Group.values()) {
            ArgGroupSpec.Builder section = ArgGroupSpec.builder()
                    .heading("%n" + group.title() + ":%n")
                    .validate(false)
                    .multiplicity("0..1")
                    .order(order++);
            Arrays.stream(Setting.values())
                    .filter(setting -> setting.group() == group)
                    .forEach(setting -> section.addArg(option(setting)));
            if (group == Setting.Group.OPERATION) {
                section.addArg(OptionSpec.builder("-c", "-f", "--config")
                        .paramLabel("FILE")
                        .type(String.class)
                        .description("Read settings from this YAML file: one of clash, with proxies, groups and rules"
                                + " (docs/config.md), or one with the flags' names as keys. What it sets wins over"
                                + " flags. SIGHUP has a clash configuration read again.")
                        .build());
                section.addArg(OptionSpec.builder("--home")
                        .paramLabel("DIR")
                        .type(String.class)
                        .description("Where the relative paths of a clash configuration begin, and geographic data"
                                + " lies. Default: the file's directory.")
                        .build());
                section.addArg(OptionSpec.builder("-t", "--test")
                        .type(boolean.class)
                        .description("Test the configuration and exit.")
                        .build());
                section.addArg(OptionSpec.builder("--skip-unsupported")
                        .type(boolean.class)
                        .description("Leave out proxies of types that are not served, instead of refusing the clash"
                                + " configuration. What rules send to them is rejected.")
                        .build());
                section.addArg(OptionSpec.builder("-v", "--version")
                        .versionHelp(true)
                        .type(boolean.class)
                        .description("Print the version and exit.")
                        .build());
                section.addArg(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .type(boolean.class)
                        .description("Print this help and exit.")
                        .build());
            }
            spec.addArgGroup(section.build());
        }
        CommandLine commandLine = new CommandLine(spec);
        commandLine.addSubcommand(new DeviceCommand());
        commandLine.addSubcommand(new RulesCommand());
        commandLine.addSubcommand(new DemoCommand());
        commandLine.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
        commandLine.setParameterExceptionHandler((exception, args) -> {
            CommandLine command = exception.getCommandLine();
            PrintWriter err = command.getErr();
            err.println("tun2socks: " + exception.getMessage());
            err.println("Run '" + command.getCommandSpec().qualifiedName() + " --help' for what is expected.");
            return ExitCode.USAGE;
        });
        return commandLine;
    }

    private static OptionSpec option(Setting setting) {
        String name = "--" + setting.flag();
        OptionSpec.Builder option = setting.shortFlag() == 0
                ? OptionSpec.builder(name)
                : OptionSpec.builder("-" + setting.shortFlag(), name);
        option.description(setting.help().replace("%", "%%"));
        if (setting.kind() == Setting.Kind.BOOL) {
            return option.type(boolean.class).arity("0").build();
        }
        return option.type(String.class).paramLabel(setting.label()).build();
    }
}
