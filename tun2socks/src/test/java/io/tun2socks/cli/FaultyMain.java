package io.tun2socks.cli;

import io.tun2socks.device.Device;
import io.tun2socks.device.DeviceException;
import io.tun2socks.device.FaultDevice;
import io.tun2socks.device.TunSpec;
import io.tun2socks.engine.EngineOptions;
import io.tun2socks.engine.FlowRouter;
import io.tun2socks.outbound.Outbound;
import io.tun2socks.outbound.SocketSettings;
import java.util.Arrays;

/** The program on a device that loses, doubles and reorders packets: three probabilities, a seed, then its arguments. */
public final class FaultyMain {
    private static final int OWN_ARGUMENTS = 4;

    private FaultyMain() {}

    /** Runs the program and ends the process. */
    public static void main(String[] args) {
        FaultDevice.Faults faults = new FaultDevice.Faults(
                Double.parseDouble(args[0]), Double.parseDouble(args[1]), Double.parseDouble(args[2]));
        long seed = Long.parseLong(args[3]);
        StopRequest stop = new StopRequest();
        Signals.handle("TERM", true, () -> stop.request("SIGTERM"));
        LibraryDefaults.apply();
        String[] rest = Arrays.copyOfRange(args, OWN_ARGUMENTS, args.length);
        System.exit(Main.run(rest, System.out, System.err, new FaultyParts(faults, seed), stop));
    }

    private record FaultyParts(FaultDevice.Faults faults, long seed) implements ProxyParts {
        @Override
        public Outbound outbound(String url, SocketSettings sockets) {
            return REAL.outbound(url, sockets);
        }

        @Override
        public Device openDevice(TunSpec spec) throws DeviceException {
            return new FaultDevice(REAL.openDevice(spec), faults, seed);
        }

        @Override
        public Service service(Device device, FlowRouter router, EngineOptions options) {
            return REAL.service(device, router, options);
        }
    }
}
