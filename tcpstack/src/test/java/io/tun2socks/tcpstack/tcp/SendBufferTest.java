package io.tun2socks.tcpstack.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.tun2socks.tcpstack.MemoryAccount;
import io.tun2socks.tcpstack.OutboundPacket;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The ring of the user's buffers against one array. */
class SendBufferTest {
    /** Its count of bytes shows leaks; recording each access would take most of the time. */
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);

    @Property(tries = 300)
    void gathersWhatWasAppended(@ForAll long seed) {
        Random random = new Random(seed);
        long base = (1L << 32) + random.nextInt(Integer.MAX_VALUE);
        SendBuffer buffer = new SendBuffer(base, new MemoryAccount(1 << 30), new ArrayDeque<>());
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuf header = Unpooled.buffer(1);
        OutboundPacket packet = new OutboundPacket(header);
        int una = 0;
        for (int step = 0; step < 300; step++) {
            int action = random.nextInt(4);
            if (action < 2) {
                byte[] bytes = new byte[random.nextInt(1, 1 << random.nextInt(1, 10))];
                random.nextBytes(bytes);
                // Some bytes before the reader index: slices count from there.
                ByteBuf data =
                        allocator.directBuffer().writeZero(3).skipBytes(3).writeBytes(bytes);
                buffer.append(data);
                all.writeBytes(bytes);
            } else if (action == 2 && una < all.size()) {
                int from = random.nextInt(una, all.size());
                int length = random.nextInt(1, all.size() - from + 1);
                packet.clear();
                int gathered = buffer.gather(base + from, length, packet);
                assertThat(gathered).isEqualTo(packet.payloadLength());
                assertThat(gathered == length || packet.slices() == OutboundPacket.MAX_SLICES)
                        .as("fewer only if the slices ran out")
                        .isTrue();
                ByteBuf out = Unpooled.buffer();
                packet.copyTo(out);
                assertThat(Arrays.copyOf(out.array(), out.writerIndex()))
                        .isEqualTo(Arrays.copyOfRange(all.toByteArray(), from, from + gathered));
            } else {
                una = random.nextInt(una, all.size() + 1);
                buffer.release(base + una);
            }
            assertThat(buffer.size()).isEqualTo(all.size() - una);
            assertThat(buffer.endSeq()).isEqualTo(base + all.size());
        }
        buffer.close();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }
}
