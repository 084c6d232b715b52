package io.tun2socks.it;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;

/**
 * A network namespace that the tests made. Its name is {@code t2s-PID-N-LABEL}, so that what a killed test run left
 * behind is known by the process that is no more.
 */
final class NetNs implements AutoCloseable {
    private static final Path DIRECTORY = Path.of("/run/netns");
    private static final java.util.regex.Pattern NAME = java.util.regex.Pattern.compile("t2s-(\\d+)-\\d+-\\w+");
    private static final java.util.regex.Pattern MTU = java.util.regex.Pattern.compile(" mtu (\\d+) ");
    private static final Duration QUICK = Duration.ofSeconds(10);
    private static final int CLONE_NEWNET = 0x40000000;
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Set<NetNs> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> List.copyOf(OPEN).forEach(NetNs::close), "netns-cleanup"));
    }

    /** What of the C library is needed here. */
    private interface LibC extends Library {
        LibC INSTANCE = Native.load("c", LibC.class);

        int open(String path, int flags) throws LastErrorException;

        int setns(int fd, int type) throws LastErrorException;

        int close(int fd) throws LastErrorException;
    }

    private final String name;
    private final Transcript transcript;
    private final List<Daemon> daemons = new ArrayList<>();

    private NetNs(String name, Transcript transcript) {
        this.name = name;
        this.transcript = transcript;
    }

    /** Makes a namespace with its loopback up; sweeps those of dead test runs first. */
    static NetNs create(String label, Transcript transcript) {
        sweep();
        String name = "t2s-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet() + "-" + label;
        NetNs made = new NetNs(name, transcript);
        Commands.run(QUICK, List.of("ip", "netns", "add", name)).ok();
        OPEN.add(made);
        made.ip("link", "set", "lo", "up");
        return made;
    }

    /** Removes the namespaces whose makers are dead, and ends what still runs in them. */
    static void sweep() {
        if (!Files.isDirectory(DIRECTORY)) {
            return;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(DIRECTORY, "t2s-*")) {
            for (Path entry : entries) {
                Matcher matcher = NAME.matcher(entry.getFileName().toString());
                if (matcher.matches()
                        && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty()) {
                    remove(matcher.group());
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("cannot list " + DIRECTORY, e);
        }
    }

    String name() {
        return name;
    }

    /** Runs {@code ip} on this namespace; fails if that fails. */
    String ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name));
        command.addAll(List.of(arguments));
        Ran ran = Commands.run(QUICK, command);
        transcript.add(ran);
        return ran.ok().out();
    }

    /** Whether there is an interface of this name. */
    boolean hasLink(String link) {
        return Commands.run(QUICK, List.of("ip", "-n", name, "-o", "link", "show", "dev", link))
                        .status()
                == 0;
    }

    /** The MTU of the interface of this name; empty if there is none. */
    String linkMtu(String link) {
        Ran shown = Commands.run(QUICK, List.of("ip", "-n", name, "-o", "link", "show", "dev", link));
        Matcher matcher = MTU.matcher(shown.out());
        return matcher.find() ? matcher.group(1) : "";
    }

    /** The command line that runs a command inside; the process keeps its pid. */
    List<String> inside(List<String> command) {
        List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", name));
        whole.addAll(command);
        return whole;
    }

    /** Runs a command inside to its end. */
    Ran run(Duration limit, String... command) {
        Ran ran = Commands.run(limit, inside(List.of(command)));
        transcript.add(ran);
        return ran;
    }

    /** Runs a bash script inside to its end, with {@code pipefail}. */
    Ran bash(Duration limit, String script) {
        return run(limit, "bash", "-o", "pipefail", "-c", script);
    }

    /** Starts a process inside that ends at the latest when the namespace is closed. */
    Daemon start(String label, Path log, List<String> command) {
        Daemon daemon = new Daemon(label, inside(command), log);
        synchronized (daemons) {
            daemons.add(daemon);
        }
        return daemon;
    }

    /**
     * Does something on a thread that is inside. Sockets opened there belong to the namespace for good, whichever
     * thread uses them later.
     */
    <T> T call(Callable<T> work) throws Exception {
        return call(Duration.ofMinutes(3), work);
    }

    private <T> T call(Duration limit, Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(() -> {
            enter();
            return work.call();
        });
        Thread thread = new Thread(task, "in-" + name);
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                cause.addSuppressed(new IllegalStateException("called from here, in namespace " + name));
                throw cause;
            }
            throw new AssertionError(e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            thread.interrupt();
            throw new AssertionError("not done within " + limit, e);
        }
    }

    private void enter() {
        int fd = LibC.INSTANCE.open(DIRECTORY.resolve(name).toString(), 0);
        try {
            LibC.INSTANCE.setns(fd, CLONE_NEWNET);
        } finally {
            LibC.INSTANCE.close(fd);
        }
    }

    /** Ends everything inside and removes the namespace. */
    @Override
    public void close() {
        synchronized (daemons) {
            daemons.forEach(Daemon::close);
            daemons.clear();
        }
        if (OPEN.remove(this)) {
            remove(name);
        }
    }

    private static void remove(String name) {
        Ran pids = Commands.run(QUICK, List.of("ip", "netns", "pids", name));
        long self = ProcessHandle.current().pid();
        pids.out()
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .mapToLong(Long::parseLong)
                .filter(pid -> pid != self)
                .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        Commands.run(QUICK, List.of("ip", "netns", "del", name));
    }
}
