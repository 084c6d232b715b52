package io.tun2socks.cli;

import io.tun2socks.device.DeviceException;
import io.tun2socks.device.PersistentSpec;
import io.tun2socks.device.TunDevices;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The subcommand {@code device}. Exit codes: 0 done, 1 failure, 2 usage. */
@Command(
        name = "device",
        description = "View, create and delete TUN and TAP devices.",
        mixinStandardHelpOptions = true,
        subcommands = {DeviceCommand.ListDevices.class, DeviceCommand.Create.class, DeviceCommand.Delete.class})
public final class DeviceCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    /** Without list, create or delete there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "device: one of list, create, delete is missing");
    }

    /** What the subcommands have in common: one line on standard error and exit code 1 on failure. */
    abstract static class Action implements Callable<Integer> {
        @Spec
        CommandSpec spec;

        abstract void perform() throws DeviceException;

        @Override
        public final Integer call() {
            try {
                perform();
                return 0;
            } catch (DeviceException e) {
                spec.commandLine().getErr().println("tun2socks: " + e.getMessage());
                spec.commandLine().getErr().flush();
                return 1;
            }
        }

        void print(String text) {
            spec.commandLine().getOut().println(text);
            spec.commandLine().getOut().flush();
        }
    }

    /** {@code device list}. */
    @Command(
            name = "list",
            description = "Show the TUN and TAP devices of this network namespace.",
            mixinStandardHelpOptions = true)
    static final class ListDevices extends Action {
        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        @Override
        void perform() throws DeviceException {
            String text = json ? DeviceListing.json(TunDevices.list()) : DeviceListing.table(TunDevices.list());
            if (!text.isEmpty()) {
                print(text);
            }
        }
    }

    /** {@code device create NAME}. */
    @Command(
            name = "create",
            description = "Create a device that stays until it is deleted, and print its name.",
            mixinStandardHelpOptions = true)
    static final class Create extends Action {
        @Parameters(
                paramLabel = "NAME",
                description = "Interface name, up to 15 bytes; may hold one %%d for the kernel to fill in.")
        private String name;

        @Option(names = "--tap", description = "A TAP device (Ethernet frames) instead of TUN (IP packets).")
        private boolean tap;

        @Option(names = "--multi-queue", description = "Allow more than one queue.")
        private boolean multiQueue;

        @Option(names = "--vnet-hdr", description = "Packets carry a virtio-net header (offloads).")
        private boolean vnetHeader;

        @Option(names = "--owner", paramLabel = "USER", description = "User who may attach without privileges.")
        private String owner;

        @Option(names = "--group", paramLabel = "GROUP", description = "Group that may attach without privileges.")
        private String group;

        @Option(names = "--mtu", paramLabel = "N", description = "MTU in bytes, 576 to 65535.")
        private int mtu;

        @Option(
                names = "--address",
                paramLabel = "ADDRESS",
                description = "Address such as 10.0.0.1/24 or fd00::1/64; may be given more than once.")
        private List<String> addresses = new ArrayList<>();

        @Option(names = "--up", description = "Set the interface up.")
        private boolean up;

        @Override
        void perform() throws DeviceException {
            if (mtu == 0 && spec.commandLine().getParseResult().hasMatchedOption("--mtu")) {
                throw new DeviceException("device " + name + ": MTU 0: expected 576 to 65535");
            }
            print(TunDevices.create(
                    new PersistentSpec(name, tap, multiQueue, vnetHeader, owner, group, mtu, addresses, up)));
        }
    }

    /** {@code device delete NAME}. */
    @Command(name = "delete", description = "Delete a device.", mixinStandardHelpOptions = true)
    static final class Delete extends Action {
        @Parameters(paramLabel = "NAME", description = "Interface name.")
        private String name;

        @Option(names = "--force", description = "Also when a program is attached to it.")
        private boolean force;

        @Override
        void perform() throws DeviceException {
            TunDevices.delete(name, force);
        }
    }
}
