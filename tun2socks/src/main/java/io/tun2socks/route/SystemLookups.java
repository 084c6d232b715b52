package io.tun2socks.route;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.tun2socks.outbound.Resolver;
import io.tun2socks.process.Owner;
import io.tun2socks.rules.model.FlowMetadata;
import io.tun2socks.rules.model.Ip;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the system: its name servers for addresses, its socket tables for owners. Any thread. */
public final class SystemLookups implements Lookups {
    private static final Logger log = LoggerFactory.getLogger(SystemLookups.class);

    private final Resolver resolver;
    private final BooleanSupplier ipv6;
    private final Owners owners;

    /** Finds the owners of flows of this machine. */
    @FunctionalInterface
    public interface Owners {
        /** Finds nobody. */
        Owners NONE = (flow, answer) -> answer.accept(Owner.UNKNOWN);

        /**
         * Begins to seek.
         *
         * @param flow whose owner is sought; only read before this returns
         * @param answer gets the owner, on any thread
         */
        void find(FlowMetadata flow, Consumer<Owner> answer);
    }

    /**
     * Makes the look-ups.
     *
     * @param resolver finds addresses; the caller's to close
     * @param ipv6 tells whether IPv6 addresses count
     * @param owners finds owners
     */
    public SystemLookups(Resolver resolver, BooleanSupplier ipv6, Owners owners) {
        this.resolver = resolver;
        this.ipv6 = ipv6;
        this.owners = owners;
    }

    @Override
    public void address(EventLoop loop, String host, Consumer<Ip> answer) {
        resolver.resolve(loop, host).addListener((Future<List<InetAddress>> future) -> {
            if (!future.isSuccess()) {
                log.debug("{} cannot be looked up", host, future.cause());
            }
            answer.accept(future.isSuccess() ? preferred(future.getNow()) : null);
        });
    }

    /** The first IPv4 address, as clash prefers them for its rules; else the first IPv6 address. */
    private Ip preferred(List<InetAddress> addresses) {
        for (InetAddress address : addresses) {
            if (address instanceof Inet4Address) {
                return Ip.of(address.getAddress());
            }
        }
        return ipv6.getAsBoolean() && !addresses.isEmpty()
                ? Ip.of(addresses.get(0).getAddress())
                : null;
    }

    @Override
    public void owner(EventLoop loop, FlowMetadata flow, Runnable done) {
        owners.find(
                flow,
                owner -> loop.execute(() -> {
                    flow.uid(owner.uid()).process(owner.process()).processPath(owner.path());
                    done.run();
                }));
    }
}
