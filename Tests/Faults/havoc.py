"""What breaks: a plan of faults in an order that follows from a seed, done to one stack."""

import os
import pathlib
import random
import signal
import subprocess
import threading
import time

from Stack.stack import until

# How many of a hundred faults are of which kind.
SHARES = {
    "a handler killed": 30, "the mailer killed": 12, "an nginx worker killed": 10,
    "the nginx master killed": 6, "MariaDB killed": 8, "MariaDB stalled": 8,
    "database connections cut": 10, "browsers' connections cut": 10, "the mail's disk full": 6,
}
# Those on the way of a registration; the last steps twice.
HANDLERS = ["login", "terms", "email", "register", "register", "confirm", "confirm", "confirm"]
DISK = "the mail's disk full"


def plan(count, seed, has_disk):
    """So many kinds of faults, in a random order; each kind at least once."""
    shares = {kind: share for kind, share in SHARES.items() if has_disk or kind != DISK}
    kinds = [kind for kind, share in shares.items()
             for _ in range(max(1, count * share // sum(shares.values())))]
    while len(kinds) < count:
        kinds.append("a handler killed")
    del kinds[count:]
    random.Random(seed).shuffle(kinds)
    return kinds


def _call(pid):
    """The number of the system call that a process is in; `running` while it computes."""
    try:
        return pathlib.Path(f"/proc/{pid}/syscall").read_text().split()[0]
    except OSError:
        return "gone"


class Havoc:
    """Does faults of the plan to a stack, its wire and its mail folder."""

    def __init__(self, stack, wire, seed):
        self.stack, self.wire = stack, wire
        self.choice = random.Random(f"{seed} victims")
        self.mail = stack.folder / "mail"
        self._timers = []
        # Nobody has come yet: what a handler waits in now is what an idle one waits in.
        self.idle = {_call(pid) for name in set(HANDLERS) for pid in self.running(name)}
        self.in_hand = 0

    def do(self, kind):
        """One fault; returns what it was done to, in words."""
        return {
            "a handler killed": self.kill_handler,
            "the mailer killed": lambda: self.kill("mailer"),
            "an nginx worker killed": self.kill_worker,
            "the nginx master killed": lambda: self.kill("nginx"),
            "MariaDB killed": lambda: self.kill("mariadbd"),
            "MariaDB stalled": self.stall,
            "database connections cut": self.cut_database,
            "browsers' connections cut": lambda: f"{self.wire.cut()} connections",
            DISK: self.fill_disk,
        }[kind]()

    def children(self, of, name):
        """Processes of a name (as ps shows it) below another."""
        found = subprocess.run(["pgrep", "-x", "-P", str(of), name], text=True,
                               capture_output=True)
        return [int(pid) for pid in found.stdout.split()]

    def running(self, name):
        supervisor = int((self.stack.folder / "sockets/supervisord.pid").read_text())
        return until(lambda: self.children(supervisor, name), 60, f"a running {name}")

    def kill(self, name):
        (pid,) = self.running(name)
        os.kill(pid, signal.SIGKILL)
        return f"{name} {pid}"

    def kill_handler(self):
        """A process in the middle of a request, where one is found within a second; else any. Now
        and then all of the handler at once."""
        name = self.choice.choice(HANDLERS)
        pids = self.running(name)
        end = time.monotonic() + 1
        while not (busy := [pid for pid in pids if _call(pid) not in self.idle]):
            if time.monotonic() > end:
                break
            time.sleep(0.002)
        self.in_hand += bool(busy)
        if self.choice.random() < 0.8:
            pids = [self.choice.choice(busy or pids)]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return f"{name} {' '.join(map(str, pids))}{' in a request' if busy else ''}"

    def kill_worker(self):
        (master,) = self.running("nginx")
        pid = self.choice.choice(until(lambda: self.children(master, "nginx"), 60, "a worker"))
        os.kill(pid, signal.SIGKILL)
        return f"worker {pid}"

    def stall(self):
        (pid,) = self.running("mariadbd")
        seconds = self.choice.uniform(0.5, 4)
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)
        return f"for {seconds:.1f} s"

    def cut_database(self):
        """About half of the programs' connections, in whatever they are doing."""
        def rows():
            try:
                return self.stack.sql("SELECT id FROM information_schema.processlist"
                                      " WHERE user LIKE 'mamis%'")
            except AssertionError:
                return None  # it is coming back from another fault

        chosen = [row[0] for row in until(rows, 60, "the database") if self.choice.random() < 0.5]
        cut = 0
        for number in chosen:
            try:
                self.stack.sql(f"KILL CONNECTION {number}")
                cut += 1
            except AssertionError:
                pass  # it ended by itself
        return f"{cut} connections"

    def fill_disk(self):
        """Not a byte is left for some seconds, while other things break."""
        filler = self.mail / "filler"
        size = 0
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    size += file.write(b"\0" * 4096)
            except OSError:
                pass
        seconds = self.choice.uniform(2, 5)
        timer = threading.Timer(seconds, lambda: filler.unlink(missing_ok=True))
        timer.start()
        self._timers.append(timer)
        return f"for {seconds:.1f} s"

    def end(self):
        for timer in self._timers:
            timer.join()
