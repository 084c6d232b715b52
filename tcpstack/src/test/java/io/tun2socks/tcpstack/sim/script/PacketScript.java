package io.tun2socks.tcpstack.sim.script;

import static org.assertj.core.api.Assertions.assertThat;

import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.icmp.Unreachable;
import io.tun2socks.tcpstack.sim.FlowKey;
import io.tun2socks.tcpstack.sim.ScriptedPeer;
import io.tun2socks.tcpstack.sim.Seg;
import io.tun2socks.tcpstack.sim.SimPacket;
import io.tun2socks.tcpstack.tcp.CloseReason;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/**
 * A test that reads like a trace of packets. A test class extends this; each of its tests is one behaviour:
 *
 * <pre>{@code
 * client().sends(syn().mss(1460).sackPermitted());
 * application().accepts();
 * stack().replies(synAck().mss(1460).sackPermitted());
 * client().sends(ack(1));
 * application().writes("hello");
 * stack().sends(ack(1).seq(1).data("hello"));
 * after(1000, MILLISECONDS);
 * stack().sends(ack(1).seq(1).data("hello"));
 * }</pre>
 *
 * <p>A script is complete: a segment of the stack that it does not tell of fails the test, at its end or where the
 * stack is said to be silent. Time passes by {@link #after} only, and what the stack sends next comes exactly then, give
 * or take a tick of the timer wheel.
 */
abstract class PacketScript {
    private ScriptedPeer peer = ScriptedPeer.plain();
    private long waitMillis;
    private int clientSeq;
    private int clientAck;

    /** Runs the script on a stack with other limits. */
    final void on(StackConfig config) {
        peer.close();
        peer = new ScriptedPeer(config);
    }

    /** Goes on with another connection. */
    final void use(FlowKey flow) {
        peer.use(flow);
        clientSeq = 0;
        clientAck = 0;
    }

    /** Returns the client: what it sends. */
    final Client client() {
        return new Client();
    }

    /** Returns the stack: what it is to send. */
    final Stack stack() {
        return new Stack();
    }

    /** Returns the application behind the stack: what it does, and what it is told. */
    final Application application() {
        return new Application();
    }

    /** Lets time pass before the next line of the script. */
    final void after(long amount, TimeUnit unit) {
        waitMillis += unit.toMillis(amount);
    }

    /** Plays a handshake with MSS 1460 and SACK; {@code SYN}, {@code SYN-ACK} and {@code ACK} are done. */
    final void handshake() {
        handshake(Line.syn().mss(1460).sackPermitted());
    }

    /** Plays a handshake that begins with a SYN; its window is that of the last segment too. */
    final void handshake(Line syn) {
        client().sends(syn);
        application().accepts();
        stack().replies(Line.synAck());
        Line last = Line.ack(1).seq(1);
        if (syn.window != null) {
            last.window(syn.window);
        }
        if (syn.tsVal != null) {
            last.timestamps(syn.tsVal, 0);
        }
        client().sends(last);
        application().isConnected();
    }

    private void pass() {
        peer.advance(waitMillis);
        waitMillis = 0;
    }

    /** The script has told everything, and nothing leaks. */
    @AfterEach
    final void end() {
        pass();
        peer.expectNothing();
        peer.close();
    }

    /** What the client does. */
    final class Client {
        private Client() {}

        /**
         * The client sends a segment. What is not said of it follows from what it has sent before: the next sequence
         * number, the last acknowledgement.
         */
        Client sends(Line line) {
            pass();
            Seg s = line.toSegment(clientSeq, clientAck);
            if (s.has(Seg.ACK)) {
                clientAck = s.ack;
            }
            clientSeq = s.seq + s.length();
            peer.inject(s);
            return this;
        }

        /** A packet of any kind comes from the client's side. */
        Client sends(byte[] ip) {
            pass();
            peer.deliver(SimPacket.plain(ip));
            return this;
        }
    }

    /** What the stack does. */
    final class Stack {
        private Stack() {}

        /** The next segment of the stack, which comes now or after the time that {@link #after} has said. */
        Seg replies(Line line) {
            Seg s;
            if (waitMillis > 0) {
                s = peer.nextAfter(waitMillis);
                waitMillis = 0;
            } else {
                s = peer.next();
            }
            compare(s, line);
            return s;
        }

