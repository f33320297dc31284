"""soak - load: a thousand slow connections, overload, and a million requests to the same processes.

    python Tests/Faults/soak.py [--requests 1000000] [--report FILE]

Starts stacks of its own (BIN_DIR: built programs; wrk must be there). `--requests` is the sum over
the four handlers that stand for all. Prints what it measures and a report. Ends with 0 if all of it
stayed within its bounds. Times depend on who else uses the machine; the bounds do not.
"""

import argparse
import collections
import concurrent.futures
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from Faults import flat  # noqa: E402
from Faults.load import (  # noqa: E402
    Programs, ask, log_in_at_once, percentile, wrong_login)
from Faults.machine import circumstances, table  # noqa: E402
from Faults.slow import KINDS, SlowCrowd  # noqa: E402
from Stack.stack import SETTINGS, Stack, until  # noqa: E402

SLOW = 1000
AT_ONCE = 400
# An answer that sends people away is quick, whatever the machine does: milliseconds, 99 of 100.
QUICK = 2_000
# Who is let in is answered long before nginx gives up (30 s).
ANSWERED = 15_000


def say(words):
    print(words, flush=True)


class Findings:
    """What was out of bounds, and the report's parts."""

    def __init__(self):
        self.wrong = []

    def hold(self, is_right, words):
        if not is_right:
            self.wrong.append(words)


PROBES = [
    ("page (a file)", "GET", "/login", False, 200),
    ("wrong login (Argon2, database)", "POST", "/login", True, 422),
    ("health (database)", "GET", "/health", False, 200),
    ("suggestions", "GET", "/lookup/universities?q=%E6%9D%B1", False, 200),
]


def probe(stack, findings, when, count=100):
    """Requests of other people, four at a time: a row for each kind."""
    rows = {}
    for name, method, path, is_login, status in PROBES:
        def one(_):
            return ask(stack, method, path, wrong_login() if is_login else None)

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(one, range(count)))
        wrong = sum(answer.status != status for answer in answers)
        findings.hold(wrong == 0, f"{when}: {wrong} of {count} × {name} were not {status}")
        rows[name] = (f"{percentile(answers, 0.5)} / {percentile(answers, 0.99)}", wrong)
    return rows


def slow_connections(stack, findings):
    """A thousand connections that hardly move; others are answered all the same."""
    programs = Programs(stack)
    quiet = probe(stack, findings, "without slow connections")
    before = programs.memory("nginx"), sum(programs.files("nginx"))
    with SlowCrowd(stack.port, SLOW) as crowd:
        time.sleep(3 * SlowCrowd.PAUSE)
        counts = [programs.nginx_connections()]
        busy = probe(stack, findings, f"with {SLOW} slow connections")
        time.sleep(16)  # longer than a header may take: nginx has closed and the slow came again
        counts.append(programs.nginx_connections())
        during = programs.memory("nginx"), sum(programs.files("nginx"))
        openings, failures = crowd.openings(), crowd.failures
    findings.hold(min(counts) >= SLOW * 0.95, f"only {min(counts)} connections were open")
    findings.hold(failures == 0, f"{failures} slow connections could not be opened")
    each = (during[0][0] - before[0][0]) / SLOW
    shares = ", ".join(f"{kind}: {openings[kind]}" for kind in KINDS)
    rows = [(name, *quiet[name], *busy[name]) for name, *_ in PROBES]
    return f"""## A thousand slow connections

{SLOW} connections at once, a third each: headers, a body, and reading, each at one piece in
{SlowCrowd.PAUSE} s. nginx counted {counts[0]} open connections at the beginning and {counts[1]} at
the end.
Those with slow headers are closed after 15 s and came again; opened in all: {shares}.

Others meanwhile, four at a time, ms (median / 99 %):

{table(["", "without", "wrong", f"with {SLOW} slow", "wrong"], rows)}

nginx with its workers has {before[0][0] / 1024:.1f} MiB of its own before and
{during[0][0] / 1024:.1f} MiB during that: **{each:.1f} KiB a slow connection**. Open files:
{before[1]} before, {during[1]} during. A worker may have 4,096 connections (nginx/local.conf;
nginx/site.conf says what to set on a host).
"""


