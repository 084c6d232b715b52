"""The measurements over an impaired path: scripts/bench --impaired.

    client namespace              gateway namespace                 server namespace
    load                          program under test
      path0 10.99.3.2  --------     path0 10.99.3.1
             impairment.py          veth0 10.99.0.1  -------------    veth0 10.99.0.2: SOCKS server
                                    TUN (default route)               lo 10.99.1.1: iperf3, nginx

The gateway forwards: over the veth in "plain", so that the kernels of client and server speak with each other over the
impaired path, and into the TUN device when a program runs. The leg from the gateway to the server is never impaired.
"""

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Optional

import lab as lab_module
from lab import BenchError, Lab, ip
from measures import MANY, Measures

GROUPS = ("throughput", "latency")
ROUNDS = 5
SECONDS = 10
DEVICE = "path0"
CLIENT_ADDRESS = "10.99.3.2"
GATEWAY_ADDRESS = "10.99.3.1"
VETH_GATEWAY = "10.99.0.1"
VETH_NETWORK = "10.99.0.0/24"
DEVICE_MTU = 1500
# What a full segment carries: 40 bytes of headers and 12 of timestamps.
SEGMENT_BYTES = DEVICE_MTU - 52
# Bursts of several senders wait in the impairment, where they are counted, and not in the device.
DEVICE_QUEUE = 5000
CONGESTION_CONTROL = "cubic"
STREAMS = (("up", 1), ("down", 1), ("down", MANY))
# As many transfers at the same time: enough for a figure of the slowest hundredth, too few to fill the path.
TRANSFERS = 8
# What is still under way when a measurement ends has gone after this time.
QUIET_SECONDS = 0.5
SYSCTLS = {
    "net/ipv4/ip_forward": "1",
    # Otherwise a connection begins with what the one before has learnt about the path.
    "net/ipv4/tcp_no_metrics_save": "1",
}


@dataclass(frozen=True)
class Impairment:
    """What the path does: percent, milliseconds (round trip), Mbit/s; captures go to pcap_directory if there is one."""

    loss: float
    delay: float
    rate: float
    reorder: float
    seed: int
    pcap_directory: Optional[str] = None

    def queue_bytes(self):
        """One bandwidth-delay product, but room for some packets on a short path."""
        return max(20 * DEVICE_MTU, int(self.rate * 1e6 / 8 * self.delay / 1e3))

    def describe(self):
        return (f"{self.loss:g} % loss and {self.delay / 2:g} ms in each direction, {self.rate:g} Mbit/s, "
                f"queue {self.queue_bytes() // 1000} kB, {self.reorder:g} % reordered, seed {self.seed}, "
                f"{CONGESTION_CONTROL}")


class ImpairedLab(Lab):
    """The laboratory with a third namespace in front, behind the impaired path."""

    def __init__(self, socks_command, impairment):
        super().__init__(socks_command)
        self.gateway = f"{lab_module.PREFIX}-{os.getpid()}-g"
        self._impairment = impairment
        self._carrier = None

    def close(self):
        super().close()
        if self._carrier is not None:
            self._carrier.stdin.close()
            self._carrier.wait()
            self._carrier.stdout.close()

    def _make_namespaces(self):
        super()._make_namespaces()
        for name in self._namespaces():
            for key, value in SYSCTLS.items():
                self.run(name, ["sh", "-c", f"echo {value} >/proc/sys/{key}"])
        self._start_carrier()
        for name, address in ((self.client, CLIENT_ADDRESS), (self.gateway, GATEWAY_ADDRESS)):
            self.run(name, ["sh", "-c", f"echo 1 >/proc/sys/net/ipv6/conf/{DEVICE}/disable_ipv6 2>&1 || true"])
            ip("-n", name, "address", "add", f"{address}/24", "dev", DEVICE)
            ip("-n", name, "link", "set", DEVICE, "mtu", str(DEVICE_MTU), "txqueuelen", str(DEVICE_QUEUE), "up")
        self._choose_congestion_control()

    def _choose_congestion_control(self):
        """Per route: the setting of a namespace takes no algorithm that the machine keeps to its administrator."""
        veth = ["dev", lab_module.VETH, "congctl", CONGESTION_CONTROL]
        ip("-n", self.client, "route", "add", "default", "via", GATEWAY_ADDRESS, "congctl", CONGESTION_CONTROL)
        ip("-n", self.server, "route", "replace", "default", "via", VETH_GATEWAY, *veth)
        for name, source in ((self.gateway, VETH_GATEWAY), (self.server, lab_module.SOCKS_ADDRESS)):
            ip("-n", name, "route", "replace", VETH_NETWORK, *veth, "proto", "kernel", "scope", "link", "src", source)
        for name, peer in ((self.client, lab_module.TARGET), (self.server, CLIENT_ADDRESS),
                           (self.gateway, lab_module.SOCKS_ADDRESS), (self.server, VETH_GATEWAY)):
            chosen = self.inside(name, lambda address=peer: _congestion_control(address))
            if chosen != CONGESTION_CONTROL:
                raise BenchError(f"connections from {name} to {peer} use {chosen}, expected {CONGESTION_CONTROL}; the "
                                 f"kernel may lack it: modprobe tcp_{CONGESTION_CONTROL}")

    def _start_carrier(self):
        settings = self._impairment
        command = [sys.executable, "-B", os.path.join(os.path.dirname(os.path.abspath(__file__)), "impairment.py"),
                   DEVICE, self.client, self.gateway, "--loss", str(settings.loss), "--delay", str(settings.delay),
                   "--rate", str(settings.rate), "--queue", str(settings.queue_bytes()),
                   "--reorder", str(settings.reorder)]
        with open(f"{self.dir}/impairment.out", "ab") as output:
            self._carrier = subprocess.Popen(
                ["ip", "netns", "exec", self.gateway, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=output, text=True, start_new_session=True)
        if self._carrier.stdout.readline() != "ready\n":
            raise BenchError(f"the impaired path did not start: {self.log_tail('impairment')}")

    def reset_path(self, seed, capture=None):
        """Starts the losses anew; returns the statistics of the path since the last time."""
        words = ["reset", str(seed)]
        if capture is not None and self._impairment.pcap_directory is not None:
            words.append(os.path.join(self._impairment.pcap_directory, f"{capture}.pcap"))
        try:
            self._carrier.stdin.write(" ".join(words) + "\n")
            self._carrier.stdin.flush()
            return json.loads(self._carrier.stdout.readline())
        except (OSError, ValueError) as error:
            raise BenchError(f"the impaired path has ended: {self.log_tail('impairment')}") from error


def _congestion_control(address):
    """What a connection to an address uses; whether anything listens there does not matter."""
    with socket.socket() as probe:
        probe.setblocking(False)
        probe.connect_ex((address, lab_module.HTTP_PORT))
        return probe.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16).split(b"\0")[0].decode()


