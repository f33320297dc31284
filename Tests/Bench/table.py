"""One table: requests a second, latency, and CPU time a request, split by who used it."""

import json
import statistics
import subprocess

from . import machine
from .rivals import HERE

SIDES = ("ours", "floor", "php")


class Measured:
    """What the rounds of one case on one side gave."""

    def __init__(self):
        self.rounds = []

    def add(self, figures):
        self.rounds.append(figures)

    def middle(self, name):
        return statistics.median(one[name] for one in self.rounds)

    @property
    def cpu(self):
        return sum(self.middle(part) for part in ("nginx", "program", "database"))

    def figures(self):
        return {name: self.middle(name) for name in self.rounds[0]} | {"cpu": self.cpu}


def wrk(rivals, side, case, seconds, connections):
    """Drives one side for so many seconds."""
    lines = rivals.work / "requests"
    lines.write_text("".join(
        request.line(rivals.stack.origin, rivals.path(side, case, request)) + "\n"
        for request in case.requests))
    pids = rivals.pids(side, case)
    before = {part: machine.cpu(found) for part, found in pids.items()}
    statements = executed(rivals.stack)
    output = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s",
         HERE / "requests.lua", f"http://127.0.0.1:{rivals.port(side, case)}", "--", lines],
        capture_output=True, text=True, check=True).stdout
    told = json.loads(output[output.index('{"requests"'):].splitlines()[0])
    requests = max(told["requests"], 1)
    refused = requests if case.status >= 400 else 0
    if told["refused"] != refused or told["failed"] or not told["requests"]:
        raise AssertionError(f"{case.name} by {side}: {told}, expected {case.status}s")
    figures = {part: (machine.cpu(found) - before[part]) / requests
               for part, found in pids.items()}
    figures.update(
        per_second=requests / told["microseconds"] * 1e6, p50=told["p50"], p99=told["p99"],
        statements=(executed(rivals.stack) - statements) / requests)
    return figures


def executed(stack):
    """How many statements the server has run so far, both as prepared ones and as text."""
    rows = stack.sql("SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_stmt_execute', "
                     "'Com_select', 'Com_insert', 'Com_update', 'Com_delete', 'Com_begin', "
                     "'Com_commit')")
    return sum(int(value) for name, value in rows if name != "Com_stmt_execute")


def check(rivals, case):
    """Every side gives the same status and the same bytes for the request that was recorded."""
    request = case.requests[-1]
    status, body = rivals.answer("ours", case, request)
    assert status == case.status, f"{case.name}: {status} instead of {case.status}"
    clean(rivals.stack)
    for side in rivals.sides if case.handler and case.rivals else ():
        other = rivals.answer(side, case, request)
        assert other == (status, body), f"{case.name}: {side} sends something else ({other[0]})"
        clean(rivals.stack)


def clean(stack):
    """No count of failures is left: a paused login would measure the pause."""
    stack.sql("DELETE FROM login_failures; DELETE FROM throttle_events")


def measure(rivals, case, rounds, seconds, connections=4):
    """All sides of a case, in turn: what the machine does meanwhile hits each of them."""
    check(rivals, case)
    sides = ["ours", *(rivals.sides if case.handler and case.rivals else ())]
    found = {side: Measured() for side in sides}
    for _ in range(rounds):
        for side in sides:
            found[side].add(wrk(rivals, side, case, seconds, connections))
            if case.hashes:
                clean(rivals.stack)
    return {side: one.figures() for side, one in found.items()}
