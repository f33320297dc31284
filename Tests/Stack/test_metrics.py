"""/metrics of the real stack: its form, who may read it, that it counts right whatever happens."""

import concurrent.futures
import fcntl
import os
import re
import shutil
import signal
import struct
import time

import pytest

from .people import Browser, Person
from .stack import HANDLERS, REPOSITORY, until
from .test_cgi import answer

# Every label, and every value that it may have: nothing a person types is ever one.
LABELS = {
    "handler": set(HANDLERS), "program": {*HANDLERS, "mailer"},
    "status": {str(status) for status in range(100, 600)},
    "le": {"0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "10", "+Inf"},
    "kind": {"unreachable", "conflict", "other"},
    "state": {"waiting", "sending", "abandoned"}, "outcome": {"sent", "refused", "abandoned"},
    "stage": {"registering", "first_login", "consent_due", "second_factor", "enrolment", "member",
              "doctor", "secretariat", "administrator", "issued", "agreed", "confirmed",
              "registered"},
    "status of accounts": {"unissued", "doctor", "suspended"},
}


SAMPLE = re.compile(
    r'(mamis_[a-z_]+)(?:\{((?:[a-z]+="[^"\\]*",?)+)\})? (\d+(?:\.\d+)?)')


def parsed(text):
    """{(name, ((label, value), …)): number}; holds the text against the format's rules."""
    figures, kinds, told = {}, {}, []
    assert text.endswith("\n") and "\r" not in text
    for line in text.splitlines():
        if line.startswith("# HELP "):
            _, _, name, words = line.split(" ", 3)
            assert re.fullmatch(r"mamis_[a-z_]+", name) and words.endswith(".")
            assert name not in told, "a family stands in one place"
            told.append(name)
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == told[-1] and kind in {"counter", "gauge", "histogram"}
            assert (kind == "counter") == name.endswith("_total"), name
            kinds[name] = kind
            continue
        match = SAMPLE.fullmatch(line)
        assert match, line
        name, labels, number = match.groups()
        ends = ["_bucket", "_sum", "_count"] if kinds[told[-1]] == "histogram" else [""]
        assert name in {told[-1] + end for end in ends}, line
        labels = tuple(re.findall(r'([a-z]+)="([^"]*)"', labels or ""))
        for label, value in labels:
            assert value in LABELS[f"{label} of accounts" if name == "mamis_accounts" else label]
        assert (name, labels) not in figures, f"twice: {line}"
        figures[name, labels] = float(number)
    check_histograms(figures, kinds)
    return figures


def check_histograms(figures, kinds):
    for family in [name for name, kind in kinds.items() if kind == "histogram"]:
        for handler in {labels for name, labels in figures if name == f"{family}_count"}:
            counts = [number for (name, labels), number in figures.items()
                      if name == f"{family}_bucket" and labels[:-1] == handler]
            assert counts == sorted(counts)
            assert counts[-1] == figures[f"{family}_count", handler]


def figures(stack):
    answer = Browser(stack).get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return parsed(answer.text)


def requests(figures, handler, status):
    return figures.get(("mamis_requests_total", (("handler", handler), ("status", status))), 0)


def test_requests_are_counted_by_handler_and_status(stack, browser):
    before = figures(stack)
    for fields in [{}, {}, {"login_id": "nobody.here", "password": "x"}]:
        assert browser.post("/login", fields).status_code == 422
    assert browser.get("/mypage").status_code == 303
    assert browser.post("/terms", {}, {"Sec-Fetch-Site": "cross-site"}).status_code == 403
    rises = {("login", "422"): 3, ("mypage", "303"): 1, ("terms", "403"): 1, ("inquiry", "303"): 0}

    def counted():
        now = figures(stack)
        return now if rises == {
            key: requests(now, *key) - requests(before, *key) for key in rises} else None

    # A handler counts when its answer is on the way already.
    after = until(counted, what="the counts")
    name = ("mamis_database_statements_total", (("program", "login"),))
    assert after[name] > before[name]
    assert after["mamis_database_up", ()] == 1


def test_a_registration_shows_in_its_stages(stack):
    """Small figures are counted anew each time."""
    before = figures(stack)
    person = Person().register(Browser(stack))
    stack.mail(person.email, 2)
    stack.no_more_mail()
    after = until(lambda: later(before, figures(stack)), what="the stages")
    sent = ("mamis_mail_tries_total", (("outcome", "sent"),))
    assert after[sent] - before[sent] >= 2
    assert after["mamis_mails", (("state", "waiting"),)] == 0
    assert time.time() - after["mamis_mailer_turn_timestamp_seconds", ()] < 600


def later(before, after):
    """The figures, once each stage is one further: kept ones may be some tenths of a second old."""
    names = [("mamis_registrations_last_hour", (("stage", stage),))
             for stage in ["agreed", "confirmed", "registered"]]
    names.append(("mamis_accounts", (("status", "doctor"),)))
    return after if all(after[name] > before[name] for name in names) else None


def test_no_figure_is_lost_when_processes_are_killed(stack):
    """A request is counted after its answer: each kill may take one count with it, no more."""
    def asked(_):
        try:
            return Browser(stack).post("/terms", {}).status_code
        except OSError:
            return 0

    before = figures(stack)
    kills = 0
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = pool.map(asked, range(400))
        for _ in range(6):
            time.sleep(0.1)
            for pid in stack.pids("terms"):
                os.kill(pid, signal.SIGKILL)
                kills += 1
        answers = list(answers)
    until(lambda: len(stack.pids("terms")) == 2, 60, "both processes")
    after = figures(stack)
    good = answers.count(422)
    counted = requests(after, "terms", "422") - requests(before, "terms", "422")
    assert good > 0 and kills > 0
    assert good - kills <= counted <= 400
    starts = ("mamis_program_starts_total", (("program", "terms"),))
    assert after[starts] - before[starts] >= 2


def test_one_shot_programs_count_in_the_same_file(stack):
    before = figures(stack)
    assert answer(stack, "inquiry", "/inquiry", "POST", "name=x")[0] == 422
    after = figures(stack)
    assert requests(after, "inquiry", "422") - requests(before, "inquiry", "422") == 1


def test_a_program_in_another_language_may_count_too(stack, tmp_path):
    """The file as `ProgramCounters` describes it, kept by a few lines of Python."""
    with (tmp_path / "inquiry.counters").open("w+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(bytes(600 * 8))
        for place, amount in {0: 1, 303: 41, 3: 2_500_000, 13: 41, 20: 82}.items():
            file.seek(place * 8)
            file.write(struct.pack("=Q", amount))
    status, _, body = answer(stack, "metrics", "/metrics", "GET", METRICS_DIR=str(tmp_path))
    told = parsed(body)
    assert status == 200
    assert requests(told, "inquiry", "303") == 41
    assert told["mamis_request_seconds_sum", (("handler", "inquiry"),)] == 2.5
    assert told["mamis_database_statements_total", (("program", "inquiry"),)] == 82


def test_other_networks_get_nothing(stack):
    """The handler's own check: a web server may have none."""
    for client in ["192.0.2.7", "2001:db8::1", ""]:
        status, _, body = answer(stack, "metrics", "/metrics", "GET", REMOTE_ADDR=client)
        assert status == 403 and "mamis_" not in body
    status, _, _ = answer(stack, "metrics", "/metrics", "GET", REMOTE_ADDR="192.0.2.7",
                          METRICS_FROM="192.0.2.0/24")
    assert status == 200


def test_nginx_lets_only_the_networks_of_its_file_through(stack):
    """With a copy of nginx/ whose monitor.conf names one address."""
    link = stack.folder / "nginx/mamis"
    copy = stack.folder / "nginx/copy"
    shutil.copytree(REPOSITORY / "nginx", copy)
    rules = (copy / "monitor.conf").read_text()
    (copy / "monitor.conf").write_text(
        rules.replace("127.0.0.0/8;", "127.77.0.0/16;").replace("::1;", "::2;"))

    def use(folder):
        link.unlink()
        link.symlink_to(folder)
        os.kill(stack.pids("nginx")[0], signal.SIGHUP)

    def statuses():
        try:
            return [Browser(stack, address).get("/metrics").status_code
                    for address in ["127.77.0.9", "127.78.0.9"]]
        except OSError:  # nginx breaks an answer off now and then, while it takes new rules
            return []

    use(copy)
    try:
        until(lambda: statuses() == [200, 403], what="the new rules")
        assert Browser(stack, "127.78.0.9").get("/health").status_code == 200
    finally:
        use(REPOSITORY / "nginx")
    until(lambda: statuses() == [200, 200], what="the usual rules")


@pytest.fixture
def hanging_database(stack):
    """MariaDB stopped in the middle of everything: it accepts connections and never answers."""
    (pid,) = stack.pids("mariadb")
    os.kill(pid, signal.SIGSTOP)
    yield
    os.kill(pid, signal.SIGCONT)
    until(stack.is_healthy, 60, "health")


def test_a_database_that_hangs_is_told_soon(stack, browser, hanging_database):
    """Well before the ten seconds (twice: the connection, then a new one) that others wait."""
    start = time.monotonic()
    health = browser.get("/health")
    assert (health.status_code, health.json()) == (503, {"database": "unreachable"})
    assert int(health.headers["Retry-After"]) > 0
    told = figures(stack)
    assert told["mamis_database_up", ()] == 0
    assert requests(told, "login", "422") > 0
    assert time.monotonic() - start < 12


def test_nothing_of_anybody_is_in_it(stack, doctor):
    """`parsed` allows known labels only; numbers of people are in no name and no label."""
    text = Browser(stack).get("/metrics").text
    parsed(text)
    for word in [doctor.login_id, doctor.email, *doctor.fields["family_name"]]:
        assert word not in text
