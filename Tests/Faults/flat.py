"""A million requests to the same processes: memory, files and connections stay the same."""

import dataclasses
import itertools
import re
import subprocess
import tempfile
import urllib.parse

from Stack.people import Browser, Person, goes_to

from Faults.load import Programs
from Faults.rounds import Rounds

# Processes do not retire, passwords cost next to nothing, and nobody is paused: what is measured
# is what a request leaves behind.
SETTINGS = """\
REQUESTS_PER_PROCESS=1000000000
ARGON2_PASSES=1
ARGON2_MEMORY_KIB=8
LOGIN_FAILURES_BEFORE_PAUSE=1000000000
LOGIN_FAILURES_PER_DAY=1000000000
CLIENT_FAILURES_PER_MINUTE=1000000000
"""
# Requests between two looks at memory.
STEP = 50_000
# KiB that a process may grow by after its first tenth.
MOST_GROWTH = 512


@dataclasses.dataclass
class Load:
    """What a handler is asked for, as wrk's script says it, and the answer that must come."""

    handler: str
    what: str
    status: int
    script: str


def _form(path, fields, origin):
    body = urllib.parse.urlencode(fields, doseq=True)
    return (f'wrk.method = "POST"\nwrk.path = "{path}"\nwrk.body = "{body}"\n'
            'wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"\n'
            f'wrk.headers["Origin"] = "{origin}"\n')


def loads(stack):
    """Four handlers: a wrong password, a form with problems, suggestions, a page about somebody."""
    person, browser = Person(), Browser(stack)
    token = person.open_form(browser)
    wrong = {"token": token, **person.fields, "registry_number": "x", "birth_date": "13月"}
    member, signed_in = Person().register(Browser(stack)), Browser(stack)
    goes_to(signed_in.log_in(member.login_id, member.password), "/mypage")
    cookie = f"session={signed_in.cookie('session')}"
    login = {"login_id": "Nobody12345", "password": "Kx7!wrong-w"}
    return [
        Load("login", "POST, wrong password", 422, _form("/login", login, stack.origin)),
        Load("register", "POST, two fields wrong: the whole form comes back", 422,
             _form("/register", wrong, stack.origin)),
        # Each address is new: nginx keeps answers, and the handler is to be asked.
        Load("lookup", "GET, suggestions", 200,
             'local count, run = 0, os.time()\nfunction request()\n  count = count + 1\n'
             '  return wrk.format("GET", "/lookup/universities?q=%E6%9D%B1&n=" .. run .. "-"'
             ' .. count)\nend\n'),
        Load("mypage", "GET, signed in", 200,
             f'wrk.path = "/mypage"\nwrk.headers["Cookie"] = "{cookie}"\n'),
    ]


COUNTED = """
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init() good = 0 end
function response(status) if status == %d then good = good + 1 end end
function done(summary)
  local good = 0
  for _, thread in ipairs(threads) do good = good + thread:get("good") end
  local failed = summary.errors
  print("counted " .. summary.requests .. " " .. good .. " "
    .. failed.connect + failed.read + failed.write + failed.timeout)
end
"""


def run_wrk(stack, script, seconds):
    """Requests answered, those with the right status, and failures of connections."""
    result = subprocess.run(
        ["wrk", "-t", "1", "-c", "8", "-d", f"{seconds}s", "--timeout", "30s", "-s", script,
         stack.url],
        text=True, capture_output=True, check=True)
    return [int(one) for one in re.search(r"counted (\d+) (\d+) (\d+)", result.stdout).groups()]


class Sweeper(Rounds):
    """Takes away counted failures, as housekeeping does, only sooner."""

    def __init__(self, stack):
        super().__init__()
        self.stack = stack

    def round(self):
        self.stack.sql("DELETE FROM throttle_events")


@dataclasses.dataclass
class Sample:
    """What the processes of one handler hold after so many requests."""

    requests: int
    own: int
    resident: int
    files: tuple
    connections: int


def other_answers(stack, load):
    """The first lines of nginx's log that tell of another answer of this handler."""
    with (stack.folder / "log/access.log").open() as log:
        found = (re.sub(r"time=\S+ enquiry=\S+ client=\S+ ", "", line).strip() for line in log
                 if f'handler="{load.handler}"' in line and f"status={load.status} " not in line)
        return "; ".join(itertools.islice(found, 3))


def take(stack, load, count, say):
    """So many requests to one handler; returns its samples, the rate, and what went wrong."""
    programs = Programs(stack)
    pids = programs.pids(load.handler)
    samples, done, seconds, wrong = [], 0, 0, []

    def look():
        own, _, resident = programs.memory(load.handler)
        samples.append(Sample(done, own, resident, tuple(sorted(programs.files(load.handler))),
                              programs.database_connections()))
        say(f"{load.handler}: {samples[-1]}")

    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(load.script + COUNTED % load.status)
        script.flush()
        done = run_wrk(stack, script.name, 2)[0]
        look()
        slice_seconds, begun = 4, done
        while done < count:
            requests, good, failed = run_wrk(stack, script.name, slice_seconds)
            done, seconds = done + requests, seconds + slice_seconds
            if good != requests or failed:
                wrong.append(f"{load.handler}: of {requests} answers {requests - good} had another"
                             f" status than {load.status}; {failed} connections failed:"
                         f" {other_answers(stack, load)}")
            slice_seconds = max(1, round(0.95 * STEP * seconds / (done - begun)))
            look()
    if programs.pids(load.handler) != pids:
        wrong.append(f"{load.handler}: other processes than at the beginning")
    return samples, round((done - begun) / max(seconds, 1)), wrong


def judge(load, samples, processes):
    """What grew that must not; in words."""
    wrong = []
    settled = next(one for one in samples if one.requests >= samples[-1].requests / 10)
    growth = (samples[-1].own - settled.own) / processes
    if growth > MOST_GROWTH:
        wrong.append(f"{load.handler}: {growth:.0f} KiB more in each process")
    # Between two requests or in one: at most the request's own connection more.
    if max(samples[-1].files) > max(settled.files) + 1:
        wrong.append(f"{load.handler}: open files {settled.files} became {samples[-1].files}")
    return wrong, round(growth)
