package io.tun2socks.demo;

import io.tun2socks.engine.FlowListener;
import io.tun2socks.engine.FlowRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Collects the flows that ended and writes them as a table. Thread-safe. */
final class FlowTable implements FlowListener {
    private static final List<String> HEADINGS =
            List.of("NETWORK", "SOURCE", "DESTINATION", "OUTBOUND", "UP", "DOWN", "DURATION", "OUTCOME");
    private static final int FIRST_NUMBER = 4;
    private static final int LAST_NUMBER = 6;

    private final List<FlowRecord> records = new ArrayList<>();

    @Override
    public synchronized void onFlowClosed(FlowRecord flow) {
        records.add(flow);
        notifyAll();
    }

    /**
     * Waits until enough flows ended.
     *
     * @param count how many
     * @param which which ones count
     * @param nanos how long to wait at most
     * @return whether that many ended in time
     */
    synchronized boolean await(int count, Predicate<FlowRecord> which, long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        while (records.stream().filter(which).count() < count) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    /** Returns the flows that ended so far, the first begun first. */
    synchronized List<FlowRecord> flows() {
        List<FlowRecord> sorted = new ArrayList<>(records);
        sorted.sort(Comparator.comparingLong(FlowRecord::startNanos));
        return sorted;
    }

    /** Returns the table: a line of headings, then one a flow, the first begun first. */
    String render() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADINGS);
        for (FlowRecord flow : flows()) {
            rows.add(List.of(
                    flow.network(),
                    String.valueOf(flow.source()),
                    String.valueOf(flow.destination()),
                    flow.outbound(),
                    bytes(flow.uploadBytes()),
                    bytes(flow.downloadBytes()),
                    duration(flow.endNanos() - flow.startNanos()),
                    outcome(flow)));
        }
        int[] widths = new int[HEADINGS.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String padding = " ".repeat(widths[i] - row.get(i).length());
                boolean number = i >= FIRST_NUMBER && i <= LAST_NUMBER;
                line.append(number ? padding + row.get(i) : row.get(i) + padding)
                        .append("  ");
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /** Returns the outcome without what other columns say. */
    private static String outcome(FlowRecord flow) {
        String text = String.valueOf(flow.outcome());
        for (String known : List.of(flow.outbound() + ": ", "connect to " + flow.destination() + ": ")) {
            text = text.startsWith(known) ? text.substring(known.length()) : text;
        }
        return text;
    }

    /** Returns a number of bytes in the unit that suits it, such as {@code 64.0 MiB}. */
    static String bytes(long count) {
        if (count < 1024) {
            return count + " B";
        }
        double value = count / 1024.0;
        for (String unit : new String[] {"KiB", "MiB"}) {
            if (value < 1024) {
                return String.format(Locale.ROOT, "%.1f %s", value, unit);
            }
            value /= 1024;
        }
        return String.format(Locale.ROOT, "%.1f GiB", value);
    }

    /** Returns a time in milliseconds, or from a second on in seconds. */
    static String duration(long nanos) {
        double millis = nanos / 1e6;
        return millis < 1000
                ? String.format(Locale.ROOT, "%.1f ms", millis)
                : String.format(Locale.ROOT, "%.2f s", millis / 1000);
    }
}
