package io.tun2socks.cli.rules;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.tun2socks.assembly.Assembly;
import io.tun2socks.assembly.AssemblyException;
import io.tun2socks.cli.ClashFile;
import io.tun2socks.config.UsageException;
import io.tun2socks.outbound.EpollLoops;
import io.tun2socks.outbound.SocketSettings;
import io.tun2socks.provider.Timers;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** A configuration put together for questions only: nothing is fetched, checked or changed. */
final class RulesSite implements AutoCloseable {
    private static final Timers NEVER = new Timers() {
        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        public void execute(Runnable task) {
            // What would be done later is fetching.
        }

        @Override
        public void after(Duration delay, Runnable task) {
            // As above.
        }

        @Override
        public void close() {
            // There is no thread.
        }
    };

    private final ClashFile file;
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollLoops.factory());
    private final Assembly assembly;

    private RulesSite(ClashFile file) throws AssemblyException {
        this.file = file;
        try {
            assembly = new Assembly(
                    file.path().toString(),
                    file.config(),
                    new Assembly.Surroundings(
                            file.options(),
                            SocketSettings.DEFAULT,
                            group.next(),
                            NEVER,
                            Assembly.selected(file.config(), file.options(), NEVER)));
        } catch (AssemblyException | RuntimeException e) {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw e;
        }
        assembly.load();
    }

    /**
     * Puts a configuration together, with what its providers have on the disk.
     *
     * @param config the file's name
     * @param home the directory that relative paths begin at; empty for the file's own
     * @param skipUnsupported whether proxies that are not served are left out
     * @return the site
     * @throws UsageException if the configuration has errors; the message has a line for each
     * @throws IOException if it cannot be read
     */
    static RulesSite open(String config, String home, boolean skipUnsupported) throws UsageException, IOException {
        try {
            return new RulesSite(ClashFile.read(config, home, skipUnsupported));
        } catch (AssemblyException e) {
            throw new UsageException(String.join("\n", e.messages()));
        }
    }

    ClashFile file() {
        return file;
    }

    Assembly assembly() {
        return assembly;
    }

    @Override
    public void close() {
        assembly.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
