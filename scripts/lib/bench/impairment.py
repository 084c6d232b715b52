"""The impaired path of scripts/bench: carries packets between two TUN devices in two namespaces, late and not all.

    impairment.py DEVICE CLIENT-NAMESPACE GATEWAY-NAMESPACE --loss 1 --delay 20 --rate 100 ...

Each direction is a bottleneck of a fixed rate with a drop-tail queue, then random loss, then half of the delay. All of
it is userspace, so that no module of the kernel (sch_netem) is needed. Which packets are lost depends on the seed and
on a packet's number within its direction, on nothing else: two senders that send alike lose alike.

Reads commands from standard input: "reset SEED [CAPTURE-FILE]" starts the random sequence anew, forgets what is under
way, and answers with one line of JSON about the time since the last reset. Ends when standard input does.
"""

import argparse
import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
CLONE_NEWNET = 0x40000000
# Packets taken from one device before the other direction has its turn.
BURST = 64
# One step of the histogram of how late packets leave, in seconds, and the number of steps.
LATE_STEP = 0.0001
LATE_STEPS = 1000
CAPTURED_BYTES = 128
# Sums of floating-point seconds may be off by this much.
ROUNDING = 1e-9


class Direction:
    """What happens to the packets of one direction: a function of the times that it is told, and of the seed.

    Times are in seconds of any clock that does not go back, the rate is in bits each second, the limit of the queue in
    bytes, loss and reordering are probabilities. A packet that is reordered arrives `reorder_seconds` later than the
    others, so that those behind it overtake.
    """

    def __init__(self, loss, delay, rate, queue_bytes, reorder=0.0, reorder_seconds=0.0):
        self._loss = loss
        self._delay = delay
        self._seconds_per_byte = 8.0 / rate
        self._queue_seconds = queue_bytes * self._seconds_per_byte
        self._reorder = reorder
        self._reorder_seconds = reorder_seconds
        self.reset(0)

    def reset(self, seed):
        self._random = random.Random(seed).random
        self._idle_at = 0.0
        self._number = 0
        self._heap = []
        self._late = [0] * LATE_STEPS
        self.packets = self.bytes = self.lost = self.overflowed = self.reordered = self.delivered = 0

    def offer(self, now, packet):
        """Takes a packet that arrives now."""
        # Both are drawn for each packet, whatever becomes of it: the n-th packet has the same fate in every run.
        lost = self._random() < self._loss
        reordered = self._random() < self._reorder
        self.packets += 1
        self.bytes += len(packet)
        begin = max(now, self._idle_at)
        sent = begin + len(packet) * self._seconds_per_byte
        if begin > now and sent - now > self._queue_seconds + ROUNDING:
            self.overflowed += 1
            return
        self._idle_at = sent
        if lost:
            self.lost += 1
            return
        due = sent + self._delay
        if reordered:
            self.reordered += 1
            due += self._reorder_seconds
        heapq.heappush(self._heap, (due, self._number, packet))
        self._number += 1

    def next_due(self):
        """When the next packet has to leave, or None."""
        return self._heap[0][0] if self._heap else None

    def take(self, now):
        """The next packet that is due by now, or None."""
        if not self._heap or self._heap[0][0] > now:
            return None
        due, _, packet = heapq.heappop(self._heap)
        self._late[min(LATE_STEPS - 1, int((now - due) / LATE_STEP))] += 1
        self.delivered += 1
        return packet

    def statistics(self):
        return {"packets": self.packets, "bytes": self.bytes, "lost": self.lost, "overflowed": self.overflowed,
                "reordered": self.reordered, "delivered": self.delivered, "late_p99_ms": self._late_ms(0.99),
                "late_max_ms": self._late_ms(1)}

    def _late_ms(self, share):
        """How much later than due packets left: what this program added of its own."""
        left = share * sum(self._late)
        for step, count in enumerate(self._late):
            left -= count
            if left <= 0:
                return round(step * LATE_STEP * 1e3, 1)
        return round(LATE_STEPS * LATE_STEP * 1e3, 1)


class Capture:
    """A pcap file of IP packets, cut to their headers; times are those of the wall clock."""

    def __init__(self, path):
        self._file = open(path, "wb")
        self._offset = time.time() - time.monotonic()
        self._file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, CAPTURED_BYTES, 101))

    def record(self, now, packet):
        seconds = now + self._offset
        kept = packet[:CAPTURED_BYTES]
        self._file.write(struct.pack("<IIII", int(seconds), int(seconds % 1 * 1e6), len(kept), len(packet)) + kept)

    def close(self):
        self._file.close()


