package io.tun2socks.tcpstack.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The scoreboard against one bit for each byte. */
class RetransmissionQueueTest {
    private static final long BASE = 1L << 32;

    @Property(tries = 500)
    void accountsAlwaysEqualARecount(@ForAll long seed) {
        Random random = new Random(seed);
        RetransmissionQueue queue = new RetransmissionQueue(new ArrayDeque<>());
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
                        queue.sack(BASE + start, BASE + end, s -> deliver(delivered, s));
                        sacked.set(start, end);
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
                    if (s != null) {
                        queue.split(s, random.nextInt(1, 50));
                        queue.setLost(s, random.nextBoolean());
                    }
                    if (queue.hasLost() && random.nextBoolean()) {
                        queue.onRetransmitted(queue.firstLost(), now);
                    }
                }
                default -> {
                    if (random.nextInt(10) == 0) {
                        queue.clearSacks();
                        queue.markAllLost();
                        sacked.clear();
                        delivered.clear(una, nxt);
                    }
                }
            }
            sacked.clear(0, una);
            recount(queue, una, nxt, sacked);
        }
        queue.clear();
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.inFlight()).isZero();
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
        boolean lost = false;
        long at = BASE + una;
        SentSegment previous = null;
        for (SentSegment s = queue.first(); s != null; previous = s, s = s.next) {
            assertThat(s.start).as("without gaps").isEqualTo(at);
            assertThat(s.previous).isSameAs(previous);
            assertThat(s.length()).isPositive();
            assertThat(s.lost && s.sacked).isFalse();
            at = s.end;
            inFlight += s.inFlight() ? s.length() : 0;
            sackedBytes += s.sacked ? s.length() : 0;
            lost |= s.lost;
            int start = (int) (s.start - BASE);
            assertThat(sacked.get(start, start + (int) s.length()).cardinality())
                    .as("SACK marks")
                    .isEqualTo(s.sacked ? (int) s.length() : 0);
        }
        assertThat(at).isEqualTo(BASE + nxt);
        assertThat(queue.inFlight()).isEqualTo(inFlight);
        assertThat(queue.sackedBytes()).isEqualTo(sackedBytes);
        assertThat(queue.hasLost()).isEqualTo(lost);
    }
}
