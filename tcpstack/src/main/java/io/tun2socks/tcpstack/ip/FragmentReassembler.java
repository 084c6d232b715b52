package io.tun2socks.tcpstack.ip;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.tun2socks.tcpstack.wire.Ipv6Extensions;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * Puts the fragments of IPv4 (RFC 791 3.2, RFC 815) and IPv6 (RFC 8200 4.5) together again, within bounds of memory and
 * time.
 *
 * <p>Nothing but exact repetitions may overlap: any other overlap, or fragments that disagree about where the datagram
 * ends, drop the whole datagram. In IPv6 the fragments that come later are dropped as well (RFC 5722); in IPv4, whose
 * 16-bit identification soon returns, they begin a new datagram.
 *
 * <p>When a limit is reached, the source that holds the most of what is short loses its oldest datagram, so that a source
 * that sends first fragments only, however many, fights with itself alone.
 *
 * <p>Fragments are copied, so that they never pin the buffers they were read into. Not thread-safe.
 */
public final class FragmentReassembler implements AutoCloseable {
    /** What {@link #nextDeadlineNanos} returns when nothing is waited for. */
    public static final long NO_DEADLINE = Long.MAX_VALUE;

    private final ByteBufAllocator allocator;
    private final FragmentLimits limits;
    private final FragmentView view = new FragmentView();
    // In the order of arrival of the first fragment, and so of the deadlines.
    private final Map<FragmentKey, FragmentedDatagram> datagrams = new LinkedHashMap<>();
    private final Map<IpAddress, FragmentSource> sources = new HashMap<>();
    private Consumer<ByteBuf> onTimeout = first -> {};
    private boolean refusedLast;
    private int heldBytes;
    private long nextSequence;
    private long reassembled;
    private long refused;
    private long discarded;
    private long evicted;
    private long timedOut;

    /**
     * Makes a reassembler that holds nothing.
     *
     * @param allocator where copies of fragments and whole packets are allocated
     * @param limits what it may cost
     */
    public FragmentReassembler(ByteBufAllocator allocator, FragmentLimits limits) {
        this.allocator = allocator;
        this.limits = limits;
    }

    /**
     * Sets who hears of datagrams given up although their first fragment had come.
     *
     * @param listener gets that fragment from the IP header on, or as much of it as an ICMP error may quote; borrowed
     */
    public void onTimeout(Consumer<ByteBuf> listener) {
        onTimeout = listener;
    }

    /**
     * Takes a fragment.
     *
     * @param packet a virtio-net header at the reader index, the IP packet behind it up to the writer index; borrowed, and
     *     left as it is. Nothing in it need have been checked
     * @param nowNanos the time
     * @return null if the fragment is kept or was dropped; or a whole packet that is owned by the caller: a plain
     *     virtio-net header, so that the transport checksum is yet to be verified, and an IP packet that is no fragment
     */
    public ByteBuf accept(ByteBuf packet, long nowNanos) {
        expire(nowNanos);
        refusedLast = !view.parse(packet);
        if (refusedLast) {
            refused++;
            return null;
        }
        if (view.isAtomic()) {
            // RFC 6946: whatever else is known under this identification is another datagram.
            reassembled++;
            return FragmentedDatagram.ofAtomic(packet, view, allocator);
        }
        FragmentKey key = view.key(packet);
        FragmentedDatagram datagram = datagrams.get(key);
        if (datagram == null) {
            datagram = open(key, nowNanos);
        } else if (datagram.poisoned()) {
            refused++;
            return null;
        }
        return switch (datagram.fit(packet, view)) {
            case DUPLICATE -> null;
            case CONFLICT -> {
                discard(datagram);
                yield null;
            }
            case NEW -> add(packet, datagram);
        };
    }

    private FragmentedDatagram open(FragmentKey key, long nowNanos) {
        FragmentedDatagram datagram = new FragmentedDatagram(key, nextSequence++, nowNanos + limits.timeoutNanos());
        datagrams.put(key, datagram);
        sources.computeIfAbsent(sourceOf(key), address -> new FragmentSource()).add(datagram);
        heldBytes += datagram.charge();
        // The newcomer counts for its source already, but is never the oldest of the greatest.
        while (datagrams.size() > limits.maxDatagrams()) {
            evictFromGreatest(FragmentSource::datagrams);
        }
        return datagram;
    }

    private ByteBuf add(ByteBuf packet, FragmentedDatagram datagram) {
        if (datagram.fragments() == limits.maxFragments()) {
            discard(datagram);
            return null;
        }
        // Charged before there is room, so that a source which asks for much is the one that makes room.
        charge(datagram, datagram.reserve(view));
        while (heldBytes > limits.maxBytes()) {
            if (evictFromGreatest(FragmentSource::bytes) == datagram) {
                return null;
            }
        }
        datagram.add(packet, view, allocator);
        if (!datagram.complete()) {
            return null;
        }
        ByteBuf whole = datagram.assemble(allocator);
        if (whole == null) {
            discarded++;
        } else {
            reassembled++;
        }
        remove(datagram);
        return whole;
    }

