"""The benchmark: `python -m Bench.bench table|growth|plans|day|all` (scripts/bench runs it).

  table    every request beside C and PHP, cold start and memory
  growth   the same at fewer accounts, and with 1, 2, 4 and 8 processes a handler
  plans    EXPLAIN of every statement; fails where a large table is scanned
  day      registration day, and the climb to what is too much
  all      the first three

Each keeps its figures in docs/bench/NAME.json and writes docs/bench.md anew from all of them.
"""

import argparse
import datetime
import json
import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import time

from Stack.stack import BIN_DIR, REPOSITORY, Stack

from . import day, machine, plans, report, table
from .cases import PASSWORD, cases
from .rivals import Rivals

DATA = REPOSITORY / "docs/bench"
# What production would have: the tables in memory, and a log that a busy minute does not fill.
TUNING = ("SET GLOBAL innodb_buffer_pool_size = 4294967296; "
          "SET GLOBAL innodb_log_file_size = 1073741824")


class BenchStack(Stack):
    """A stack without the demo's people, as production would tune it."""

    def __init__(self, processes=2):
        super().__init__(environment={"PROCESSES": str(processes)}, settings=(
            "STAFF_TWO_FACTOR=optional\nMAIL_FROM=noreply@localhost.example\n"
            "MAIL_OFFICE=office@localhost.example\n"
            # A process that retires in the middle takes its figures with it.
            "REQUESTS_PER_PROCESS=1000000000\n"))

    def start(self):
        super().start()
        self.sql(TUNING)

    def processes(self, count):
        """The same stack with so many processes a handler."""
        self.stop()
        self.environment["PROCESSES"] = str(count)
        self.start()

    def set(self, settings):
        """Other settings, on top of the stack's own."""
        path = self.folder / "mamis.env"
        text = path.read_text()
        for line in settings.splitlines():
            key = line.partition("=")[0]
            text = re.sub(rf"^{key}=.*\n", "", text, flags=re.MULTILINE) + line + "\n"
        path.write_text(text)
        plans.restart_programs(self)

    def seed(self, accounts):
        start = time.monotonic()
        done = subprocess.run([BIN_DIR / "mamis", "bench", "seed", "--accounts", str(accounts)],
                              env=self.variables(), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        say(f"{accounts:,} accounts after {time.monotonic() - start:.0f} s")


def say(text):
    print(text, flush=True)


def show(case, side, figures):
    say(f"{case.name:10} {side:6} {figures['per_second']:9,.0f}/s  CPU {figures['cpu']:8,.0f} µs "
        f"= {figures['nginx']:.0f} + {figures['program']:.0f} + {figures['database']:.0f}")


def measured(rivals, options, only=None):
    """Every case, on every side."""
    found = {}
    for case in rivals.cases:
        if only and case.name not in only:
            continue
        found[case.name] = table.measure(rivals, case, options.rounds, options.seconds)
        for side, figures in found[case.name].items():
            show(case, side, figures)
    return found


def about(accounts):
    return {"date": datetime.date.today().isoformat(), "machine": machine.description(),
            "accounts": accounts,
            "commit": subprocess.run(["git", "-C", REPOSITORY, "rev-parse", "--short", "HEAD"],
                                     capture_output=True, text=True).stdout.strip()}


def memory(rivals, names):
    """Kilobytes of one process, the middle of all those that served."""
    found = {}
    for case in rivals.cases:
        if case.name in names:
            found[case.name] = {}
            for side in ("ours", "floor", "php"):
                sizes = [machine.memory(pid) for pid in rivals.pids(side, case)["program"]]
                found[case.name][side] = {
                    kind: statistics.median(size[kind] for size in sizes)
                    for kind in ("pss", "private")}
    return found


def cold_start(rivals, times=40):
    """Milliseconds from start to end of a plain CGI program: CPU time and wall clock."""
    case = next(one for one in rivals.cases if one.name == "empty")
    found = {"ours": [], "floor": []}
    environment = {**os.environ, "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET"}
    for _ in range(times):
        for side, act in (
                ("ours", lambda: rivals.as_cgi(case, case.requests[0])),
                ("floor", lambda: subprocess.run(
                    [rivals.program, rivals.work / "empty"], env=environment,
                    stdin=subprocess.DEVNULL, capture_output=True, check=True))):
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            act()
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            used = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
            found[side].append((used * 1000, (time.monotonic() - start) * 1000))
    return {side: {"cpu": statistics.mean(one[0] for one in runs),
                   "wall": statistics.median(one[1] for one in runs)}
            for side, runs in found.items()}


def hash_cost(rivals, stack):
    """Microseconds of CPU time that checking one password takes."""
    hashed = stack.sql("SELECT password_hash FROM accounts WHERE login_key = 'bench0000001'")
    return float(subprocess.run([rivals.program, "hash", hashed[0][0], PASSWORD, "30"],
                                capture_output=True, text=True, check=True).stdout)


def journeys(stack, people):
    """Whole registrations, as many at once as there are people; whom the queue of a screen has no
    room for comes back, as a browser's user would."""
    walk = day.Day(stack, 5, waits=True)
    use = day.worked(stack, lambda: day.asyncio.run(walk.run([0.0] * people, 0.0)))
    assert not walk.figures.failures, walk.figures.failures[:3]
    return day.told(walk, use) | {"people": people}


def make_table(stack, options):
    with Rivals(stack, cases(options.accounts), 2) as rivals:
        result = about(options.accounts) | {
            "rounds": options.rounds, "seconds": options.seconds,
            "cases": measured(rivals, options),
            "memory": memory(rivals, ("mypage", "refused", "login", "university")),
            "cold_start": cold_start(rivals), "hash": hash_cost(rivals, stack)}
    result["journeys"] = journeys(stack, options.people)
    return result


def make_growth(stack, options, sizes):
    """`sizes`: account numbers below the last, which is there already when the processes vary."""
    only = ("page", "empty", "refused", "mypage", "university", "postal", "login", "bad_login",
            "search", "common")
    result = about(options.accounts) | {"sizes": [], "by_accounts": [], "processes": [],
                                        "by_processes": []}
    for accounts in sizes:
        stack.seed(accounts)
        with Rivals(stack, cases(accounts), 2, sides=()) as rivals:
            result["sizes"].append(accounts)
            result["by_accounts"].append(ours(measured(rivals, options, only)))
    for count in (1, 2, 4, 8):
        stack.processes(count)
        with Rivals(stack, cases(options.accounts), count, sides=()) as rivals:
            result["processes"].append(count)
            result["by_processes"].append(ours(measured(rivals, options, only)))
    return result


def ours(found):
    return {name: sides["ours"] for name, sides in found.items()}


def make_plans(stack, options):
    met, others, parts = plans.collect(stack, options.accounts)
    scans = [{"source": one.source, "sql": one.words, "scans": one.scans, "allowed": one.is_allowed}
             for one in met + others if one.scans]
    return about(options.accounts) | {
        "met": len(met), "others": len(others), "parts": len(parts), "scans": scans}


def keep(name, result):
    DATA.mkdir(exist_ok=True)
    (DATA / f"{name}.json").write_text(
        json.dumps(result, ensure_ascii=False, indent=1, default=str) + "\n")
    report.write(DATA)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["table", "growth", "plans", "day", "all", "report"])
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--people", type=int, default=200, help="journeys at once, in the table")
    parser.add_argument("--day", type=int, default=20_000, help="people of the day")
    parser.add_argument("--minutes", type=float, default=15, help="that the day's hour takes")
    options = parser.parse_args()
    if options.what == "day" and options.day * 8 > options.accounts:
        parser.error("a day takes eight accounts a person: one in seven has a postcard")
    if options.what == "report":
        report.write(DATA)
        return 0
    # Told to end, it still stops everything that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with BenchStack() as stack:
        sizes = [options.accounts // 100, options.accounts // 10, options.accounts]
        if options.what in ("growth", "all"):
            keep("growth", make_growth(stack, options, sizes))
            stack.processes(2)
        stack.seed(options.accounts)
        if options.what in ("table", "all"):
            keep("table", make_table(stack, options))
        if options.what == "day":
            stack.set(day.hash_cost(options.minutes / 60))
            result = day.simulate(stack, options.day, options.minutes)
            stack.set(day.hash_cost(1))
            steps = day.climb(stack, max(2.0, options.day / day.HOUR))
            keep("day", about(options.accounts) | {"day": result, "climb": steps})
            return 1 if result["failed"] or day.slow_pages(result) else 0
        if options.what in ("plans", "all"):
            result = make_plans(stack, options)
            keep("plans", result)
            wrong = [one for one in result["scans"] if not one["allowed"]]
            for one in wrong:
                say(f"{one['source']}: {', '.join(one['scans'])}: {one['sql']}")
            return 1 if wrong else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
