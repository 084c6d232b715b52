package io.tun2socks.cli;

import io.tun2socks.config.GoScalars;
import io.tun2socks.config.NearMiss;
import io.tun2socks.config.RawSettings;
import io.tun2socks.config.Setting;
import io.tun2socks.config.UsageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads flags as xjasonlyu's tun2socks does.
 *
 * <p>Its releases up to 2.6 read them with Go's {@code flag} package ({@code -device tun0}, {@code --device=tun0}), 2.7
 * with pflag ({@code --device tun0}, {@code -d tun0}, {@code -dtun0}). The two disagree only on a single dash before a
 * long name, which pflag takes for short flags run together; here the long name wins. Picocli has no mode for this, so
 * it renders the help and runs the subcommands, and is not even loaded to start the proxy.
 */
final class GoArguments {
    private static final List<String> OWN_FLAGS =
            List.of("config", "help", "version", "home", "test", "skip-unsupported");
    private static final List<String> OWN_TEXTS = List.of("config", "home");

    private final RawSettings settings = new RawSettings();
    private final Map<String, Setting> longFlags = new HashMap<>();
    private final Map<Character, String> shortFlags =
            new HashMap<>(Map.of('c', "config", 'f', "config", 't', "test", 'v', "version", 'h', "help"));
    private String configFile = "";
    private String home = "";
    private boolean test;
    private boolean skipUnsupported;
    private boolean help;
    private boolean version;

    private final String[] args;
    private int next;

    private GoArguments(String[] args) {
        this.args = args.clone();
        for (Setting setting : Setting.values()) {
            longFlags.put(setting.flag(), setting);
            if (setting.shortFlag() != 0) {
                shortFlags.put(setting.shortFlag(), setting.flag());
            }
        }
    }

    /**
     * Reads a command line without a subcommand.
     *
     * @param args the arguments
     * @return what they say
     * @throws UsageException if a flag is unknown or lacks its value, or there is an argument that is no flag
     */
    static GoArguments parse(String... args) throws UsageException {
        GoArguments result = new GoArguments(args);
        while (result.next < args.length) {
            result.argument(args[result.next++]);
        }
        return result;
    }

    /** Returns the settings given by flags. */
    RawSettings settings() {
        return settings;
    }

    /** Returns the configuration file, or the empty text for none. */
    String configFile() {
        return configFile;
    }

    /** Returns the directory that a clash configuration's relative paths begin at, or the empty text for the file's own. */
    String home() {
        return home;
    }

    /** Tells whether the configuration is only to be tested. */
    boolean test() {
        return test;
    }

    /** Tells whether proxies of types that are not served are to be left out. */
    boolean skipUnsupported() {
        return skipUnsupported;
    }

    /** Tells whether help was asked for. */
    boolean help() {
        return help;
    }

    /** Tells whether the version was asked for. */
    boolean version() {
        return version;
    }

    private void argument(String arg) throws UsageException {
        if (arg.isEmpty() || arg.equals("--")) {
            // An empty argument is what an unset variable in quotes leaves behind; the original ignores it, too.
            return;
        }
        if (arg.charAt(0) != '-' || arg.equals("-")) {
            throw new UsageException("unexpected argument '" + arg + "'; expected flags only");
        }
        boolean two = arg.startsWith("--");
        String text = arg.substring(two ? 2 : 1);
        int equals = text.indexOf('=');
        String name = equals < 0 ? text : text.substring(0, equals);
        if (longFlags.containsKey(name) || OWN_FLAGS.contains(name)) {
            flag(name, "--" + name, equals < 0 ? null : text.substring(equals + 1));
        } else if (!two && shortFlags.containsKey(text.charAt(0))) {
            shorts(text);
        } else {
            List<String> known = new ArrayList<>(longFlags.keySet());
            known.addAll(OWN_FLAGS);
            known.sort(null);
            throw new UsageException(
                    "unknown flag '" + (two ? "--" : "-") + name + "'" + NearMiss.hint(name, known, "--"));
        }
    }

    private void shorts(String letters) throws UsageException {
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            String name = shortFlags.get(letter);
            if (name == null) {
                throw new UsageException("unknown flag '-" + letter + "' in '-" + letters + "'");
            }
            String rest = letters.substring(i + 1);
            if (rest.startsWith("=") && rest.length() > 1) {
                flag(name, "-" + letter, rest.substring(1));
                return;
            }
            if (!takesNoValue(name)) {
                flag(name, "-" + letter, rest.isEmpty() ? null : rest);
                return;
            }
            flag(name, "-" + letter, null);
        }
    }

    private boolean takesNoValue(String name) {
        Setting setting = longFlags.get(name);
        return setting == null ? !OWN_TEXTS.contains(name) : setting.kind() == Setting.Kind.BOOL;
    }

    private void flag(String name, String written, String attached) throws UsageException {
        String value = attached;
        if (value == null && takesNoValue(name)) {
            value = "true";
        } else if (value == null) {
            if (next == args.length) {
                throw new UsageException(written + ": a value is missing; expected " + written + " "
                        + (name.equals("config")
                                ? "FILE"
                                : name.equals("home")
                                        ? "DIR"
                                        : longFlags.get(name).label()));
            }
            value = args[next++];
        }
        switch (name) {
            case "config" -> configFile = value;
            case "home" -> home = value;
            case "test" -> test |= bool(written, value);
            case "skip-unsupported" -> skipUnsupported |= bool(written, value);
            case "help" -> help |= bool(written, value);
            case "version" -> version |= bool(written, value);
            default -> set(longFlags.get(name), written, value);
        }
    }

    private void set(Setting setting, String written, String value) {
        if (setting.kind() == Setting.Kind.LIST) {
            settings.append(setting, written, Arrays.asList(value.split(",", -1)));
        } else {
            settings.put(setting, written, List.of(value));
        }
    }

    private static boolean bool(String written, String value) throws UsageException {
        try {
            return GoScalars.bool(value);
        } catch (IllegalArgumentException e) {
            throw new UsageException(written + ": " + e.getMessage());
        }
    }
}
