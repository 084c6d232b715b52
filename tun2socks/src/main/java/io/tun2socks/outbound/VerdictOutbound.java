package io.tun2socks.outbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/** A way that leads nowhere: flows end with a verdict. Nobody who asks for the verdict connects. */
final class VerdictOutbound implements Outbound {
    private final String name;
    private final String description;
    private final Verdict verdict;
    private final String why;

    private VerdictOutbound(String name, String description, Verdict verdict, String why) {
        this.name = name;
        this.description = description;
        this.verdict = verdict;
        this.why = why;
    }

    /** Refuses every flow: RST for TCP, ICMP port unreachable for UDP. */
    static Outbound reject(String name) {
        return new VerdictOutbound(name, "reject://", Verdict.REJECT, "is rejected");
    }

    /** Lets every flow go without an answer. */
    static Outbound drop(String name) {
        return new VerdictOutbound(name, "drop://", Verdict.DROP, "is dropped");
    }

    /**
     * Stands for "look at the rules that follow", which is for who decides to do. A flow that comes here nevertheless has
     * nowhere to go, and is refused.
     */
    static Outbound pass(String name) {
        return new VerdictOutbound(name, "pass://", Verdict.REJECT, "is rejected: no rule follows " + name);
    }

    /** Stands for the program's own DNS; while nobody answers questions here, flows are refused. */
    static Outbound dns(String name) {
        return new VerdictOutbound(
                name,
                "dns:// (rejects: the program does not answer DNS questions)",
                Verdict.REJECT,
                "is rejected: " + name + " does not answer DNS questions");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public Verdict verdict() {
        return verdict;
    }

    /** Tells that UDP is its business: it ends here, and goes no other way. */
    @Override
    public boolean supportsUdp() {
        return true;
    }

    @Override
    public Future<Channel> connect(EventLoop loop, Destination destination, ChannelHandler relay) {
        return loop.newFailedFuture(refusal(destination.toString()));
    }

    @Override
    public Future<UdpTransport> openUdp(EventLoop loop, UdpReceiver receiver) {
        return loop.newFailedFuture(refusal("UDP"));
    }

    private OutboundException refusal(String what) {
        return new OutboundException(OutboundException.Reason.REFUSED, what + " " + why, null);
    }
}