        /** The same as {@link #replies}, where nobody has asked. */
        Seg sends(Line line) {
            return replies(line);
        }

        /** Nothing is sent until now, the time that {@link #after} has said included. */
        void isSilent() {
            pass();
            peer.expectNothing();
        }

        /** Takes the next packet that is no TCP segment for the client. */
        byte[] sendsOther() {
            return peer.nextOther();
        }

        private void compare(Seg s, Line line) {
            assertThat(s.flags & ~Seg.PSH).as("flags of %s", s).isEqualTo(line.flags & ~Seg.PSH);
            equal("seq", s, line.seq, s.seq);
            equal("ack", s, line.ack, s.ack);
            equal("window", s, line.window, s.window);
            equal("MSS", s, line.mss, s.mss);
            equal("window scale", s, line.windowScale, s.windowScale);
            equal("SACK permitted", s, line.sackPermitted, s.sackPermitted);
            equal("TSecr", s, line.tsEcr, s.tsEcr);
            equal("PSH", s, line.push, s.has(Seg.PSH));
            if (line.sack != null) {
                assertThat(s.sack).as("SACK blocks of %s", s).isEqualTo(line.sack);
            }
            assertThat(new String(s.payload, StandardCharsets.US_ASCII))
                    .as("payload of %s", s)
                    .isEqualTo(new String(line.payload, StandardCharsets.US_ASCII));
        }

        private void equal(String what, Seg s, Object expected, Object actual) {
            if (expected != null) {
                assertThat(actual).as("%s of %s", what, s).isEqualTo(expected);
            }
        }
    }

    /** What the application behind the stack does and sees. */
    final class Application {
        private Application() {}

        /** It accepts the connection. */
        void accepts() {
            pass();
            peer.flow().connection.accept();
            peer.settle();
        }

        /** It refuses the connection. */
        void refuses() {
            pass();
            peer.flow().connection.refuse();
            peer.settle();
        }

        /** It finds the target unreachable. */
        void findsUnreachable(Unreachable reason) {
            pass();
            peer.flow().connection.unreachable(reason);
            peer.settle();
        }

        /** It writes text in one piece. */
        void writes(String ascii) {
            pass();
            byte[] bytes = ascii.getBytes(StandardCharsets.US_ASCII);
            peer.flow().connection.write(peer.emptyBuffer(bytes.length).writeBytes(bytes));
            peer.settle();
        }

        /** It writes so many bytes {@code x} in one piece. */
        void writes(int bytes) {
            pass();
            peer.write(bytes);
        }

        /** It closes its direction. */
        void closes() {
            pass();
            peer.flow().connection.shutdownOutput();
            peer.settle();
        }

        /** It aborts the connection. */
        void aborts() {
            pass();
            peer.flow().connection.abort();
            peer.settle();
        }

        /** It keeps what it is given from now on. */
        void stopsReading() {
            pass();
            peer.flow().consuming = false;
        }

        /** It reads what it has kept. */
        void reads() {
            pass();
            peer.flow().consumeAll();
            peer.settle();
        }

        /** It was told of no connection but these. */
        void hasConnections(int count) {
            pass();
            assertThat(peer.flowCount()).as("connections").isEqualTo(count);
        }

        /** It was told that the handshake is complete. */
        void isConnected() {
            pass();
            assertThat(peer.flow().established).as("established").isTrue();
        }

        /** It was not told so. */
        void isNotConnected() {
            pass();
            assertThat(peer.flow().established).as("established").isFalse();
        }

        /** This is all that it was given. */
        void hasRead(String ascii) {
            pass();
            assertThat(peer.flow().received).as("received").hasToString(ascii);
        }

        /** It was told that the client sends no more. */
        void sawTheEnd() {
            pass();
            assertThat(peer.flow().inputShutdown).as("end of input").isTrue();
        }

        /** It was not told so. */
        void sawNoEnd() {
            pass();
            assertThat(peer.flow().inputShutdown).as("end of input").isFalse();
        }

        /** The connection is over. */
        void isClosed(CloseReason reason) {
            pass();
            assertThat(peer.flow().closed).as("why it closed").isEqualTo(reason);
        }

        /** The connection is not over. */
        void isOpen() {
            pass();
            assertThat(peer.flow().closed).as("why it closed").isNull();
        }
    }
}