class ImpairedMeasures(Measures):
    """Long streams, and transfers that are over before a congestion window has grown."""

    def __init__(self, lab, load_classes, seconds, groups, report_progress, number, seed):
        super().__init__(lab, load_classes, seconds, groups, report_progress)
        self._number = number
        self._seed = seed

    def round(self, subject, figures, problems):
        figures["failed"] = 0
        # Over the path it would be too slow to warm anything.
        self._source = self._lab.gateway
        self._warm_up(subject)
        self._source = self._lab.client
        figures["path"] = {}
        for index, (direction, streams) in enumerate(STREAMS):
            if "throughput" in self._groups:
                self._stream(subject, direction, streams, index, figures, problems)
        if "latency" in self._groups:
            self._transfers(subject, len(STREAMS), figures, problems)
        late = [way["late_p99_ms"] for path in figures["path"].values() for way in path.values()]
        if late:
            figures["path_late_ms"] = max(late)

    def _begin(self, name, subject, index):
        time.sleep(QUIET_SECONDS)
        # The same for all subjects of a round.
        self._lab.reset_path((self._seed + self._number) * 10 + index, f"{subject.name}-{self._number + 1}-{name}")

    def _end(self, name, figures):
        path = self._lab.reset_path(0)
        figures["path"][name] = path
        return path

    def _stream(self, subject, direction, streams, index, figures, problems):
        name = f"lossy_{direction}_{streams}"
        self._progress(name)
        self._lab.restart_iperf()
        self._begin(name, subject, index)
        result = self._iperf(subject, direction, streams, problems)
        path = self._end(name, figures)
        received = 0 if result is None else result["end"]["sum_received"]["bytes"]
        if received == 0:
            if result is not None:
                problems.append(f"{name}: nothing arrived")
            figures["failed"] += 1
            return
        figures[f"{name}_mbit"] = result["end"]["sum_received"]["bits_per_second"] / 1e6
        data, back = (path["up"], path["down"]) if direction == "up" else (path["down"], path["up"])
        figures[f"{name}_extra_percent"] = 100 * (data["packets"] * SEGMENT_BYTES / received - 1)
        figures[f"{name}_acks"] = back["packets"] / data["packets"]

    def _transfers(self, subject, index, figures, problems):
        name = "transfer"
        self._progress(name)
        self._begin(name, subject, index)
        result = self._load(subject, "transfer", TRANSFERS, problems, extra=("--path", f"/{lab_module.HTTP_FILE}"))
        self._end(name, figures)
        if result is None:
            figures["failed"] += 1
            return
        self._count_failures(name, result, figures, problems)
        if result["served"] == 0:
            return
        figures["transfer_per_s"] = result["per_second"]
        for share in ("p50", "p95", "p99", "max"):
            figures[f"transfer_{share}_ms"] = result[f"{share}_us"] / 1e3
