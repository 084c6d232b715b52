package io.tun2socks.rules.set;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tun2socks.rules.model.Cidr;
import io.tun2socks.rules.model.Ip;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class AllocationTest {
    private static final int QUESTIONS = 100_000;

    @Test
    void questionsAllocateNothing() {
        DomainSet names = DomainSetTest.set(List.of("+.example.com", "a.*.test", "b.c.test", "*.com", ".x.org"));
        List<String> hosts = List.of("www.example.com", "a.b.test", "b.d.test", "example.org", "x.com");
        CidrSetBuilder builder = new CidrSetBuilder();
        builder.add(Cidr.parse("10.0.0.0/8").orElseThrow());
        builder.add(Cidr.parse("2001:db8::/32").orElseThrow());
        CidrSet addresses = builder.build();
        List<Ip> ips = List.of(Ip.literal("10.1.2.3"), Ip.literal("11.0.0.1"), Ip.literal("2001:db8::1"));
        int[] next = new int[1];
        BooleanSupplier question = () -> {
            int number = next[0]++;
            return names.matches(hosts.get(number % hosts.size())) ^ addresses.matches(ips.get(number % ips.size()));
        };
        // The first rounds are interpreted and compiled.
        ask(question);
        ask(question);
        long before = allocated();
        int found = ask(question);
        assertThat(allocated() - before).as("bytes for %d questions", QUESTIONS).isLessThan(QUESTIONS / 10);
        assertThat(found).isBetween(1, QUESTIONS - 1);
    }

    private static int ask(BooleanSupplier question) {
        int found = 0;
        for (int i = 0; i < QUESTIONS; i++) {
            found += question.getAsBoolean() ? 1 : 0;
        }
        return found;
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
