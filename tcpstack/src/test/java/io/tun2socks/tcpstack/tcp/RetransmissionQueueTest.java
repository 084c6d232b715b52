package io.tun2socks.tcpstack.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The scoreboard against one bit for each byte. */
class RetransmissionQueueTest {
    private static final long BASE = 1L << 32;

    @Property(tries = 500)
    void accountsAlwaysEqualARecount(@ForAll long seed) {
        Random random = new Random(seed);
        int mss = random.nextBoolean() ? 1 : 7;
        RetransmissionQueue queue = new RetransmissionQueue(new ArrayDeque<>(), mss);
        BitSet delivered = new BitSet();
        BitSet sacked = new BitSet();
        int una = 0;
        int nxt = 0;
        long now = 0;
        for (int step = 0; step < 150; step++) {
            now++;
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> {
                    int length = random.nextInt(1, 100);
                    queue.add(BASE + nxt, BASE + nxt + length, now);
                    nxt += length;
                }
                case 3, 4 -> {
                    if (nxt > una) {
                        int start = random.nextInt(una, nxt);
                        int end = random.nextInt(start, nxt) + 1;
                        queue.beginSacks();
                        queue.sack(BASE + start, BASE + end, s -> {
                            assertThat(s.start).as("within the block").isGreaterThanOrEqualTo(BASE + start);
                            assertThat(s.end).as("within the block").isLessThanOrEqualTo(BASE + end);
                            deliver(delivered, s);
                            sacked.set((int) (s.start - BASE), (int) (s.end - BASE));
                        });
                        assertThat(end - start - sacked.get(start, end).cardinality())
                                .as("all of the block but what is no whole segment")
                                .isLessThanOrEqualTo(2 * (mss - 1));
                    }
                }
                case 5 -> {
                    int ack = random.nextInt(una, nxt + 1);
                    queue.acknowledge(BASE + ack, s -> deliver(delivered, s));
                    una = ack;
                    assertThat(delivered.nextClearBit(0))
                            .as("all below is told")
                            .isGreaterThanOrEqualTo(una);
                }
                case 6 -> {
                    SentSegment s = any(queue, random);
                    if (s != null && !s.sacked) {
                        queue.split(s, random.nextInt(1, 50));
                        queue.markLost(s);
                    }
                    if (queue.hasLost() && random.nextBoolean()) {
                        queue.onRetransmitted(queue.firstLost(), now);
                    }
                }
                default -> {
                    if (random.nextInt(10) == 0) {
                        queue.loseEverything();
                        sacked.clear();
                        delivered.clear(una, nxt);
                    } else if (random.nextInt(5) == 0) {
                        queue.loseNothing();
                    }
                }
            }
            sacked.clear(0, una);
            recount(queue, una, nxt, sacked);
        }
        queue.clear();
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.inFlight()).isZero();
        assertThat(queue.ranges()).isZero();
    }

    /** CVE-2019-11478: blocks of single bytes cut nothing up. */
    @Test
    void crumbsOfSacksDoNotCutUpSuperSegments() {
        RetransmissionQueue queue = new RetransmissionQueue(new ArrayDeque<>(), 1000);
        queue.add(BASE, BASE + 44_000, 1);
        for (int i = 0; i < 44_000; i += 2) {
            queue.beginSacks();
            queue.sack(BASE + i, BASE + i + 1, s -> {});
        }
        assertThat(queue.ranges()).isOne();
        queue.beginSacks();
        queue.sack(BASE + 500, BASE + 3_500, s -> {});
        assertThat(queue.ranges()).isEqualTo(3);
        assertThat(queue.sackedBytes()).isEqualTo(2_000);
    }

    @Test
    void rangesAreBounded() {
        RetransmissionQueue queue = new RetransmissionQueue(new ArrayDeque<>(), 1);
        queue.add(BASE, BASE + 100_000, 1);
        for (int i = 1; i < 100_000; i += 2) {
            queue.beginSacks();
            queue.sack(BASE + i, BASE + i + 1, s -> {});
        }
        assertThat(queue.ranges()).isBetween(RetransmissionQueue.MAX_RANGES, RetransmissionQueue.MAX_RANGES + 2);
        queue.beginSacks();
        queue.sack(BASE, BASE + 100_000, s -> {});
        assertThat(queue.ranges()).as("what is SACKed grows together").isOne();
    }

    /** CVE-2019-11477 and its like: blocks far from each other in turn cost a bounded search. */
    @Test
    void aBlockIsSearchedForOnlySoFar() {
        RetransmissionQueue queue = new RetransmissionQueue(new ArrayDeque<>(), 1);
        for (int i = 0; i < 20_000; i++) {
            queue.add(BASE + i, BASE + i + 1, i);
        }
        queue.beginSacks();
        queue.sack(BASE + 10_000, BASE + 10_001, s -> {});
        assertThat(queue.sackedBytes()).as("too far from both ends").isZero();
        queue.beginSacks();
        queue.sack(BASE + 19_500, BASE + 19_501, s -> {});
        queue.sack(BASE + 300, BASE + 301, s -> {});
        queue.sack(BASE + 301, BASE + 400, s -> {});
        assertThat(queue.sackedBytes()).isEqualTo(101);
    }

    private static void deliver(BitSet delivered, SentSegment s) {
        int start = (int) (s.start - BASE);
        int end = (int) (s.end - BASE);
        assertThat(delivered.get(start, end).isEmpty()).as("told once").isTrue();
        delivered.set(start, end);
    }

    private static SentSegment any(RetransmissionQueue queue, Random random) {
        SentSegment s = queue.first();
        for (int i = random.nextInt(20); i > 0 && s != null && s.next != null; i--) {
            s = s.next;
        }
        return s;
    }

    private static void recount(RetransmissionQueue queue, int una, int nxt, BitSet sacked) {
        long inFlight = 0;
        long sackedBytes = 0;
        int ranges = 0;
        Set<SentSegment> flying = new HashSet<>();
        List<SentSegment> lost = new ArrayList<>();
        long at = BASE + una;
        SentSegment previous = null;
        for (SentSegment s = queue.first(); s != null; previous = s, s = s.next) {
            ranges++;
            assertThat(s.start).as("without gaps").isEqualTo(at);
            assertThat(s.previous).isSameAs(previous);
            assertThat(s.length()).isPositive();
            assertThat(s.lost && s.sacked).isFalse();
            assertThat(s.sacked && previous != null && previous.sacked)
                    .as("neighbours SACKed apart")
                    .isFalse();
            at = s.end;
            sackedBytes += s.sacked ? s.length() : 0;
            if (s.inFlight()) {
                inFlight += s.length();
                flying.add(s);
            } else if (s.lost) {
                lost.add(s);
            }
            int start = (int) (s.start - BASE);
            assertThat(sacked.get(start, start + (int) s.length()).cardinality())
                    .as("SACK marks")
                    .isEqualTo(s.sacked ? (int) s.length() : 0);
        }
        assertThat(queue.last()).isSameAs(previous);
        assertThat(at).isEqualTo(BASE + nxt);
        assertThat(queue.inFlight()).isEqualTo(inFlight);
        assertThat(queue.sackedBytes()).isEqualTo(sackedBytes);
        assertThat(queue.ranges()).isEqualTo(ranges);
        List<SentSegment> lostList = new ArrayList<>();
        for (SentSegment s = queue.firstLost(); s != null; s = s.listNext) {
            lostList.add(s);
        }
        assertThat(lostList).as("lost, in order of sequence").isEqualTo(lost);
        long time = 0;
        for (SentSegment s = queue.oldest(); s != null; s = s.listNext) {
            assertThat(flying.remove(s)).as("in flight").isTrue();
            assertThat(s.xmitNanos).as("in order of time").isGreaterThanOrEqualTo(time);
            time = s.xmitNanos;
        }
        assertThat(flying).isEmpty();
    }
}
