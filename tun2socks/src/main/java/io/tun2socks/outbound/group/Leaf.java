package io.tun2socks.outbound.group;

import io.tun2socks.config.clash.ProxyConfig;
import io.tun2socks.engine.Route;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.route.Choice;
import io.tun2socks.rules.model.FlowMetadata;
import java.util.List;

/** A proxy, or one of the targets that every configuration has. Immutable. */
final class Leaf extends Policy {
    private final Outbound outbound;
    private final ProxyConfig config;
    private final String type;
    private final Choice choice;

    /**
     * Makes a leaf.
     *
     * @param config what it was made from, or null for a target that every configuration has
     */
    Leaf(String name, Outbound outbound, ProxyConfig config) {
        this(name, outbound, config, config == null ? builtInType(name) : type(config.type()));
    }

    private Leaf(String name, Outbound outbound, ProxyConfig config, String type) {
        super(name);
        this.outbound = outbound;
        this.config = config;
        this.type = type;
        this.choice = new Choice(outbound, List.of(name), Route.Feedback.NONE);
    }

    /** Makes the end of a chain through all members of a group; it has no name of its own. */
    static Leaf ofRelay(Outbound outbound) {
        return new Leaf("", outbound, null, "Relay");
    }

    private static String type(ProxyConfig.Type type) {
        return switch (type) {
            case SOCKS5 -> "Socks5";
            case HTTP -> "Http";
            case DIRECT -> "Direct";
            case REJECT -> "Reject";
            case REJECT_DROP -> "RejectDrop";
            case PASS -> "Pass";
            case DNS -> "Dns";
        };
    }

    private static String builtInType(String name) {
        return switch (name) {
            case "DIRECT" -> "Direct";
            case "REJECT" -> "Reject";
            case "REJECT-DROP" -> "RejectDrop";
            case "PASS" -> "Pass";
            case "COMPATIBLE" -> "Compatible";
            default -> "Unknown";
        };
    }

    /** Tells whether this was made from the same things. */
    boolean isMadeFrom(Outbound otherOutbound, ProxyConfig otherConfig) {
        return outbound == otherOutbound && config.equals(otherConfig);
    }

    boolean isPass() {
        return type.equals("Pass");
    }

    /** Tells whether failing says something about an upstream. */
    boolean isUpstream() {
        return switch (type) {
            case "Direct", "Compatible", "Reject", "RejectDrop", "Pass", "Dns" -> false;
            default -> true;
        };
    }

    /** Returns the choice of a rule that names this leaf itself. */
    Choice choice() {
        return choice;
    }

    @Override
    String type() {
        return type;
    }

    @Override
    Outbound outbound() {
        return outbound;
    }

    /** What refuses or drops flows does so with UDP too. */
    @Override
    boolean carriesUdp(FlowMetadata flow) {
        if (outbound.verdict() != Outbound.Verdict.CONNECT) {
            return true;
        }
        boolean allowed = config == null || config.type() != ProxyConfig.Type.SOCKS5 || config.udp();
        return allowed && outbound.supportsUdp();
    }
}