def open_tun(device, namespace):
    """A TUN device without offloads, made in a namespace; this thread stays there."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/run/netns/{namespace}", "rb") as file:
        if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns {namespace}: {os.strerror(ctypes.get_errno())}")
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TUN | IFF_NO_PI))
    return descriptor


class Path:
    """Both directions, from the two devices and to them."""

    def __init__(self, client, gateway, make_direction):
        self._client = client
        self._gateway = gateway
        # "down" is towards the client, as in the rest of the benchmark.
        self._up = make_direction()
        self._down = make_direction()
        self._capture = None

    def reset(self, seed, capture_path=None):
        """Begins anew; returns the statistics up to now."""
        result = {"up": self._up.statistics(), "down": self._down.statistics()}
        self._up.reset(2 * seed)
        self._down.reset(2 * seed + 1)
        if self._capture is not None:
            self._capture.close()
        self._capture = None if capture_path is None else Capture(capture_path)
        return result

    def run(self):
        commands = sys.stdin.fileno()
        sources = {self._client: self._up, self._gateway: self._down}
        while True:
            self._deliver(self._up, self._gateway, self._capture)
            self._deliver(self._down, self._client, None)
            dues = [due for due in (self._up.next_due(), self._down.next_due()) if due is not None]
            wait = max(0.0, min(dues) - time.monotonic()) if dues else None
            readable, _, _ = select.select([*sources, commands], [], [], wait)
            for descriptor in readable:
                if descriptor != commands:
                    self._take_in(descriptor, sources[descriptor])
                elif not self._obey(os.read(commands, 4096).decode()):
                    return

    def _take_in(self, descriptor, direction):
        for _ in range(BURST):
            try:
                packet = os.read(descriptor, 65536)
            except BlockingIOError:
                return
            now = time.monotonic()
            if self._capture is not None and descriptor == self._gateway:
                self._capture.record(now, packet)
            direction.offer(now, packet)

    @staticmethod
    def _deliver(direction, descriptor, capture):
        while True:
            now = time.monotonic()
            packet = direction.take(now)
            if packet is None:
                return
            if capture is not None:
                capture.record(now, packet)
            try:
                os.write(descriptor, packet)
            except OSError as error:
                # The device is down or full; such a packet is lost, as it would be on a cable.
                print(f"a packet of {len(packet)} bytes was not accepted: {error}", file=sys.stderr, flush=True)

    def _obey(self, text):
        """Does the commands read from standard input; returns whether to go on."""
        for line in text.splitlines():
            words = line.split(maxsplit=2)
            if len(words) < 2 or words[0] != "reset":
                print(f"unknown command {line!r}; expected: reset SEED [CAPTURE-FILE]", file=sys.stderr, flush=True)
                return False
            print(json.dumps(self.reset(int(words[1]), *words[2:])), flush=True)
        return bool(text)


def take_priority():
    """A cable does not wait for a core: before everything else on the machine, or as far before it as is allowed."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except OSError:
        try:
            os.setpriority(os.PRIO_PROCESS, 0, -20)
        except OSError as error:
            print(f"packets will be late on a busy machine: {error}", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description="Carries packets between two TUN devices over an impaired path.")
    parser.add_argument("device", help="name of both devices")
    parser.add_argument("client", help="namespace of the client")
    parser.add_argument("gateway", help="namespace of the gateway")
    parser.add_argument("--loss", type=float, default=1, help="percent, in each direction")
    parser.add_argument("--delay", type=float, default=20, help="round trip, in milliseconds")
    parser.add_argument("--rate", type=float, default=100, help="Mbit/s, in each direction")
    parser.add_argument("--queue", type=int, default=250_000, help="bytes that wait in front of the bottleneck")
    parser.add_argument("--reorder", type=float, default=0, help="percent of the packets, in each direction")
    arguments = parser.parse_args()
    delay = arguments.delay / 2e3
    # The gateway last: the benchmark ends what it finds in that namespace.
    client = open_tun(arguments.device, arguments.client)
    gateway = open_tun(arguments.device, arguments.gateway)
    path = Path(client, gateway, lambda: Direction(
        arguments.loss / 100, delay, arguments.rate * 1e6, arguments.queue, arguments.reorder / 100, delay / 4))
    take_priority()
    print("ready", flush=True)
    path.run()


if __name__ == "__main__":
    try:
        main()
    except OSError as failure:
        sys.exit(f"impairment: {failure}")