    private FragmentedDatagram evictFromGreatest(ToIntFunction<FragmentSource> share) {
        FragmentSource greatest = null;
        for (FragmentSource source : sources.values()) {
            if (greatest == null
                    || share.applyAsInt(source) > share.applyAsInt(greatest)
                    || (share.applyAsInt(source) == share.applyAsInt(greatest)
                            && source.oldest().sequence() < greatest.oldest().sequence())) {
                greatest = source;
            }
        }
        if (greatest == null) {
            throw new AssertionError("a limit is reached although nothing is held");
        }
        FragmentedDatagram victim = greatest.oldest();
        remove(victim);
        evicted++;
        return victim;
    }

    /** Drops a datagram that contradicts itself. */
    private void discard(FragmentedDatagram datagram) {
        discarded++;
        if (IpAddress.isIpv4(datagram.key().srcHi(), datagram.key().srcLo())) {
            remove(datagram);
            return;
        }
        int before = datagram.charge();
        datagram.poison();
        charge(datagram, datagram.charge() - before);
    }

    private void charge(FragmentedDatagram datagram, int bytes) {
        heldBytes += bytes;
        sources.get(sourceOf(datagram.key())).charge(bytes);
    }

    private void remove(FragmentedDatagram datagram) {
        datagrams.remove(datagram.key());
        forget(datagram);
    }

    /** Does everything that a removal is, but for the map of datagrams. */
    private void forget(FragmentedDatagram datagram) {
        heldBytes -= datagram.charge();
        IpAddress address = sourceOf(datagram.key());
        FragmentSource source = sources.get(address);
        source.remove(datagram);
        if (source.datagrams() == 0) {
            sources.remove(address);
        }
        datagram.release();
    }

    private static IpAddress sourceOf(FragmentKey key) {
        return IpAddress.of(key.srcHi(), key.srcLo());
    }

    /**
     * Gives up the datagrams whose time is over.
     *
     * @param nowNanos the time
     */
    public void expire(long nowNanos) {
        if (datagrams.isEmpty()) {
            return;
        }
        Iterator<FragmentedDatagram> oldestFirst = datagrams.values().iterator();
        while (oldestFirst.hasNext()) {
            FragmentedDatagram datagram = oldestFirst.next();
            if (datagram.deadlineNanos() - nowNanos > 0) {
                return;
            }
            oldestFirst.remove();
            timedOut++;
            report(datagram);
            forget(datagram);
        }
    }

    private void report(FragmentedDatagram datagram) {
        if (datagram.hasFirst()) {
            ByteBuf first = datagram.quoteFirst(allocator);
            try {
                onTimeout.accept(first);
            } finally {
                first.release();
            }
        }
    }

    /** Tells whether {@link #accept} dropped the last packet because it was malformed itself. */
    public boolean takeRefused() {
        boolean was = refusedLast;
        refusedLast = false;
        return was;
    }

    /** Returns what was wrong with that packet, as {@link Ipv6Extensions#skip} does. */
    public long problem() {
        return view.problem();
    }

    /** Returns when {@link #expire} will have something to do, or {@link #NO_DEADLINE}. */
    public long nextDeadlineNanos() {
        return datagrams.isEmpty()
                ? NO_DEADLINE
                : datagrams.values().iterator().next().deadlineNanos();
    }

    /** Lets all fragments go. */
    @Override
    public void close() {
        datagrams.values().forEach(FragmentedDatagram::release);
        datagrams.clear();
        sources.clear();
        heldBytes = 0;
    }

    /** Returns the memory charged for fragments at this time, in bytes. */
    public int heldBytes() {
        return heldBytes;
    }

    /** Returns the number of unfinished datagrams, those included that RFC 5722 wants to be remembered. */
    public int heldDatagrams() {
        return datagrams.size();
    }

    /** Returns the number of packets handed back whole. */
    public long reassembled() {
        return reassembled;
    }

    /** Returns the number of fragments dropped by themselves, as malformed or as part of a discarded datagram. */
    public long refused() {
        return refused;
    }

    /** Returns the number of datagrams of which fragments had been kept and that never became whole. */
    public long failed() {
        return discarded + evicted + timedOut;
    }

    /** Returns the number of datagrams dropped because their fragments contradict each other or are too many. */
    public long discarded() {
        return discarded;
    }

    /** Returns the number of datagrams dropped to make room for others. */
    public long evicted() {
        return evicted;
    }

    /** Returns the number of datagrams given up because fragments were missing for too long. */
    public long timedOut() {
        return timedOut;
    }
}
