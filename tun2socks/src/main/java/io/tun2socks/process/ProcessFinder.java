package io.tun2socks.process;

import io.tun2socks.linux.ErrnoException;
import io.tun2socks.linux.SocketDiag;
import io.tun2socks.rules.model.Ip;
import io.tun2socks.rules.model.Network;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the owners of local flows: the socket in the kernel's table, then the process that holds it. Programs of other
 * users are seen by root only (CAP_SYS_PTRACE); their user is seen by all. Processes in other network namespaces are not
 * seen: flows from there are as remote as those of another machine.
 *
 * <p>Looks up on one thread of its own, as a search may take milliseconds. Questions beyond {@link #QUEUE} that wait are
 * answered with {@link Owner#UNKNOWN} at once, and counted. Any thread.
 */
public final class ProcessFinder implements AutoCloseable {
    /** How many questions may wait. */
    public static final int QUEUE = 256;

    private static final Logger LOG = LoggerFactory.getLogger(ProcessFinder.class);
    private static final int REMEMBERED = 256;
    private static final long REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final SocketDiag sockets;
    private final SocketHolders holders;
    private final RecentOwners recent = new RecentOwners(REMEMBERED, REMEMBERED_NANOS);
    private final ThreadPoolExecutor thread;
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    private ProcessFinder(SocketDiag sockets, Path proc, int queue) {
        this.sockets = sockets;
        holders = new SocketHolders(proc);
        thread = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(queue), ProcessFinder::newThread);
    }

    /**
     * Opens a finder for the calling thread's network namespace.
     *
     * @return the finder, to be closed
     * @throws ErrnoException if the kernel gives no netlink socket
     */
    public static ProcessFinder open() throws ErrnoException {
        return open(Path.of("/proc"), QUEUE);
    }

    static ProcessFinder open(Path proc, int queue) throws ErrnoException {
        return new ProcessFinder(SocketDiag.open(), proc, queue);
    }

    private static Thread newThread(Runnable work) {
        Thread thread = new Thread(work, "tun2socks-process");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Finds the owner of a flow.
     *
     * @param network the flow's protocol
     * @param source the client's address
     * @param sourcePort the client's port, 1 to 65535
     * @param destination the address that the client sends to, as the client sees it; null if it is
     *     not known
     * @param destinationPort the port that it sends to
     * @param answer gets the owner, {@link Owner#UNKNOWN} if there is none; called once, on the finder's thread, or on the
     *     caller's if too many questions wait; must not block
     */
    public void find(
            Network network, Ip source, int sourcePort, Ip destination, int destinationPort, Consumer<Owner> answer) {
        Question question = new Question(network, source, sourcePort, destination, destinationPort, answer);
        try {
            thread.execute(question);
        } catch (RejectedExecutionException e) {
            dropped.incrementAndGet();
            answer.accept(Owner.UNKNOWN);
        }
    }

    /**
     * Finds the owner of a flow, and waits for it.
     *
     * @param network the flow's protocol
     * @param source the client's address
     * @param sourcePort the client's port, 1 to 65535
     * @param destination the address that the client sends to, as the client sees it; null if it is
     *     not known
     * @param destinationPort the port that it sends to
     * @return the owner, {@link Owner#UNKNOWN} if there is none
     */
    public Owner findNow(Network network, Ip source, int sourcePort, Ip destination, int destinationPort) {
        CompletableFuture<Owner> owner = new CompletableFuture<>();
        find(network, source, sourcePort, destination, destinationPort, owner::complete);
        return owner.join();
    }

    /** Returns how many questions were answered with unknown since too many waited, or the finder was closed. */
    public long dropped() {
        return dropped.get();
    }

    /** Returns how many questions the kernel refused to answer. */
    public long failed() {
        return failed.get();
    }

    /** Answers the questions that wait with {@link Owner#UNKNOWN}, as it does those that come later. */
    @Override
    public void close() {
        for (Runnable waiting : thread.shutdownNow()) {
            dropped.incrementAndGet();
            ((Question) waiting).answer(Owner.UNKNOWN);
        }
        sockets.close();
    }

    private Owner lookUp(Question question) {
        Optional<SocketDiag.Found> socket;
        try {
            socket = sockets.find(
                    question.network == Network.TCP ? SocketDiag.TCP : SocketDiag.UDP,
                    question.source.toBytes(),
                    question.sourcePort,
                    question.peer(),
                    question.destinationPort);
        } catch (ErrnoException e) {
            if (failed.getAndIncrement() == 0) {
                LOG.warn("the owners of flows cannot be found: {}; rules see them as unknown", e.getMessage());
            }
            return Owner.UNKNOWN;
        }
        return socket.map(this::holder).orElse(Owner.UNKNOWN);
    }

    private Owner holder(SocketDiag.Found socket) {
        long now = System.nanoTime();
        Owner known = recent.get(socket.inode(), now);
        if (known != null && known.uid() == socket.uid()) {
            return known;
        }
        Owner owner = Owner.ofPath(socket.uid(), holders.find(socket.inode(), socket.uid()));
        recent.put(socket.inode(), owner, now);
        return owner;
    }

    private final class Question implements Runnable {
        private final Network network;
        private final Ip source;
        private final int sourcePort;
        private final Ip destination;
        private final int destinationPort;
        private final Consumer<Owner> answer;

        Question(
                Network network,
                Ip source,
                int sourcePort,
                Ip destination,
                int destinationPort,
                Consumer<Owner> answer) {
            this.network = network;
            this.source = source;
            this.sourcePort = sourcePort;
            this.destination = destination;
            this.destinationPort = destinationPort;
            this.answer = answer;
        }

        @Override
        public void run() {
            Owner owner = Owner.UNKNOWN;
            try {
                owner = lookUp(this);
            } finally {
                answer(owner);
            }
        }

        /** The flow's destination need not be the socket's peer: with a proxy's client it is a name, or of either family. */
        byte[] peer() {
            boolean fits = destination != null && destination.isV4() == source.isV4();
            return fits ? destination.toBytes() : new byte[source.bits() / Byte.SIZE];
        }

        void answer(Owner owner) {
            answer.accept(owner);
        }
    }
}
