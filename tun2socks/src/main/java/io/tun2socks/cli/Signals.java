package io.tun2socks.cli;

import io.tun2socks.linux.Libc;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears of signals before the JVM does.
 *
 * <p>A shutdown hook does not suffice: it can change neither the exit code 143 of a JVM that SIGTERM ends, nor hear the
 * second signal. {@code sun.misc.Signal} can both; it is in the supported module jdk.unsupported, but javac warns of
 * each use of the name, hence reflection.
 */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /**
     * Calls back on a signal.
     *
     * @param name the signal without SIG
     * @param evenIfIgnored whether to hear it also if the parent process had it ignored: a shell does that with SIGINT
     *     to what it starts in the background, nohup with SIGHUP
     * @param action called on a thread of its own
     * @return whether that could be set up
     */
    static boolean handle(String name, boolean evenIfIgnored, Runnable action) {
        try {
            Class<?> signalClass = Class.forName("sun.misc.Signal");
            Class<?> handlerClass = Class.forName("sun.misc.SignalHandler");
            Object handler = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(),
                    new Class<?>[] {handlerClass},
                    (proxy, method, args) -> answer(proxy, method, args, action));
            Object signal = signalClass.getConstructor(String.class).newInstance(name);
            Method handle = signalClass.getMethod("handle", signalClass, handlerClass);
            Object ignore = handlerClass.getField("SIG_IGN").get(null);
            // The JVM leaves a signal alone that was ignored at its start, and says so.
            if (ignore.equals(handle.invoke(null, signal, handler)) && evenIfIgnored) {
                Libc.defaultSignal((int) signalClass.getMethod("getNumber").invoke(signal));
                handle.invoke(null, signal, handler);
            }
            return true;
        } catch (ReflectiveOperationException | IllegalArgumentException | LinkageError e) {
            LOG.debug("SIG{} is left to the JVM", name, e);
            return false;
        }
    }

    private static Object answer(Object proxy, Method method, Object[] args, Runnable action) {
        return switch (method.getName()) {
            case "handle" -> {
                action.run();
                yield null;
            }
            case "equals" -> proxy == args[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "handler";
        };
    }
}