def overload(stack, findings):
    """Far more logins than the processes can check."""
    one = [ask(stack, "POST", "/login", wrong_login()) for _ in range(20)]
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        logins = pool.submit(log_in_at_once, stack, AT_ONCE, 20, 1)
        time.sleep(2)
        others = [ask(stack, "GET", path) for _ in range(40) for path in ("/health", "/inquiry")]
        answers = logins.result()
    after = [ask(stack, "POST", "/login", wrong_login()) for _ in range(20)]
    by = collections.defaultdict(list)
    for answer in answers:
        by[answer.status].append(answer)
    sent_away = by.get(503, [])
    findings.hold(set(by) <= {422, 503}, f"overload: statuses {sorted(by)}")
    findings.hold(sent_away and by.get(422), "overload: nobody was sent away, or nobody let in")
    findings.hold(all(int(answer.retry_after or 0) > 0 for answer in sent_away),
                  "a 503 without Retry-After")
    findings.hold(all("ただいまご利用いただけません" in answer.words for answer in sent_away),
                  "a 503 without its page")
    findings.hold(percentile(sent_away, 0.99) <= QUICK,
                  f"503 took {percentile(sent_away, 0.99)} ms")
    findings.hold(percentile(by.get(422, []), 1) <= ANSWERED,
                  f"an answer took {percentile(by.get(422, []), 1)} ms")
    findings.hold(all(answer.status == 422 for answer in after), "not in order afterwards")
    findings.hold(all(answer.status == 200 for answer in others), "others were not answered")
    rows = [(what, len(list_), percentile(list_, 0.5), percentile(list_, 0.99),
             percentile(list_, 1)) for what, list_ in [
        ("one after the other, before", one),
        ("let in (422)", by.get(422, [])), ("sent away (503)", sent_away),
        ("no answer, or another", [answer for status, list_ in by.items()
                                   if status not in (422, 503) for answer in list_]),
        ("other people's pages and /health meanwhile", others),
        ("one after the other, after", after)]]
    return f"""## Overload

{AT_ONCE} clients send wrong logins at the same time for 20 s, at the production cost of a password
(Argon2id, 19 MiB, 2 passes), each a second after its last answer; two processes check them.

{table(["", "answers", "median ms", "99 % ms", "longest ms"], rows)}

The bound is the queue of the handler's socket (128). Who finds it full is told so at once: 503,
`Retry-After: 30`, and a page in Japanese that says when to try again and that a reload sends what
was typed once more. `limit_conn` would have been the other way; it counts requests whose bodies are
still on their way, so that a few dozen slow clients could keep everybody out.
"""


def flatness(stack, findings, count):
    """A million requests in all to processes that do not retire."""
    # What is measured is memory: commits need not wait for the disk.
    stack.sql("SET GLOBAL innodb_flush_log_at_trx_commit = 2")
    sweeper = flat.Sweeper(stack).begin()
    rows, connections = [], set()
    try:
        for load in flat.loads(stack):
            samples, rate, wrong = flat.take(stack, load, count // 4, say)
            grown, growth = flat.judge(load, samples, 2)
            findings.wrong += wrong + grown
            connections |= {sample.connections for sample in samples}
            middle = samples[len(samples) // 2]
            rows.append((
                f"`{load.handler}` {load.what}", f"{samples[-1].requests:,}", f"{rate:,}",
                *(f"{sample.own / 2048:.2f}" for sample in (samples[0], middle, samples[-1])),
                growth, f"{max(max(sample.files) for sample in samples)}"))
    finally:
        sweeper.end()
    most = 2 * len(list((pathlib.Path(__file__).parents[2] / "Sources/handlers").iterdir())) + 1
    findings.hold(max(connections) <= most, f"{max(connections)} database connections")
    total = sum(int(row[1].replace(",", "")) for row in rows)
    return f"""## Memory, files and connections over {total:,} requests

Two processes a handler, the same from the first request to the last. Memory is what a process has
of its own (anonymous), looked at every {flat.STEP:,} requests or so; the limit is
{flat.MOST_GROWTH} KiB of growth after the first tenth.

{table(["handler", "requests", "a second", "MiB at first", "half way", "at the end",
        "KiB grown", "files, most"], rows)}

Database connections of all programs together: {min(connections)} to {max(connections)}; more than
one for each of the {most} processes there cannot be.
"""


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--report", type=pathlib.Path)
    options = parser.parse_args()
    findings, began = Findings(), time.monotonic()
    facts = circumstances()
    with Stack() as stack:
        parts = [slow_connections(stack, findings)]
        say(parts[-1])
        parts.append(overload(stack, findings))
        say(parts[-1])
    with FlatStack(settings=SETTINGS + flat.SETTINGS) as stack:
        parts.append(flatness(stack, findings, options.requests))
    wrong = "\n".join(f"- {one}" for one in findings.wrong) or "Nothing."
    text = f"""# Under load

Made by `make soak` in {(time.monotonic() - began) / 60:.0f} minutes; small versions of the first
two parts are part of `make test`.

{facts}

## What was out of bounds

{wrong}

{chr(10).join(parts)}"""
    say(text)
    if options.report:
        options.report.write_text(text)
    sys.exit(1 if findings.wrong else 0)


class FlatStack(Stack):
    """Each suggestion asked for is a new one, so that the handler is asked: no site has so many at
    a time, and nginx needs room for their keys."""

    def __enter__(self):
        super().__enter__()
        settings = self.folder / "nginx/nginx.conf"
        text = settings.read_text()
        assert "keys_zone=mamis_lookup:16m" in text
        settings.write_text(text.replace("mamis_lookup:16m", "mamis_lookup:256m"))
        self.control("signal", "HUP", "nginx")
        until(self.is_healthy, 30, "health")
        return self


if __name__ == "__main__":
    main()
