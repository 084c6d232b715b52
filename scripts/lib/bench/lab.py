"""The laboratory: two network namespaces joined by a veth pair, and the servers on the far side.

    client namespace                          server namespace
    load, program under test                  SOCKS server on 10.99.0.2
      veth0 10.99.0.1/24  -----------------   veth0 10.99.0.2/24
      TUN   10.99.2.1/24 (default route)      lo    10.99.1.1/32: iperf3, nginx

The target 10.99.1.1 is reached by the default route, so through the TUN device once there is one; the SOCKS server is
on the veth's own network, so what the program sends to it never comes back into the TUN device.
"""

import ctypes
import glob
import os
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

PREFIX = "t2sbench"
TARGET = "10.99.1.1"
HTTP_PORT = 80
# A file of the web server, for transfers of more than a packet or two.
HTTP_FILE = "100k"
HTTP_FILE_BYTES = 100_000
IPERF_PORT = 5201
SOCKS_ADDRESS = "10.99.0.2"
SOCKS_PORT = 1080
TUN_ADDRESS = "10.99.2.1/24"
TUN_ADDRESS6 = "fd99:2::1/64"
VETH = "veth0"
# Packets with this mark leave by the veth, whatever the default route: for programs that mark their own connections.
MARK = 2517
OPEN_FILES = 65536

NGINX_CONFIG = """
daemon off;
worker_processes auto;
pid %(dir)s/nginx.pid;
error_log %(dir)s/nginx.log warn;
events { worker_connections 8192; multi_accept on; }
http {
    access_log off;
    default_type text/plain;
    keepalive_timeout 3600s;
    keepalive_requests 1000000000;
    client_body_temp_path %(dir)s/nginx-body;
    proxy_temp_path %(dir)s/nginx-proxy;
    fastcgi_temp_path %(dir)s/nginx-fastcgi;
    uwsgi_temp_path %(dir)s/nginx-uwsgi;
    scgi_temp_path %(dir)s/nginx-scgi;
    server {
        listen %(target)s:%(port)d backlog=4096;
        location = /%(file)s { root %(dir)s; }
        location / { return 200 "a small page, to be fetched very often: 0123456789 0123456789 0123456789\\n"; }
    }
}
"""

DANTE_CONFIG = """
logoutput: %(dir)s/socks-server.log
internal: %(listen)s port = %(port)d
external: %(listen)s
clientmethod: none
socksmethod: none
user.privileged: root
user.unprivileged: root
client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
"""

SYSCTLS = {
    # Short connections by the ten thousand per second need the ports of those that are just over.
    "net/ipv4/ip_local_port_range": "1024 65535",
    "net/ipv4/tcp_tw_reuse": "1",
    "net/core/somaxconn": "4096",
    "net/ipv4/tcp_max_syn_backlog": "4096",
    "net/ipv4/conf/all/rp_filter": "0",
    "net/ipv4/conf/default/rp_filter": "0",
    # Kept quiet: addresses of IPv6 would be announced and looked for in the middle of a measurement.
    "net/ipv6/conf/default/accept_dad": "0",
    "net/ipv6/conf/default/router_solicitations": "0",
}


class BenchError(Exception):
    """Something without which the benchmark cannot go on; the message is for the user."""


