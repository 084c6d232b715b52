package io.tun2socks.config.clash;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Reads configurations given as text. */
final class Reading {
    static final ReadOptions OPTIONS = new ReadOptions(Path.of("/etc/tun2socks"), false, false);

    private Reading() {}

    static ClashConfigReader.Result result(String yaml, ReadOptions options) {
        try {
            return ClashConfigReader.read("c.yaml", yaml.getBytes(StandardCharsets.UTF_8), options);
        } catch (ClashConfigException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    static ClashConfig config(String yaml) {
        return result(yaml, OPTIONS).config();
    }

    static List<String> remarks(String yaml) {
        return result(yaml, OPTIONS).remarks().stream().map(Remark::toString).toList();
    }

    static List<String> errors(String yaml) {
        return errors(yaml, OPTIONS);
    }

    static List<String> errors(String yaml, ReadOptions options) {
        ClashConfigException e = catchThrowableOfType(
                ClashConfigException.class,
                () -> ClashConfigReader.read("c.yaml", yaml.getBytes(StandardCharsets.UTF_8), options));
        if (e == null) {
            throw new AssertionError("no error was found");
        }
        return e.messages();
    }
}
