"""docs/bench.md and its charts, from the figures that bench.py keeps."""

import json
import math
import pathlib

from . import chart
from .cases import cases

HERE = pathlib.Path(__file__).parent
PARTS = (("nginx", "nginx"), ("program", "handler"), ("database", "MariaDB"))
# Up to here a figure counts as flat: what the same run gives twice differs by as much.
FLAT = 1.25


def write(folder):
    """Writes everything that there are figures for."""
    figures = {name: json.loads((folder / f"{name}.json").read_text())
               for name in ("table", "growth", "plans", "day")
               if (folder / f"{name}.json").exists()}
    text = [HEAD]
    for name, section in (("table", table), ("growth", growth), ("plans", plans), ("day", day)):
        if name in figures:
            text.append(section(figures[name], folder))
    text.append((HERE / "story.md").read_text())
    (folder.parent / "bench.md").write_text("\n".join(text))


HEAD = """\
# Benchmarks

Written by `make bench` and `make bench-day` (`Tests/Bench`); the figures themselves are in
`bench/*.json`. What counts are ratios of CPU time a request, measured in the same run, in turn: on
a machine shared with others, requests a second and latencies are mostly noise.

* **ours**: the handler, as released, behind nginx with the production files.
* **C**: `floor.c`, over libfcgi and libmariadb. It runs the very statements that the handler ran
  (recorded from the server's general log in the same run, prepared once a connection) and sends the
  very bytes that the handler sent. It decodes the form, but checks and renders nothing: a floor.
* **PHP**: `rival.php` by PHP-FPM, opcode cache, persistent connection; the same statements and
  bytes. It renders nothing either, so a real PHP page costs more.

One nginx of one worker stands before all three; two processes each. MariaDB has its tables in
memory and writes every commit to disk, as in production.
"""


def about(result):
    return (f"{result['date']}, commit {result['commit']}, {result['machine']}; "
            f"{result['accounts']:,} accounts.\n")


def micro(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.0f}"


