"""What is measured: plain routing, the SOCKS server alone, or a program with a TUN device."""

import os
import selectors
import signal
import socket
import time

import lab as lab_module
from lab import BenchError
from procs import Tree

TUN_NAME = "bench0"
START_LIMIT_SECONDS = 30
STOP_LIMIT_SECONDS = 10
# A new attempt at a first connection is made so often: a lost SYN is only sent again after a second.
PROBE_EVERY_SECONDS = 0.005
PROBE_REQUEST = b"GET /small HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"


class Plain:
    """The kernel forwards: the target is reached over the veth."""

    name = "plain"
    command = None
    through_socks = False
    process = None

    def start(self, lab):
        lab.route_direct()
        return {}

    def stop(self, lab):
        lab.unroute()
        return True


class SocksAlone:
    """The clients speak SOCKS themselves: the ceiling of everything that goes through this server."""

    name = "socks"
    command = None
    through_socks = True
    process = None

    def start(self, lab):
        return {}

    def stop(self, lab):
        return True


class Program:
    """A program that reads a TUN device and speaks SOCKS, started anew for each round."""

    through_socks = False

    def __init__(self, name, template, mtu, start_directory):
        self.name = name
        self.template = template
        self.mtu = mtu
        self.start_directory = start_directory
        self.command = None
        self.process = None
        self._popen = None

    def _command(self, lab):
        first, space, rest = self.template.strip().partition(" ")
        # The program runs in the directory of the logs, but its path is meant from where the benchmark was started.
        if "/" in first and not first.startswith("/"):
            first = os.path.join(self.start_directory, first)
        text = first + space + rest
        for key, value in {
            "tun": TUN_NAME, "socks": lab.socks, "mtu": str(self.mtu), "dir": lab.dir,
            "interface": lab_module.VETH, "mark": str(lab_module.MARK),
        }.items():
            text = text.replace("{" + key + "}", value)
        return text

    def start(self, lab):
        """Starts the program; returns how long it took until its device was there and a first request was served."""
        self.command = self._command(lab)
        begin = time.monotonic()
        self._popen = lab.start(lab.gateway, f"program-{self.name}", ["sh", "-c", f"exec {self.command}"])
        self.process = Tree(self._popen.pid)
        device = lab.inside(lab.gateway, lambda: self._wait_device(lab, begin))
        lab.route_tun(TUN_NAME)
        served = lab.inside(lab.gateway, lambda: self._wait_served(lab, begin))
        return {
            "start_device_ms": (device - begin) * 1e3,
            "start_first_ms": (served - begin) * 1e3,
            "device_mtu": lab.device_mtu(TUN_NAME),
        }

    def _check(self, lab, begin, what):
        if self._popen.poll() is not None:
            raise BenchError(f"{self.name} ended with {self._popen.returncode} before {what}: "
                             f"{lab.log_tail(f'program-{self.name}')}")
        if time.monotonic() - begin > START_LIMIT_SECONDS:
            raise BenchError(f"{self.name}: not {what} in {START_LIMIT_SECONDS} s: "
                             f"{lab.log_tail(f'program-{self.name}')}")

    def _wait_device(self, lab, begin):
        while True:
            try:
                socket.if_nametoindex(TUN_NAME)
                return time.monotonic()
            except OSError:
                self._check(lab, begin, f"device {TUN_NAME} there")
                time.sleep(0.001)

    def _wait_served(self, lab, begin):
        """Makes connections one after the other, each while the ones before still wait, until one gets an answer."""
        selector = selectors.DefaultSelector()
        attempts = []
        next_attempt = 0.0
        try:
            while True:
                self._check(lab, begin, "a first request served")
                if time.monotonic() >= next_attempt and len(attempts) < 1000:
                    attempt = socket.socket()
                    attempt.setblocking(False)
                    attempt.connect_ex((lab_module.TARGET, lab_module.HTTP_PORT))
                    attempts.append(attempt)
                    selector.register(attempt, selectors.EVENT_WRITE)
                    next_attempt = time.monotonic() + PROBE_EVERY_SECONDS
                for key, events in selector.select(PROBE_EVERY_SECONDS):
                    try:
                        if events & selectors.EVENT_WRITE:
                            key.fileobj.send(PROBE_REQUEST)
                            selector.modify(key.fileobj, selectors.EVENT_READ)
                        elif key.fileobj.recv(4096).startswith(b"HTTP/1.1 200"):
                            return time.monotonic()
                        else:
                            selector.unregister(key.fileobj)
                    except OSError:
                        selector.unregister(key.fileobj)
        finally:
            selector.close()
            for attempt in attempts:
                attempt.close()

    def alive(self):
        return self._popen is not None and self._popen.poll() is None

    def stop(self, lab):
        """Ends the program, by SIGTERM first; returns whether that was enough."""
        if self._popen is None:
            return True
        members = self.process.pids()
        obeyed = True
        for sign in (signal.SIGTERM, signal.SIGKILL):
            for pid in members:
                try:
                    os.kill(pid, sign)
                except ProcessLookupError:
                    pass
            until = time.monotonic() + STOP_LIMIT_SECONDS
            while time.monotonic() < until:
                self._popen.poll()
                members = [pid for pid in members if not lab_module.is_gone(pid)]
                if not members:
                    break
                time.sleep(0.01)
            if not members:
                break
            obeyed = False
        self._popen.wait()
        self._popen = None
        # A persistent device outlives its program.
        lab_module.ip("-n", lab.gateway, "link", "delete", TUN_NAME, check=False)
        lab.unroute()
        return obeyed
