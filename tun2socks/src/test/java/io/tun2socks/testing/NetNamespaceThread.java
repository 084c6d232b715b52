package io.tun2socks.testing;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import io.tun2socks.linux.NetInterface;
import io.tun2socks.linux.NetInterfaces;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Runs code on a fresh thread in a fresh network namespace with {@code lo} up; needs root.
 *
 * <p>Sockets, devices and child processes made there belong to the namespace and work from any thread. It vanishes with
 * the last of them.
 */
public final class NetNamespaceThread {
    private static final int CLONE_NEWNET = 0x40000000;

    private NetNamespaceThread() {}

    /** Code that may throw. */
    @FunctionalInterface
    public interface Body {
        /** Runs the code. */
        void run() throws Exception;
    }

    /**
     * Runs code in a namespace of its own and waits for it.
     *
     * @param body the code
     */
    public static void run(Body body) throws Exception {
        call(() -> {
            body.run();
            return true;
        });
    }

    /**
     * Calls code in a namespace of its own and waits for its result.
     *
     * @param body the code
     * @return its result
     */
    public static <T> T call(Callable<T> body) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        Calls.unshare(CLONE_NEWNET);
                        try (NetInterfaces interfaces = NetInterfaces.open()) {
                            NetInterface lo = interfaces.find("lo").orElseThrow();
                            interfaces.setUp(lo.index(), true);
                        }
                        result.complete(body.call());
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                },
                "test-netns");
        thread.start();
        thread.join();
        try {
            return result.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            if (e.getCause() instanceof Exception exception) {
                throw exception;
            }
            throw e;
        }
    }

    private static final class Calls {
        static {
            Native.register(Calls.class, "c");
        }

        static native int unshare(int flags) throws LastErrorException;
    }
}
