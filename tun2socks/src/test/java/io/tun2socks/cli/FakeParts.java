package io.tun2socks.cli;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.tun2socks.device.Device;
import io.tun2socks.device.DeviceException;
import io.tun2socks.device.PacketQueue;
import io.tun2socks.device.TunSpec;
import io.tun2socks.engine.EngineOptions;
import io.tun2socks.engine.FlowRouter;
import io.tun2socks.outbound.Destination;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.outbound.SocketSettings;
import io.tun2socks.outbound.UdpReceiver;
import io.tun2socks.outbound.UdpTransport;
import io.tun2socks.tcpstack.Offloads;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** Parts of a run that only write down what is done with them. */
final class FakeParts implements ProxyParts {
    final List<String> done = new CopyOnWriteArrayList<>();
    final CompletableFuture<Void> failure = new CompletableFuture<>();
    final CompletableFuture<Void> started = new CompletableFuture<>();
    final CompletableFuture<Void> drained = CompletableFuture.completedFuture(null);
    String deviceError = "";
    String engineError = "";
    CompletableFuture<Void> drain = drained;
    final CompletableFuture<Void> draining = new CompletableFuture<>();
    TunSpec spec;

    @Override
    public Outbound outbound(String url, SocketSettings sockets) {
        if (!url.contains("://") || url.startsWith("gopher:")) {
            throw new IllegalArgumentException("'" + url + "' is not known");
        }
        return new FakeOutbound(url);
    }

    @Override
    public Device openDevice(TunSpec wanted) throws DeviceException {
        if (!deviceError.isEmpty()) {
            throw new DeviceException(deviceError);
        }
        spec = wanted;
        done.add("open");
        return new FakeDevice();
    }

    @Override
    public Service service(Device device, FlowRouter router, EngineOptions options) {
        return new Service() {
            @Override
            public void start() {
                if (!engineError.isEmpty()) {
                    throw new IllegalStateException(engineError);
                }
                done.add("start");
                started.complete(null);
            }

            @Override
            public CompletionStage<Void> failure() {
                return failure;
            }

            @Override
            public void close() {
                draining.complete(null);
                try {
                    drain.get();
                    done.add("stop");
                } catch (InterruptedException e) {
                    done.add("stop at once");
                } catch (java.util.concurrent.ExecutionException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
    }

    private final class FakeDevice implements Device {
        @Override
        public String name() {
            return "tun9";
        }

        @Override
        public int mtu() {
            return 1500;
        }

        @Override
        public Offloads offloads() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int queues() {
            return 1;
        }

        @Override
        public PacketQueue queue(int index) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            done.add("close");
        }
    }

    private record FakeOutbound(String name) implements Outbound {
        @Override
        public boolean supportsUdp() {
            return false;
        }

        @Override
        public Future<Channel> connect(EventLoop loop, Destination destination, ChannelHandler relay) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<UdpTransport> openUdp(EventLoop loop, UdpReceiver receiver) {
            throw new UnsupportedOperationException();
        }
    }
}
