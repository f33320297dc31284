"""sqlmap on every form and every query, level 3, risk 2."""

import concurrent.futures
import os
import re
import subprocess
import time

from . import report
from .targets import targets

SECONDS = 600  # for each run
PARAMETERS = 6  # a run takes so many parameters of a long form
WORKERS = 6  # runs at a time
MOST = 5400  # seconds; no run begins after these
OPTIONS = ["--batch", "--level=3", "--risk=2", "--dbms=mysql", "--timeout=10", "--threads=1",
           "--time-sec=3", "--ignore-redirects", "--drop-set-cookie", "--disable-coloring",
           "--flush-session", "--skip-waf", "--ignore-stdin",
           "--ignore-code=401,403,404,410,422"]


def portions(target):
    """Lists of parameters for -p; one empty list where a single run takes all, headers included."""
    names = target.parameters
    if len(names) <= PARAMETERS:
        return [[]]
    return [names[place:place + PARAMETERS] for place in range(0, len(names), PARAMETERS)]


def scan(stack, target, names, folder, seconds):
    """One run: (whether it came to its end, parameters tested, what it found, what went wrong)."""
    folder.mkdir()
    request = folder / "request"
    request.write_bytes(target.request(stack).encode())
    command = ["timeout", "--signal=INT", "--kill-after=10", str(seconds), "sqlmap",
               *OPTIONS, f"--output-dir={folder}", "-r", request]
    if names:
        command.append("-p" + ",".join(names))
    if target.accepted:
        command.append("--code=303")
    if target.renew:
        command += ["--csrf-token=version", f"--csrf-url={stack.origin}{target.renew}"]
    result = subprocess.run(command, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, timeout=seconds + 60,
                            env={**os.environ, "TERM": "dumb"})
    text = result.stdout
    (folder / "log").write_text(text)
    tested = re.findall(r"parameter '([^']+)' does not seem to be injectable", text)
    found = re.findall(r"^Parameter: (.*)$", text, re.MULTILINE)
    whole = "all tested parameters do not appear to be injectable" in text or bool(found)
    # (That a page differs between two requests is called critical, too; nothing is wrong then.)
    trouble = re.findall(r"^\[[\d:]+\] \[CRITICAL\] (?!all tested|target URL content)(.*)$", text,
                         re.MULTILINE)
    if not whole and "user aborted" not in text:
        trouble.append("it ended early: " + text[-200:])
    return whole, len(set(tested)), [f"{target.name}: {one}" for one in found], trouble


def several(stack, jobs, folder, seconds, until):
    """Runs for (key, target, names), some at a time; none begins after `until`. key -> answer."""
    answers = {}

    def one(job):
        key, target, names = job
        if time.monotonic() > until:
            return
        answer = scan(stack, target, names, folder / f"sqlmap-{key}-{seconds}", seconds)
        print(f"sqlmap {key} {target.name} {answer}", flush=True)
        answers[key] = answer

    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(one, jobs))
    return answers


def run(stack, folder):
    """Scans everything, and once more, with more time, what was cut; returns open findings."""
    begin = time.monotonic()
    todo = [(target, names) for target in targets(stack) for names in portions(target)]
    jobs = [(key, *job) for key, job in enumerate(todo)]
    answers = several(stack, jobs, folder, SECONDS, begin + MOST)
    cut = [job for job in jobs if not (job[0] in answers and answers[job[0]][0])]
    answers |= several(stack, cut, folder, 3 * SECONDS, begin + MOST)
    access = (stack.folder / "log/access.log").read_text()
    return tell(todo, answers, access.count(" status="), access.count(" status=500 "),
                time.monotonic() - begin)


def tell(todo, answers, requests, inside, seconds):
    """Writes the report."""
    findings = [found for answer in answers.values() for found in answer[2]]
    findings += [f"{inside} answers were 500"] if inside else []
    findings += [f"{todo[key][0].name}: {one}" for key, answer in answers.items()
                 for one in answer[3]]
    rows = {}
    for key, (target, names) in enumerate(todo):
        whole, tested, *_ = answers.get(key, (False, 0, [], []))
        few = len(target.parameters) <= PARAMETERS
        name = target.name + (f" ({', '.join(target.parameters)})" if few else "")
        row = rows.setdefault(name, [target, 0, True])
        row[1] += tested
        row[2] = row[2] and whole
    lines = ["| form or query | parameters of its own | tested, with cookie and headers | whole |",
             "|---|---|---|---|"]
    for name, (target, tested, whole) in rows.items():
        lines.append(f"| `{name}` | {len(target.parameters)} | {tested} "
                     f"| {'yes' if whole else 'cut at the time limit'} |")
    cut = sum(not row[2] for row in rows.values())
    return report.write(
        "sqlmap", "SQL injection: sqlmap on every form",
        f"sqlmap {report.version(report.output('sqlmap', '--version'))}",
        ["sqlmap " + " ".join(OPTIONS) + " -r REQUEST [-p PARAMETERS] [--code=303] "
         "[--csrf-token=version --csrf-url=PAGE]"], lines, findings,
        [f"{len(rows)} forms and queries in {len(todo)} runs, {requests:,} requests answered, "
         f"{inside} of them with 500, in {seconds / 60:.0f} minutes; {cut} cut at the time limit, "
         f"{sum(row[1] for row in rows.values())} parameters, cookies and headers tested. Every "
         "run is signed in as somebody who may send the form; throttles are set so wide that the "
         "scanner is not just paused. A form with more than "
         f"{PARAMETERS} parameters is taken in portions (`-p`), without cookie and headers, "
         "which the others have tested; where a good answer of such a form is 303, it is told from "
         "others by that (`--code`), and a form that tells which version it changes gets that one "
         "anew before each request (`--csrf-token`). What is cut is tried once more with three "
         f"times as long as the {SECONDS} s of a run."])
