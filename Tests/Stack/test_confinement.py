"""Handlers give up at start what no request needs (CONFINE); the mailer, which starts sendmail, does
not."""

import subprocess

import pytest

from .stack import BIN_DIR, HANDLERS


def state(pid):
    """Whether a process can gain privileges, and how many filters its calls go through."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        lines = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    return int(lines["NoNewPrivs"]), int(lines["Seccomp_filters"])


def test_every_handler_is_confined_and_the_mailer_is_not(stack):
    here = state("self")
    confined = (1, here[1] + 1)
    for handler in HANDLERS:
        pids = stack.pids(handler)
        assert len(pids) == 2, handler
        assert {state(pid) for pid in pids} == {confined}, handler
    assert [state(pid) for pid in stack.pids("mailer")] == [here]


@pytest.mark.parametrize("setting, calls", [("on", 1), ("off", 0)])
def test_a_setting_switches_it_off(stack, setting, calls):
    """As plain CGI, seen from outside: whether the program asks the kernel for it."""
    seen = subprocess.run(
        ["strace", "-f", "-e", "trace=prctl", BIN_DIR / "logout"], stdin=subprocess.DEVNULL,
        capture_output=True, timeout=60, text=True, encoding="utf-8",
        env=stack.variables(CONFINE=setting, REQUEST_METHOD="GET", REQUEST_URI="/logout"))
    assert seen.stdout.startswith("Status: 405 ")
    assert seen.stderr.count("PR_SET_SECCOMP") == calls
    assert seen.stderr.count("PR_SET_NO_NEW_PRIVS") == calls
    assert "event=confine.failed" not in seen.stderr


def test_a_setting_that_is_neither_is_said_at_start(stack):
    told = stack.mamis("check", CONFINE="maybe")
    assert told.returncode != 0
    assert "CONFINE must be on or off" in told.stdout + told.stderr