def lines_of(rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def titles():
    return {case.name: case for case in cases(1000)}


def table(result, _):
    known = titles()
    rows = [["request", "by", "CPU µs", "nginx + program + MariaDB", "× C", "goal", "requests/s",
             "p50 ms", "p99 ms", "statements"], ["---"] + ["---:"] * 9]
    for name, sides in result["cases"].items():
        case = known[name]
        floor = sides.get("floor", {}).get("cpu")
        for side, label in (("ours", "ours"), ("floor", "C"), ("php", "PHP")):
            if side not in sides:
                continue
            one = sides[side]
            ratio = one["cpu"] / floor if floor else None
            rows.append([
                case.title if side == "ours" else "", label, micro(one["cpu"]),
                " + ".join(micro(one[part]) for part, _ in PARTS),
                f"{ratio:.2f}" if ratio else "", verdict(case, ratio) if side == "ours" else "",
                f"{one['per_second']:,.0f}", f"{one['p50'] / 1000:.1f}",
                f"{one['p99'] / 1000:.1f}", f"{one['statements']:.0f}"])
    return "\n".join(["## Requests\n", about(result), lines_of(rows), "", hashes(result),
                      whole(result["journeys"]), small(result)])


def verdict(case, ratio):
    if not case.goal or not ratio:
        return ""
    return f"≤ {case.goal:.2f}: " + ("met" if ratio <= case.goal else "**missed**")


def hashes(result):
    sides = result["cases"]["login"]
    hashed = result["hash"]
    rest = {side: one["cpu"] - hashed for side, one in sides.items()}
    return (f"Checking a password by Argon2id takes {micro(hashed)} µs of each login; without it "
            f"a good one takes {micro(rest['ours'])} µs (C {micro(rest['floor'])}, "
            f"PHP {micro(rest['php'])}; the difference of two large figures, so roughly).\n")


def whole(result):
    people, cpu = result["registered"] + result["gave_up"], result["cpu"]
    handlers = sum(value for name, value in cpu.items()
                   if name not in ("nginx", "mariadb", "mailer"))
    per = {"nginx": cpu["nginx"], "handlers": handlers, "mailer": cpu["mailer"],
           "MariaDB": cpu["mariadb"]}
    split = ", ".join(f"{name} {value / people * 1000:.1f}" for name, value in per.items())
    return (f"**Whole registrations**: {people} people at once, from the login page with its style "
            f"sheets to my page: {people / result['seconds']:.1f} a second, "
            f"{sum(per.values()) / people * 1000:.0f} ms of CPU time each ({split}); three "
            f"password hashes are in it. {sent_away(result)}.\n")


def sent_away(result):
    times = result["sent_away"]
    return (f"{times} times a full queue asked somebody to come back later, which they did"
            if times else "No queue was full")


def small(result):
    rows = [["process", "PSS ours", "C", "PHP", "private ours", "C", "PHP"], ["---"] + ["---:"] * 6]
    known = titles()
    for name, sides in result["memory"].items():
        rows.append([known[name].handler] + [
            f"{sides[side][kind] / 1024:.1f}" for kind in ("pss", "private")
            for side in ("ours", "floor", "php")])
    cold = result["cold_start"]
    ratio = cold["ours"]["cpu"] / cold["floor"]["cpu"]
    return "\n".join([
        "Memory of one process in MiB, after the runs (goals: PSS ≤ 6, private ≤ 4):\n",
        lines_of(rows), "",
        f"As a plain CGI program, from start to end: {cold['ours']['cpu']:.1f} ms of CPU time "
        f"({cold['ours']['wall']:.1f} by the clock), C {cold['floor']['cpu']:.1f} "
        f"({cold['floor']['wall']:.1f}): {ratio:.2f} × (goal ≤ 2.00: "
        f"{'met' if ratio <= 2 else '**missed**'}).\n"])


def grown(values, parts):
    """What is to be said of a figure that does not stay as it is; nothing of one that does."""
    first, last = values[0], values[-1]
    if max(values) / max(min(values), 1) <= FLAT:
        return "flat"
    if max(first, last) / max(min(first, last), 1) <= FLAT:
        return f"uneven ({micro(min(values))} to {micro(max(values))} µs), without a direction"
    if last < first:
        return f"falls from {micro(first)} to {micro(last)} µs"
    most = max(parts, key=lambda part: parts[part][-1] - parts[part][0])
    return (f"grows from {micro(first)} to {micro(last)} µs, most of it in {dict(PARTS)[most]} "
            f"({micro(parts[most][0])} to {micro(parts[most][-1])})")


def growth(result, folder):
    known, text = titles(), ["## Growth\n", about(result)]
    for key, names, heading, picture in (
            ("by_accounts", result["sizes"], "CPU µs a request, by accounts and sessions",
             "accounts"),
            ("by_processes", result["processes"], "CPU µs a request, by processes a handler",
             "processes")):
        runs = result[key]
        panels, comments = [], []
        for name in runs[0]:
            values = [run[name]["cpu"] for run in runs]
            parts = {part: [run[name][part] for run in runs] for part, _ in PARTS}
            panels.append((known[name].title, [short(one) for one in names],
                           [("all", values), ("MariaDB", parts["database"]),
                            ("handler", parts["program"])]))
            comments.append(f"* {known[name].title}: {grown(values, parts)}.")
        (folder / f"{picture}.svg").write_text(chart.grid(panels))
        text += [f"### {heading}\n", f"![{heading}](bench/{picture}.svg)\n", *comments, ""]
    rates = [(known[name].title, [str(one) for one in result["processes"]],
              [("requests/s", [run[name]["per_second"] for run in result["by_processes"]])])
             for name in result["by_processes"][0]]
    (folder / "rates.svg").write_text(chart.grid(rates))
    text += ["### Requests a second, by processes a handler\n",
             "![Requests a second, by processes](bench/rates.svg)\n",
             "nginx, MariaDB and wrk share the machine's cores with the handlers: beyond one or "
             "two processes a core there is nothing to be won.\n"]
    return "\n".join(text)


def short(count):
    for size, letter in ((1_000_000, "M"), (1000, "k")):
        if count >= size:
            return f"{count // size}{letter}"
    return str(count)


def plans(result, _):
    allowed = [one for one in result["scans"] if one["allowed"]]
    wrong = [one for one in result["scans"] if not one["allowed"]]
    text = ["## How the database finds things\n", about(result),
            f"A walk over all screens ran {result['met']} statements; EXPLAIN was asked about each "
            f"with its own values, and about {result['others']} more of `Sources/` with made-up "
            f"ones.\n",
            f"* A large table is read from end to end by {len(wrong)} of them"
            + (":" if wrong else ".")]
    text += [f"  * `{one['source']}`: {'; '.join(one['scans'])}" for one in wrong]
    text += [f"* On purpose by {len(allowed)} (exports, imports, figures that are kept):"]
    text += [f"  * `{name}`" for name in sorted({one["source"] for one in allowed})]
    return "\n".join(text) + "\n"


def busy(step, cores):
    """Who used how much of the machine."""
    groups = {"nginx": step["cpu"].get("nginx", 0), "MariaDB": step["cpu"].get("mariadb", 0),
              "mailer": step["cpu"].get("mailer", 0), "the driver": step["driver"],
              "other work of the machine": step["others"]}
    for name in ("login", "register"):
        groups[name] = step["cpu"].get(name, 0)
    groups["other handlers"] = sum(
        value for name, value in step["cpu"].items()
        if name not in ("nginx", "mariadb", "mailer", "login", "register"))
    whole = step["seconds"] * cores
    return {name: used / whole for name, used in sorted(groups.items(), key=lambda one: -one[1])}


def share(shares, most=6):
    return ", ".join(f"{name} {value:.0%}" for name, value in list(shares.items())[:most])


def worst(step):
    return max((line["p99"] for page, line in step["pages"].items() if not page.endswith("*")),
               default=0)


def day(result, folder):
    one, climb = result["day"], result["climb"]
    cores = int(result["machine"].split()[0])
    rows = [["page", "answers", "p50 ms", "p99 ms", "slowest ms"], ["---"] + ["---:"] * 4]
    for page, line in one["pages"].items():
        rows.append([page, f"{line['count']:,}", f"{line['p50']:.1f}", f"{line['p99']:.1f}",
                     f"{line['slowest']:.0f}"])
    slow = [page for page, line in one["pages"].items()
            if line["p99"] > 200 and not page.endswith("*")]
    text = ["## Registration day\n", about(result),
            f"{one['people']:,} people within an hour, compressed into {one['minutes']:g} minutes "
            f"({one['people'] / one['minutes'] / 60:.1f} a second; think times and the cost of a "
            f"hash are compressed likewise, nothing else is). {one['registered']:,} registered, "
            f"{one['gave_up']:,} gave up on the way, {one['failed']} failed; up to "
            f"{one['most_under_way']:,} were under way at once; {one['mails']:,} mails.\n",
            f"The machine was {sum(busy(one, cores).values()):.0%} busy: "
            f"{share(busy(one, cores))}. "
            f"(The driver and other work are not the system's.)\n",
            lines_of(rows), "",
            "Goal: p99 ≤ 200 ms on every page, those with a password hash (*) excepted: "
            + (f"**missed** by {', '.join(slow)}" if slow else "met")
            + f"; no failure: {'met' if not one['failed'] else '**missed**'}.\n"]
    text += [f"* {line}" for line in one["failures"][:5]]
    if climb:
        text += ["### What is too much\n",
                 "People who hardly think, at the full cost of a hash, 20 seconds at each rate "
                 f"(the day itself: {one['people'] / 3600:.1f} a second, in a real hour):\n",
                 lines_of([["people/s", "registered", "failed", "worst p99 ms", "busy", "busiest"],
                           ["---:"] * 5 + ["---"]] + [
                     [f"{step['rate']:.1f}", str(step["registered"]), str(step["failed"]),
                      f"{worst(step):.0f}", f"{sum(busy(step, cores).values()):.0%}",
                      share(busy(step, cores), 3)] for step in climb]),
                 "", conclusion(climb, cores)]
        panels = [("worst p99 (ms), by people/s", [f"{step['rate']:.0f}" for step in climb],
                   [("p99", [worst(step) for step in climb])]),
                  ("machine busy (%), by people/s", [f"{step['rate']:.0f}" for step in climb],
                   [("all", [100 * sum(busy(step, cores).values()) for step in climb]),
                    ("MariaDB", [100 * busy(step, cores)["MariaDB"] for step in climb])])]
        (folder / "day.svg").write_text(chart.grid(panels, 2))
        text.append("![Worst p99 and use of the machine, by people a second](bench/day.svg)\n")
    return "\n".join(text)


def conclusion(climb, cores):
    last = climb[-1]
    if not last["slow"] and not last["failed"]:
        return f"Not reached at {last['rate']:.1f} people a second.\n"
    good = climb[-2]["rate"] if len(climb) > 1 else 0
    system = {name: value for name, value in busy(last, cores).items()
              if name not in ("the driver", "other work of the machine")}
    first = next(iter(system))
    idle = 1 - sum(busy(last, cores).values())
    full = any("(503," in failure for failure in last["failures"])
    reason = ("a screen's queue is full: each of its processes hashes one password at a time"
              if full else "the cores are used up" if idle < 0.1 else
              f"the cores are not used up ({max(0, math.floor(idle * 100))} % idle): it is "
              f"waiting, for the disk or for locks")
    return (f"{good:.1f} people a second are carried; at {last['rate']:.1f} "
            + (f"{', '.join(last['slow'])} became slow" if last["slow"] else "requests failed")
            + f". Then {reason}; most of it goes to {first} ({system[first]:.0%}).\n")


__all__ = ["write"]
