"""The measurements of one subject in one round; each gives a flat dictionary of figures."""

import json
import subprocess
import time

import lab as lab_module
from lab import BenchError
from procs import Tree, machine_busy_seconds

GIB = 1 << 30
MANY = 8
CLIENTS = 32
IDLE_CONNECTIONS = 1000
GROUPS = ("memory", "throughput", "connections", "latency", "udp")

PROXYCHAINS_CONFIG = """
strict_chain
quiet_mode
tcp_read_time_out 15000
tcp_connect_time_out 8000
[ProxyList]
socks5 {host} {port}
"""


class Meter:
    """Takes the CPU time that passes between begin() and end()."""

    def __init__(self, lab, subject):
        self._process = subject.process
        self._socks = Tree(lab.socks_server.pid)

    def begin(self):
        self._at = self._now()
        return self

    def end(self):
        """Seconds: (the program's or None, the SOCKS server's, the whole machine's)."""
        return tuple(None if now is None else now - then for now, then in zip(self._now(), self._at))

    def _now(self):
        program = None if self._process is None else self._process.cpu_seconds()
        return program, self._socks.cpu_seconds(), machine_busy_seconds()


class Measures:
    """Runs the measurements; failures are counted and described, and leave their figure out."""

    def __init__(self, lab, load_classes, seconds, groups, report_progress):
        self._lab = lab
        self._classes = load_classes
        self._seconds = seconds
        self._groups = groups
        self._progress = report_progress
        # The namespace that the load comes from.
        self._source = lab.client
        with open(f"{lab.dir}/proxychains.conf", "w", encoding="ascii") as file:
            file.write(PROXYCHAINS_CONFIG.format(host=lab_module.SOCKS_ADDRESS, port=lab_module.SOCKS_PORT))

    def round(self, subject, figures, problems):
        """Measures one started subject into figures; what failed is added to problems."""
        figures["failed"] = 0
        if "memory" in self._groups:
            self._idle(subject, figures, problems)
        self._warm_up(subject)
        if "throughput" in self._groups:
            for streams in (1, MANY):
                for direction in ("up", "down"):
                    self._throughput(subject, direction, streams, figures, problems)
        if "connections" in self._groups:
            self._requests(subject, "short", CLIENTS, "short32", figures, problems)
        if "latency" in self._groups:
            self._requests(subject, "short", 1, "short1", figures, problems)
            self._requests(subject, "keep", 1, "keep1", figures, problems)
        if "udp" in self._groups and not subject.through_socks:
            for size in (64, 1400):
                for direction in ("up", "down"):
                    self._udp(subject, direction, size, figures, problems)
        if "memory" in self._groups and subject.process is not None:
            figures["rss_after_mib"] = subject.process.resident_bytes() / (1 << 20)

    def _warm_up(self, subject):
        """A second of everything that is measured, the same for each subject: a JIT compiler has its say before."""
        self._progress("warm-up")
        ignored = []
        for direction in ("up", "down"):
            self._lab.restart_iperf()
            self._iperf(subject, direction, 1, ignored, seconds=1)
        self._load(subject, "short", CLIENTS, ignored, seconds=1)

    def _idle(self, subject, figures, problems):
        self._progress("memory")
        if subject.process is not None:
            time.sleep(1)
            busy = subject.process.cpu_seconds()
            time.sleep(1)
            figures["idle_cpu_percent"] = (subject.process.cpu_seconds() - busy) * 100
            figures["rss_idle_mib"] = subject.process.resident_bytes() / (1 << 20)
        holder = subprocess.Popen(
            ["ip", "netns", "exec", self._source,
             *self._load_command(subject, "hold", IDLE_CONNECTIONS)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            line = holder.stdout.readline()
            if not line:
                problems.append("idle connections: the load client ended without a result")
                figures["failed"] += 1
                return
            result = json.loads(line)
            self._count_failures("idle connections", result, figures, problems)
            if subject.process is not None:
                time.sleep(0.5)
                figures["rss_1000_mib"] = subject.process.resident_bytes() / (1 << 20)
        finally:
            holder.stdin.close()
            holder.wait()
            holder.stdout.close()

    def _throughput(self, subject, direction, streams, figures, problems):
        name = f"tcp_{direction}_{streams}"
        self._progress(name)
        self._lab.restart_iperf()
        meter = Meter(self._lab, subject).begin()
        result = self._iperf(subject, direction, streams, problems)
        program, socks, machine = meter.end()
        if result is None:
            figures["failed"] += 1
            return
        received = result["end"]["sum_received"]
        gib = received["bytes"] / GIB
        if gib == 0:
            problems.append(f"{name}: nothing arrived")
            figures["failed"] += 1
            return
        figures[f"{name}_gbit"] = received["bits_per_second"] / 1e9
        figures[f"{name}_cpu_machine"] = machine / gib
        figures[f"{name}_cpu_socks"] = socks / gib
        if program is not None:
            figures[f"{name}_cpu"] = program / gib

    def _iperf(self, subject, direction, streams, problems, seconds=None, extra=()):
        seconds = self._seconds if seconds is None else seconds
        command = ["iperf3", "-c", lab_module.TARGET, "-p", str(lab_module.IPERF_PORT), "-J", "-P", str(streams),
                   "-t", f"{max(1, round(seconds))}", *extra]
        if direction == "down":
            command.append("-R")
        if subject.through_socks:
            command = ["proxychains4", "-q", "-f", f"{self._lab.dir}/proxychains.conf", *command]
        what = f"iperf3 {direction}, {streams} streams {' '.join(extra)}".strip()
        try:
            done = subprocess.run(["ip", "netns", "exec", self._source, *command], capture_output=True, text=True,
                                  timeout=seconds + 20, check=False)
        except subprocess.TimeoutExpired:
            problems.append(f"{what}: stalled, ended after {seconds + 20:.0f} s")
            return None
        try:
            result = json.loads(done.stdout[done.stdout.index("{"):])
        except ValueError:
            problems.append(f"{what}: no result: {(done.stderr or done.stdout).strip()[-200:]}")
            return None
        if "error" in result or done.returncode != 0:
            problems.append(f"{what}: {result.get('error', done.returncode)}")
            return None
        return result

    def _load_command(self, subject, mode, clients, seconds=None):
        # The first compiler only: what it makes is fast enough here, and the second one would cost the measurement.
        command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx256m",
                   "-cp", self._classes, "LoadClient", mode, lab_module.TARGET, str(lab_module.HTTP_PORT),
                   "--clients", str(clients)]
        if seconds is not None:
            command += ["--seconds", str(seconds)]
        if subject.through_socks:
            command += ["--socks", self._lab.socks]
        return command

    def _load(self, subject, mode, clients, problems, seconds=None, extra=()):
        seconds = self._seconds if seconds is None else seconds
        try:
            return json.loads(self._lab.run(
                self._source, [*self._load_command(subject, mode, clients, seconds), *extra], timeout=seconds + 30))
        except (BenchError, ValueError, subprocess.TimeoutExpired) as error:
            problems.append(f"{mode} with {clients} clients: {error}")
            return None

    def _requests(self, subject, mode, clients, name, figures, problems):
        self._progress(name)
        meter = Meter(self._lab, subject).begin()
        result = self._load(subject, mode, clients, problems)
        program, _, _ = meter.end()
        if result is None:
            figures["failed"] += 1
            return
        self._count_failures(name, result, figures, problems)
        if result["served"] == 0:
            return
        figures[f"{name}_per_s"] = result["per_second"]
        for share in ("p50", "p99", "max"):
            figures[f"{name}_{share}_ms"] = result[f"{share}_us"] / 1e3
        if program is not None:
            figures[f"{name}_cpu_us"] = program / result["served"] * 1e6

    @staticmethod
    def _count_failures(name, result, figures, problems):
        figures["failed"] += result["failed"]
        for kind, count in result["failures"].items():
            problems.append(f"{name}: {count} x {kind}")

    def _udp(self, subject, direction, size, figures, problems):
        name = f"udp_{direction}_{size}"
        self._progress(name)
        self._lab.restart_iperf()
        meter = Meter(self._lab, subject).begin()
        result = self._iperf(subject, direction, 1, problems, extra=("-u", "-b", "0", "-l", str(size)))
        program, _, _ = meter.end()
        if result is None:
            figures["failed"] += 1
            return
        total = result["end"]["sum"]
        arrived = total["packets"] - total["lost_packets"]
        if arrived <= 0 or total["seconds"] <= 0:
            problems.append(f"{name}: nothing arrived")
            figures["failed"] += 1
            return
        figures[f"{name}_kpps"] = arrived / total["seconds"] / 1e3
        figures[f"{name}_lost_percent"] = 100.0 * total["lost_packets"] / max(1, total["packets"])
        if program is not None:
            figures[f"{name}_cpu_us"] = program / arrived * 1e6
