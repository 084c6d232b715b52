package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.tun2socks.tcpstack.tcp.CloseReason;
import io.tun2socks.tcpstack.tcp.TcpConnection;
import io.tun2socks.tcpstack.tcp.TcpHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Does with a connection what the relay does: takes in and reports a stream, writes another while it may. */
public final class StreamApp implements TcpHandler {
    /**
     * How the application behaves.
     *
     * @param finAfterInput whether it closes its direction only after the client has closed its own
     * @param consumeDelayNanos how long it keeps what it was given; 0 reports it at once
     * @param maxChunk the most bytes of one write
     */
    public record Behaviour(boolean finAfterInput, long consumeDelayNanos, int maxChunk) {
        /** Prompt, and closing only after the client. */
        public static final Behaviour PROMPT = new Behaviour(true, 0, 16384);
    }

    private final TcpConnection connection;
    private final EventQueue events;
    private final ByteBufAllocator allocator;
    private final RandomGenerator random;
    private final Behaviour behaviour;
    private final byte[] toSend;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final List<ByteBuf> held = new ArrayList<>();
    private int written;
    private boolean established;
    private boolean inputShutdown;
    private boolean finished;
    private CloseReason closeReason;
    private int writableCalls;

    /** Makes the application of a connection and registers it as its handler. */
    public StreamApp(
            TcpConnection connection,
            EventQueue events,
            ByteBufAllocator allocator,
            RandomGenerator random,
            Behaviour behaviour,
            byte[] toSend) {
        this.connection = connection;
        this.events = events;
        this.allocator = allocator;
        this.random = random;
        this.behaviour = behaviour;
        this.toSend = toSend;
        connection.handler(this);
    }

    /** Returns the connection. */
    public TcpConnection connection() {
        return connection;
    }

    /** Returns what the client has sent so far. */
    public byte[] received() {
        return received.toByteArray();
    }

    /** Returns why the connection ended, or null. */
    public CloseReason closeReason() {
        return closeReason;
    }

    /** Tells whether the handshake was completed. */
    public boolean isEstablished() {
        return established;
    }

    /** Tells whether the client's FIN has come. */
    public boolean isInputShutdown() {
        return inputShutdown;
    }

    /** Returns how often the connection became writable again. */
    public int writableCalls() {
        return writableCalls;
    }

    /** Writes as much as the connection wants. */
    public void pump() {
        while (connection.isOpen() && written < toSend.length && connection.isWritable()) {
            int length = Math.min(random.nextInt(1, behaviour.maxChunk() + 1), toSend.length - written);
            connection.write(allocator.directBuffer(length).writeBytes(toSend, written, length));
            written += length;
        }
        if (written == toSend.length && !finished && (inputShutdown || !behaviour.finAfterInput())) {
            finished = true;
            connection.shutdownOutput();
        }
    }

    /** Releases what the application has not reported yet. */
    public void close() {
        held.forEach(ByteBuf::release);
        held.clear();
    }

    @Override
    public void onEstablished() {
        assertThat(established || closeReason != null)
                .as("established twice or after the end")
                .isFalse();
        established = true;
        pump();
    }

    @Override
    public void onData(ByteBuf data) {
        assertThat(established && !inputShutdown && closeReason == null)
                .as("data between the handshake and the FIN")
                .isTrue();
        int length = data.readableBytes();
        assertThat(length).as("bytes of one onData").isPositive();
        try {
            data.getBytes(data.readerIndex(), received, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (behaviour.consumeDelayNanos() == 0) {
            data.release();
            connection.consumed(length);
            return;
        }
        held.add(data);
        events.after(behaviour.consumeDelayNanos(), () -> {
            if (held.remove(data)) {
                data.release();
                connection.consumed(length);
            }
        });
    }

    @Override
    public void onInputShutdown() {
        assertThat(inputShutdown || closeReason != null)
                .as("FIN twice or after the end")
                .isFalse();
        inputShutdown = true;
        pump();
    }

    @Override
    public void onWritable() {
        assertThat(closeReason).as("onWritable after the end").isNull();
        writableCalls++;
        pump();
    }

    @Override
    public void onClosed(CloseReason reason) {
        assertThat(closeReason).as("closed twice").isNull();
        closeReason = reason;
    }
}
