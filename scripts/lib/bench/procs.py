"""CPU time and memory, out of /proc."""

import os
import time

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def _stat(pid):
    """(parent, session, own CPU seconds, those of the children it has waited for, resident bytes) or None."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rsplit(")", 1)[1].split()
    except OSError:
        return None
    own = (int(fields[11]) + int(fields[12])) / TICKS
    waited = (int(fields[13]) + int(fields[14])) / TICKS
    return int(fields[1]), int(fields[3]), own, waited, int(fields[21]) * PAGE


def _all():
    stats = {int(name): _stat(int(name)) for name in os.listdir("/proc") if name.isdigit()}
    return {pid: stat for pid, stat in stats.items() if stat is not None}


class Tree:
    """A process, all that it started and all of its session: a program may be a wrapper script with children."""

    def __init__(self, pid):
        self.pid = pid

    def _members(self, stats=None):
        stats = _all() if stats is None else stats
        members = {pid for pid, stat in stats.items() if pid == self.pid or stat[1] == self.pid}
        grown = True
        while grown:
            more = {pid for pid, stat in stats.items() if stat[0] in members and pid not in members}
            members |= more
            grown = bool(more)
        return {pid: stats[pid] for pid in members}

    def cpu_seconds(self):
        """User and system time of all threads, in seconds."""
        return sum(stat[2] + stat[3] for stat in self._members().values())

    def resident_bytes(self):
        return sum(stat[4] for stat in self._members().values())

    def pids(self):
        return sorted(self._members())


class Foreign:
    """Measures the work of processes that are not this benchmark's: it makes the figures worse, and has to be told.

    What a process did between two looks is seen only if it lives at the second one, so this is a lower bound.
    """

    def __init__(self):
        self._begin = self._cpu()
        self._at = time.monotonic()

    @staticmethod
    def _cpu():
        stats = _all()
        own = Tree(os.getpid())._members(stats)
        # 2 is the parent of the kernel's threads, which work for us as much as for anyone.
        return {pid: stat[2] for pid, stat in stats.items() if pid not in own and stat[0] != 2}

    def cores(self):
        """Cores that others kept busy since this was made, on average."""
        busy = sum(max(0.0, cpu - self._begin.get(pid, 0.0)) for pid, cpu in self._cpu().items())
        return busy / max(1e-3, time.monotonic() - self._at)


def machine_busy_seconds():
    """What all cores have worked since the start: all of /proc/stat but idle, I/O wait and time stolen by a host."""
    with open("/proc/stat", encoding="ascii") as file:
        fields = [int(field) for field in file.readline().split()[1:]]
    user, nice, system, _, _, irq, softirq = fields[:7]
    return (user + nice + system + irq + softirq) / TICKS
