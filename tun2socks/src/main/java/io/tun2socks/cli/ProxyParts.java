package io.tun2socks.cli;

import io.tun2socks.device.Device;
import io.tun2socks.device.DeviceException;
import io.tun2socks.device.TunDevice;
import io.tun2socks.device.TunSpec;
import io.tun2socks.engine.Engine;
import io.tun2socks.engine.EngineOptions;
import io.tun2socks.engine.FlowListener;
import io.tun2socks.engine.FlowRouter;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.outbound.Outbounds;
import io.tun2socks.outbound.SocketSettings;
import java.util.concurrent.CompletionStage;

/** What a run is put together from; tests put in their own. */
interface ProxyParts {
    /** The parts of the program itself. */
    ProxyParts REAL = new ProxyParts() {
        @Override
        public Outbound outbound(String url, SocketSettings sockets) {
            return Outbounds.parse(url, sockets);
        }

        @Override
        public Device openDevice(TunSpec spec) throws DeviceException {
            return TunDevice.open(spec);
        }

        @Override
        public Service service(Device device, FlowRouter router, EngineOptions options) {
            Engine engine = new Engine(device, router, options, FlowListener.NONE);
            return new Service() {
                @Override
                public void start() {
                    engine.start();
                }

                @Override
                public CompletionStage<Void> failure() {
                    return engine.failure();
                }

                @Override
                public void close() {
                    engine.close();
                }
            };
        }
    };

    /**
     * Makes the way out.
     *
     * @param url of the upstream
     * @param sockets what its sockets get
     * @return the way out
     * @throws IllegalArgumentException if the URL is not understood
     */
    Outbound outbound(String url, SocketSettings sockets);

    /**
     * Opens the device.
     *
     * @param spec which and how
     * @return the device
     * @throws DeviceException if that cannot be
     */
    Device openDevice(TunSpec spec) throws DeviceException;

    /**
     * Puts both together.
     *
     * @param device the open device
     * @param router decides where flows go
     * @param options limits and times
     * @return what serves the device, once started
     */
    Service service(Device device, FlowRouter router, EngineOptions options);

    /** What serves the device; see {@link Engine}. */
    interface Service {
        /** Begins. */
        void start();

        /** Completes exceptionally when the device goes away. */
        CompletionStage<Void> failure();

        /** Drains and ends; an interrupt of the calling thread ends the draining. */
        void close();
    }
}
