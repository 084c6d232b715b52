package io.tun2socks.device;

import io.tun2socks.linux.InterfaceAddress;
import java.util.ArrayList;
import java.util.List;

/** Checks what can be checked of a {@link TunSpec}, or of settings like it, before the kernel is asked. */
final class TunSpecCheck {
    static final int MIN_MTU = 576;
    static final int MAX_MTU = 65535;
    /** The least MTU that IPv6 works with (RFC 8200 section 5). */
    static final int MIN_IPV6_MTU = 1280;

    private TunSpecCheck() {}

    /** Checks a whole spec; returns its addresses. */
    static List<InterfaceAddress> check(TunSpec spec) throws DeviceException {
        String label;
        if (spec.inheritedFd() >= 0) {
            label = "fd://" + spec.inheritedFd();
        } else if (spec.name() == null) {
            throw new DeviceException("no device name and no file descriptor given");
        } else {
            LinuxTun.checkName(spec.name(), true);
            label = spec.name();
        }
        if (spec.queues() < 1 || spec.queues() > LinuxTun.MAX_QUEUES) {
            throw new DeviceException(
                    "device " + label + ": " + spec.queues() + " queues: expected 1 to " + LinuxTun.MAX_QUEUES);
        }
        List<InterfaceAddress> addresses = addresses(label, spec.addresses());
        if (spec.mtu() != 0) {
            checkMtu(label, spec.mtu(), addresses);
        }
        return addresses;
    }

    static List<InterfaceAddress> addresses(String device, List<String> texts) throws DeviceException {
        List<InterfaceAddress> addresses = new ArrayList<>();
        for (String text : texts) {
            try {
                addresses.add(InterfaceAddress.parse(text));
            } catch (IllegalArgumentException e) {
                throw new DeviceException("device " + device + ": address " + e.getMessage());
            }
        }
        return addresses;
    }

    static void checkMtu(String device, int mtu, List<InterfaceAddress> addresses) throws DeviceException {
        boolean ipv6 = addresses.stream().anyMatch(address -> !address.address().isIpv4());
        int least = ipv6 ? MIN_IPV6_MTU : MIN_MTU;
        if (mtu < least || mtu > MAX_MTU) {
            throw new DeviceException("device " + device + ": MTU " + mtu + ": expected " + least + " to " + MAX_MTU
                    + (ipv6 ? " with an IPv6 address" : ""));
        }
    }
}
