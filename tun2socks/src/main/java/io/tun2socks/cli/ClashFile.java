package io.tun2socks.cli;

import io.tun2socks.config.UsageException;
import io.tun2socks.config.clash.ClashConfig;
import io.tun2socks.config.clash.ClashConfigException;
import io.tun2socks.config.clash.ClashConfigReader;
import io.tun2socks.config.clash.ReadOptions;
import io.tun2socks.config.clash.Remark;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * A clash configuration that was read.
 *
 * @param path where it is
 * @param options how it was read
 * @param config what it says
 * @param remarks what its writer should know
 */
public record ClashFile(Path path, ReadOptions options, ClashConfig config, List<Remark> remarks) {
    /** Copies the list. */
    public ClashFile {
        remarks = List.copyOf(remarks);
    }

    /**
     * Tells whether a file is a clash configuration.
     *
     * @param file its name
     * @return whether it is; false if it cannot be read
     */
    static boolean isOne(String file) {
        try {
            return ClashConfigReader.looksLikeClash(Path.of(file));
        } catch (InvalidPathException | IOException e) {
            return false;
        }
    }

    /**
     * Reads a configuration.
     *
     * @param file its name
     * @param home the directory that relative paths begin at; empty for the file's own
     * @param skipUnsupported whether proxies that are not served are left out
     * @return the configuration
     * @throws UsageException if it has errors; the message has a line for each
     * @throws IOException if it cannot be read; the message names the file
     */
    public static ClashFile read(String file, String home, boolean skipUnsupported) throws UsageException, IOException {
        try {
            Path path = Path.of(file);
            ReadOptions options = ReadOptions.forFile(path);
            if (!home.isEmpty()) {
                options = options.withHome(Path.of(home));
            }
            if (skipUnsupported) {
                options = options.withSkipUnsupported();
            }
            ClashConfigReader.Result result = ClashConfigReader.read(path, options);
            return new ClashFile(path, options, result.config(), result.remarks());
        } catch (ClashConfigException e) {
            throw new UsageException(String.join("\n", e.messages()));
        } catch (NoSuchFileException e) {
            throw new IOException("--config: there is no file " + file, e);
        } catch (InvalidPathException e) {
            throw new IOException("--config: " + file + " is no path: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new IOException("--config: " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Reads the same file again. */
    ClashFile again() throws UsageException, IOException {
        return read(path.toString(), options.home().toString(), options.skipUnsupported());
    }
}
