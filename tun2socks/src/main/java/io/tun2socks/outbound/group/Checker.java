package io.tun2socks.outbound.group;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.PromiseNotifier;
import io.tun2socks.http.ExpectedStatus;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tests proxies and groups, ten at a time; the same test is not made twice at once. On its event loop only. */
final class Checker {
    /** How many tests are under way at most. */
    static final int AT_ONCE = 10;

    private static final Logger log = LoggerFactory.getLogger(Checker.class);

    private final EventLoop loop;
    private final UrlTester tester;
    private final Consumer<Health> listener;
    private final Map<Check, Promise<Integer>> pending = new HashMap<>();
    private final Queue<Check> waiting = new ArrayDeque<>();
    private int running;
    private boolean closed;

    private record Check(Policy policy, String url, ExpectedStatus expected, int timeoutMillis) {}

    /**
     * Prepares.
     *
     * @param listener hears on the loop of each health that has changed
     */
    Checker(EventLoop loop, UrlTester tester, Consumer<Health> listener) {
        this.loop = loop;
        this.tester = tester;
        this.listener = listener;
    }

    /**
     * Tests when its turn comes, and notes the result.
     *
     * @return the result of {@link UrlTester#test}
     */
    Future<Integer> check(Policy policy, String url, ExpectedStatus expected, int timeoutMillis) {
        Check check = new Check(policy, url, expected, timeoutMillis);
        Promise<Integer> result = loop.newPromise();
        if (closed) {
            return result.setFailure(new IllegalStateException("the configuration has been replaced"));
        }
        Promise<Integer> same = pending.get(check);
        if (same != null) {
            same.addListener(new PromiseNotifier<>(result));
            return result;
        }
        pending.put(check, result);
        waiting.add(check);
        startNext();
        return result;
    }

    private void startNext() {
        while (running < AT_ONCE && !waiting.isEmpty()) {
            Check check = waiting.remove();
            running++;
            tester.test(check.policy().outbound(), check.url(), check.expected(), check.timeoutMillis())
                    .addListener((Future<Integer> future) -> onResult(check, future));
        }
    }

    private void onResult(Check check, Future<Integer> future) {
        running--;
        Promise<Integer> result = pending.remove(check);
        if (closed) {
            return;
        }
        int delay = future.isSuccess() ? Math.max(1, future.getNow()) : 0;
        if (future.isSuccess()) {
            log.debug("{}: {} ms", check.policy().name(), delay);
        } else {
            log.debug("{}: {}", check.policy().name(), future.cause().getMessage());
        }
        check.policy().health().note(delay);
        Health health = check.policy().health(check.url());
        health.note(delay);
        listener.accept(health);
        if (future.isSuccess()) {
            result.trySuccess(delay);
        } else {
            result.tryFailure(future.cause());
        }
        startNext();
    }

    /** Starts no other test; those under way end without being noted. */
    void close() {
        closed = true;
        waiting.clear();
        pending.values().forEach(result -> result.cancel(false));
        pending.clear();
    }
}
