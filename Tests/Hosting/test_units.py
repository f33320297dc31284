"""deploy/systemd: the units are correct, name every handler, and leave little to misuse."""

import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile

import pytest

from Stack.stack import ADDRESSES, BIN_DIR, HANDLERS, REPOSITORY, until

UNITS = REPOSITORY / "deploy/systemd"
GROUPS = {handler: group for handler, group in ADDRESSES.values() if handler}

needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="this machine has no systemd-analyze")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A root folder with the units and all that they name, as it is on a host."""
    root = tmp_path_factory.mktemp("root")
    units = root / "etc/systemd/system"
    units.mkdir(parents=True)
    for unit in UNITS.glob("mamis*"):
        shutil.copy(unit, units)
    for path in ["lib", "lib64", "bin", "usr/lib", "usr/bin"]:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree("/usr/lib/systemd/system", root / "usr/lib/systemd/system", symlinks=True)
    programs = re.findall(r"(?<!\w)(/(?:usr/)?(?:bin|lib)/[\w/%]+)",
                          "".join(re.findall(r"^Exec\w+=.*$", text(*UNITS.glob("mamis*")), re.M)))
    for program in programs:
        for handler in HANDLERS:
            path = root / program.replace("%i", handler)[1:]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(0o755)
    return root


def text(*paths):
    return "".join(path.read_text() for path in paths)


@needs_systemd
def test_systemd_finds_nothing_wrong_with_them(installed):
    units = [f"mamis@{handler}.{kind}" for handler in HANDLERS for kind in ("socket", "service")]
    result = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", f"--root={installed}", *units,
         "mamis-mailer.service", "mamis.target"], text=True, capture_output=True)
    ours = [line for line in result.stderr.splitlines() if "mamis" in line]
    assert (result.returncode, ours) == (0, [])


@needs_systemd
@pytest.mark.parametrize("unit", [*(f"mamis@{name}.service" for name in HANDLERS),
                                  "mamis-mailer.service"])
def test_what_a_service_is_exposed_to_is_little(installed, unit):
    result = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--root={installed}", "--threshold=20",
         "--no-pager", unit], text=True, capture_output=True)
    level = re.search(r"Overall exposure level for \S+ ([\d.]+)", result.stdout)
    assert level, result.stdout + result.stderr
    assert result.returncode == 0 and float(level[1]) <= 2.0, result.stdout


def test_the_target_pulls_every_handler_and_the_mailer():
    wanted = re.findall(r"^Wants=(.*)$", text(UNITS / "mamis.target"), re.M)
    assert sorted(" ".join(wanted).split()) == sorted(
        [*(f"mamis@{handler}.socket" for handler in HANDLERS), "mamis-mailer.service"])


def test_every_handler_signs_in_with_its_own_group(tmp_path):
    subprocess.run([UNITS / "groups", REPOSITORY / "nginx/handlers.conf", tmp_path], check=True)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        f"{handler}.env": f"DB_GROUP=mamis-{GROUPS[handler]}\n" for handler in HANDLERS}


def test_no_handler_starts_without_its_group():
    service = text(UNITS / "mamis@.service")
    assert "\nEnvironmentFile=/usr/lib/mamis/groups/%i.env\n" in service


# The keeper, as the units start it.

PROGRAM = """\
#!/bin/sh
folder={folder}
echo {version} $$ >>$folder/started
{body}
"""
ENDS_WHEN_ASKED = "trap 'exit 0' TERM\nwhile :; do sleep 0.05; done"


class Kept:
    """A keeper and the shell script that it keeps."""

    def __init__(self, folder, body=ENDS_WHEN_ASKED, processes="2"):
        self.folder = folder
        self.listener = socket.socket(socket.AF_UNIX)
        self.write("first", body)
        self.keeper = subprocess.Popen(
            [BIN_DIR / "keeper", folder / "program"], stdin=self.listener, text=True,
            stderr=(folder / "log").open("w"), env={**os.environ, "PROCESSES": processes})

    def write(self, version, body=ENDS_WHEN_ASKED):
        new = self.folder / "new"
        new.write_text(PROGRAM.format(version=version, folder=self.folder, body=body))
        new.chmod(0o755)
        new.rename(self.folder / "program")

    def children(self):
        path = f"/proc/{self.keeper.pid}/task/{self.keeper.pid}/children"
        return {int(one) for one in pathlib.Path(path).read_text().split()}

    def started(self):
        path = self.folder / "started"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def log(self):
        return (self.folder / "log").read_text()


@pytest.fixture
def kept():
    """Makes keepers that end with the test."""
    made = []

    def make(*arguments, **more):
        made.append((tempfile.TemporaryDirectory(prefix="mamis-keeper-"), None))
        one = Kept(pathlib.Path(made[-1][0].name), *arguments, **more)
        made[-1] = (made[-1][0], one)
        return one

    yield make
    for folder, one in made:
        if one and one.keeper.poll() is None:
            one.keeper.terminate()
            one.keeper.wait(20)
        if one:
            one.listener.close()
        folder.cleanup()


def test_as_many_processes_as_asked_for_share_one_socket(kept):
    one = kept(processes="3")
    until(lambda: len(one.started()) == 3)
    ours = os.fstat(one.listener.fileno())
    for process in one.children():
        theirs = os.stat(f"/proc/{process}/fd/0")
        assert stat.S_ISSOCK(theirs.st_mode) and theirs.st_ino == ours.st_ino


def test_one_that_dies_is_started_again(kept):
    one = kept()
    until(lambda: len(one.started()) == 2)
    victim = min(one.children())
    os.kill(victim, signal.SIGKILL)
    until(lambda: len(one.children()) == 2 and victim not in one.children())
    until(lambda: f"event=process.ended process={victim} end=signal(9)" in one.log())


def test_asked_to_end_it_ends_all_of_them_first(kept):
    one = kept("trap 'sleep 1; echo done $$ >>$folder/started; exit 0' TERM\n"
               "while :; do sleep 0.05; done")
    until(lambda: len(one.started()) == 2)
    one.keeper.terminate()
    assert one.keeper.wait(20) == 0
    assert [word for word, _ in one.started()] == ["first", "first", "done", "done"]


def test_a_reload_replaces_one_after_the_other(kept):
    one = kept()
    until(lambda: len(one.started()) == 2)
    old = one.children()
    one.write("second")
    one.keeper.send_signal(signal.SIGHUP)
    fewest = []
    until(lambda: fewest.append(len(one.children())) or "event=replaced" in one.log())
    assert min(fewest) >= 2
    until(lambda: len(one.children()) == 2 and not old & one.children())
    assert [word for word, _ in one.started()] == ["first"] * 2 + ["second"] * 2


@pytest.mark.parametrize("body", ["exit 78", "exit 1", "kill -SEGV $$"])
def test_a_reload_with_a_program_that_does_not_start_leaves_the_old_one_at_work(kept, body):
    one = kept()
    until(lambda: len(one.started()) == 2)
    old = one.children()
    one.write("broken", body)
    one.keeper.send_signal(signal.SIGHUP)
    until(lambda: "event=replacement.failed left=2" in one.log())
    assert one.children() == old
    one.write("second")
    one.keeper.send_signal(signal.SIGHUP)
    until(lambda: len(one.children()) == 2 and not old & one.children())


def test_programs_that_cannot_work_are_not_tried_again(kept):
    one = kept("exit 78")
    assert one.keeper.wait(20) == 78
    assert len(one.started()) == 2


def test_programs_that_crash_at_once_are_tried_again_more_and_more_slowly(kept):
    one = kept("exit 1")
    until(lambda: len(one.started()) >= 4)
    assert one.keeper.poll() is None
    assert len(one.started()) <= 6


def test_a_wrong_number_of_processes_is_refused(kept):
    one = kept(processes="many")
    assert one.keeper.wait(20) == 78
    assert "event=start.failed" in one.log()
