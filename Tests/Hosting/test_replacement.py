"""A handler's program is replaced twenty times, and put back, under load: nobody notices."""

import itertools
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import pytest

from Stack.stack import BIN_DIR, Stack, until

from .steady import Steady

TIMES = 20


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """A stack whose `login` can be replaced: a file of its own, the others as they were built."""
    programs = tmp_path_factory.mktemp("programs")
    for path in BIN_DIR.iterdir():
        if path.is_file() and os.access(path, os.X_OK):
            (programs / path.name).symlink_to(path)
    (programs / "login").unlink()
    shutil.copy(BIN_DIR / "login", programs / "login")
    with Stack(environment={"BIN_DIR": str(programs)}) as running:
        running.programs = programs
        yield running


class Releases:
    """Two builds of `login`, put into place by turns as an installation does: by renaming."""

    def __init__(self, folder):
        self.place = folder / "login"
        self.numbers = itertools.count(1)

    def install(self):
        """Returns the new file's number, by which a process is recognised."""
        new = self.place.with_suffix(".new")
        shutil.copy(BIN_DIR / "login", new)
        if next(self.numbers) % 2:
            # What stands behind an executable's sections is not part of the program.
            with new.open("ab") as file:
                file.write(b"the newer release")
        new.rename(self.place)
        return self.place.stat().st_ino


def runs(process):
    """The number of the file that a process was started from."""
    try:
        return os.stat(f"/proc/{process}/exe").st_ino
    except OSError:
        return None


def children(process):
    path = pathlib.Path(f"/proc/{process}/task/{process}/children")
    return {int(one) for one in path.read_text().split()}


def report(load, what):
    print(f"\n{what}: {load}")
    assert load.failed == {}
    assert load.sent >= 0.9 * load.rate * load.seconds, "the load was not what it should be"


def test_one_process_after_the_other_under_the_supervisor(stack):
    releases = Releases(stack.programs)
    with Steady(stack) as load:
        for _ in range(TIMES // 4):
            new = releases.install()
            for process in stack.pids("login"):
                os.kill(process, signal.SIGTERM)
                until(lambda: process not in stack.pids("login")
                      and len(stack.pids("login")) == 2, what="a process in its place")
            assert {runs(process) for process in stack.pids("login")} == {new}
    report(load, f"{TIMES // 4} releases under the supervisor")


class Unit:
    """mamis@login.socket and mamis@login.service: a socket that stays, and a keeper on it."""

    def __init__(self, stack):
        self.stack = stack
        stack.control("stop", "login:*")
        path = stack.folder / "sockets/login.sock"
        path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen(1024)
        self.start()

    def start(self):
        with (self.stack.folder / "log/login.log").open("ab") as log:
            self.keeper = subprocess.Popen(
                [BIN_DIR / "keeper", self.stack.programs / "login"], stdin=self.socket, stderr=log,
                env=self.stack.variables(DB_GROUP="mamis-entry", PROCESSES="2"))

    def restart(self):
        """As `systemctl restart`: what stops may take its time, then the new one starts."""
        self.stop()
        self.start()

    def reload(self):
        self.keeper.send_signal(signal.SIGHUP)

    def stop(self):
        self.keeper.terminate()
        assert self.keeper.wait(30) == 0

    def all_run(self, file):
        processes = children(self.keeper.pid)
        return len(processes) == 2 and {runs(process) for process in processes} == {file}


@pytest.fixture
def unit(stack):
    unit = Unit(stack)
    yield unit
    unit.stop()
    unit.socket.close()
    stack.control("start", "login:*")
    until(stack.is_healthy)


def test_twenty_restarts_of_the_service_lose_nothing(stack, unit):
    releases = Releases(stack.programs)
    with Steady(stack) as load:
        for _ in range(TIMES):
            new = releases.install()
            unit.restart()
            until(lambda: unit.all_run(new), what="the new release")
            time.sleep(0.5)
    report(load, f"{TIMES} restarts")


def test_reloads_lose_nothing_and_a_broken_release_never_serves(stack, unit):
    releases = Releases(stack.programs)
    with Steady(stack) as load:
        for _ in range(3):
            new = releases.install()
            unit.reload()
            until(lambda: unit.all_run(new), what="the new release")
        broken = stack.programs / "broken"
        broken.write_text("#!/bin/sh\nexit 1\n")
        broken.chmod(0o755)
        broken.rename(releases.place)
        unit.reload()
        log = stack.folder / "log/login.log"
        until(lambda: "event=replacement.failed" in log.read_text())
        assert unit.all_run(new)
        back = releases.install()
        unit.reload()
        until(lambda: unit.all_run(back), what="the release before")
    report(load, "3 reloads, a broken one, and back")


def test_killed_processes_come_back_at_once(stack, unit):
    """A crash costs the request in hand, never the service: what waits in the socket is served."""
    with Steady(stack) as load:
        for _ in range(5):
            time.sleep(1.2)
            victim = min(children(unit.keeper.pid))
            os.kill(victim, signal.SIGKILL)
            until(lambda: victim not in children(unit.keeper.pid)
                  and len(children(unit.keeper.pid)) == 2)
    print(f"\n5 processes killed: {load}")
    # A person is told to try again: nginx makes 503 of it.
    assert sum(load.failed.values()) <= 5 and set(load.failed) <= {503}
    assert load.slowest < 5