def ip(*arguments, check=True, stdin=None):
    done = subprocess.run(["ip", *arguments], input=stdin, capture_output=True, text=True, check=False)
    if check and done.returncode != 0:
        raise BenchError(f"ip {' '.join(arguments)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def sweep():
    """Removes the namespaces of a benchmark that was killed: those of our prefix whose process is gone."""
    for line in ip("netns", "list").splitlines():
        name = line.split()[0] if line.split() else ""
        parts = name.split("-")
        if len(parts) != 3 or parts[0] != PREFIX or not parts[1].isdigit() or _is_bench(int(parts[1])):
            continue
        remove_namespace(name)
        for directory in glob.glob(f"{tempfile.gettempdir()}/{PREFIX}-{parts[1]}-*"):
            shutil.rmtree(directory, ignore_errors=True)
        print(f"removed the left-over namespace {name}", flush=True)


def _is_bench(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return b"bench" in file.read()
    except OSError:
        return False


def remove_namespace(name):
    """Ends what runs in a namespace and removes it."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        pids = [int(pid) for pid in ip("netns", "pids", name, check=False).split()]
        pids = [pid for pid in pids if pid != os.getpid()]
        for pid in pids:
            try:
                os.kill(pid, sign)
            except ProcessLookupError:
                pass
        until = time.monotonic() + 3
        while pids and time.monotonic() < until:
            pids = [pid for pid in pids if not is_gone(pid)]
            time.sleep(0.02)
    ip("netns", "delete", name, check=False)


def is_gone(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


class Lab:
    """Two namespaces with their servers, from __enter__ to __exit__."""

    def __init__(self, socks_command=None):
        self.client = f"{PREFIX}-{os.getpid()}-c"
        # Where the program under test runs.
        self.gateway = self.client
        self.server = f"{PREFIX}-{os.getpid()}-s"
        self.dir = tempfile.mkdtemp(prefix=f"{PREFIX}-{os.getpid()}-")
        # Servers that give up root read their files here.
        os.chmod(self.dir, 0o755)
        self.socks_command = socks_command
        self.socks = f"{SOCKS_ADDRESS}:{SOCKS_PORT}"
        self.socks_server = None
        self._iperf = None
        self._servers = []

    def __enter__(self):
        try:
            self._raise_limits()
            self._make_namespaces()
            self._start_servers()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Removes everything; a second Ctrl-C does not stop that half-way."""
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, signal.SIG_IGN)
        for name in self._namespaces():
            remove_namespace(name)
        for server in self._servers:
            server.wait()

    @staticmethod
    def _raise_limits():
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        for limits in ((OPEN_FILES, max(OPEN_FILES, hard)), (max(soft, min(OPEN_FILES, hard)), hard)):
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, limits)
                return
            except ValueError:
                continue  # a container may not let even root raise the hard limit

    def _namespaces(self):
        return dict.fromkeys((self.client, self.gateway, self.server))

    def _make_namespaces(self):
        for name in self._namespaces():
            ip("netns", "add", name)
            self.run(name, ["sh", "-c", "\n".join(
                f"[ ! -e /proc/sys/{key} ] || echo '{value}' >/proc/sys/{key}" for key, value in SYSCTLS.items())])
            ip("-n", name, "link", "set", "lo", "up")
        ip("link", "add", VETH, "netns", self.gateway, "type", "veth", "peer", "name", VETH, "netns", self.server)
        ip("-n", self.gateway, "address", "add", "10.99.0.1/24", "dev", VETH)
        ip("-n", self.server, "address", "add", "10.99.0.2/24", "dev", VETH)
        ip("-n", self.server, "address", "add", f"{TARGET}/32", "dev", "lo")
        for name in (self.gateway, self.server):
            ip("-n", name, "link", "set", VETH, "up")
        ip("-n", self.server, "route", "add", "default", "via", "10.99.0.1")
        ip("-n", self.gateway, "route", "add", "default", "via", SOCKS_ADDRESS, "table", str(MARK))
        ip("-n", self.gateway, "rule", "add", "fwmark", str(MARK), "lookup", str(MARK))

    def _start_servers(self):
        facts = {"dir": self.dir, "target": TARGET, "port": HTTP_PORT, "file": HTTP_FILE}
        with open(f"{self.dir}/{HTTP_FILE}", "wb") as file:
            file.write(os.urandom(HTTP_FILE_BYTES))
        with open(f"{self.dir}/nginx.conf", "w", encoding="ascii") as file:
            file.write(NGINX_CONFIG % facts)
        self._serve("nginx", ["nginx", "-e", f"{self.dir}/nginx.log", "-c", f"{self.dir}/nginx.conf"],
                    HTTP_PORT)
        self._start_iperf()
        if self.socks_command is None:
            with open(f"{self.dir}/dante.conf", "w", encoding="ascii") as file:
                file.write(DANTE_CONFIG % {"dir": self.dir, "listen": SOCKS_ADDRESS, "port": SOCKS_PORT})
            command = ["danted", "-f", f"{self.dir}/dante.conf"]
        else:
            text = self.socks_command.replace("{listen}", SOCKS_ADDRESS).replace("{port}", str(SOCKS_PORT))
            command = ["sh", "-c", "exec " + text.replace("{dir}", self.dir)]
        self.socks_server = self._serve("socks-server", command, SOCKS_PORT)

    def _start_iperf(self):
        self._iperf = self._serve("iperf3", ["iperf3", "-s", "-B", TARGET, "-p", str(IPERF_PORT)],
                                  IPERF_PORT)

    def restart_iperf(self):
        """Starts the iperf3 server anew.

        Through a proxy the end of a test reaches the server after the client has gone. A server that is still at it
        refuses the next client as busy, or leaves it waiting, and neither would be the proxy's fault.
        """
        self._servers.remove(self._iperf)
        self._iperf.kill()
        self._iperf.wait()
        self._start_iperf()

    def _serve(self, name, command, port):
        process = self.start(self.server, name, command)
        self._servers.append(process)
        until = time.monotonic() + 10
        while not self.inside(self.server, lambda: _listens(port)):
            if process.poll() is not None or time.monotonic() > until:
                raise BenchError(f"{name} does not listen on port {port}: {self.log_tail(name)}")
            time.sleep(0.02)
        return process

    def log_tail(self, name, lines=5):
        with open(f"{self.dir}/{name}.out", encoding="utf-8", errors="replace") as file:
            return " | ".join(line.strip() for line in file.readlines()[-lines:]) or "it printed nothing"

    def start(self, namespace, name, command, stdin=subprocess.DEVNULL):
        """Starts a command in a namespace, in a session of its own, with its output in the directory of the logs."""
        with open(f"{self.dir}/{name}.out", "ab") as output:
            return subprocess.Popen(["ip", "netns", "exec", namespace, *command], cwd=self.dir, stdin=stdin,
                                    stdout=output, stderr=output, start_new_session=True)

    @staticmethod
    def run(namespace, command, timeout=60):
        """Runs a command in a namespace to its end; returns what it printed."""
        done = subprocess.run(["ip", "netns", "exec", namespace, *command], capture_output=True, text=True,
                              timeout=timeout, check=False)
        if done.returncode != 0:
            raise BenchError(f"{' '.join(command)[:200]}: exit {done.returncode}: "
                             f"{(done.stderr or done.stdout).strip()[-500:]}")
        return done.stdout

    @staticmethod
    def inside(namespace, action):
        """Calls a function in a thread that has moved to a namespace: quicker than a process, for probing."""
        outcome = {}

        def body():
            try:
                libc = ctypes.CDLL(None, use_errno=True)
                with open(f"/run/netns/{namespace}", "rb") as file:
                    if libc.setns(file.fileno(), 0x40000000) != 0:
                        raise BenchError(f"setns {namespace}: {os.strerror(ctypes.get_errno())}")
                outcome["value"] = action()
            except BaseException as error:  # handed to the caller below, whatever it is
                outcome["error"] = error

        thread = threading.Thread(target=body, daemon=True)
        thread.start()
        thread.join()
        if "error" in outcome:
            raise outcome["error"]
        return outcome["value"]

    def route_direct(self):
        """Leads the target over the veth: plain routing."""
        ip("-n", self.gateway, "route", "replace", "default", "via", SOCKS_ADDRESS)
        ip("-n", self.gateway, "route", "flush", "cache", check=False)

    def unroute(self):
        ip("-n", self.gateway, "route", "flush", "exact", "default", check=False)

    def route_tun(self, device):
        """Gives a TUN device an address where it has none, and the default route."""
        commands = []
        if " inet " not in ip("-n", self.gateway, "-o", "address", "show", "dev", device):
            commands += [f"address add {TUN_ADDRESS} dev {device}", f"address add {TUN_ADDRESS6} dev {device}"]
        commands += [f"link set {device} up", f"route replace default dev {device}"]
        ip("-n", self.gateway, "-batch", "-", stdin="\n".join(commands) + "\n")

    def device_mtu(self, device):
        words = ip("-n", self.gateway, "-o", "link", "show", "dev", device).split()
        return int(words[words.index("mtu") + 1])


def _listens(port):
    """Looked up, not tried: a connection without a request would count as a client of iperf3."""
    for table in ("tcp", "tcp6"):
        with open(f"/proc/thread-self/net/{table}", encoding="ascii") as file:
            fields = [line.split() for line in file.readlines()[1:]]
        if any(field[3] == "0A" and int(field[1].rsplit(":", 1)[1], 16) == port for field in fields):
            return True
    return False
