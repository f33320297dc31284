#!/usr/bin/env python3
"""oracle - whether an answer tells a stranger who has an account here.

  oracle [--pairs 500] [CASE…]     prints a table; ends with 1 where somebody could be told apart

Starts a stack of its own (BIN_DIR: finished release programs) and sends pairs of requests that
differ in one thing: whether the login ID or the mail address is known. Lots are drawn for which
of the two goes first, and every pair comes from a client address of its own. Status, headers and
body must be the same to the letter, once what was typed and the enquiry number are taken out;
both must cost the database the same number of statements; and neither the times' difference nor
that of the processor time which handler and database used, each with its 95 % bootstrap interval,
may lie beyond a millisecond. Both are taken where nine in ten were more, as one who listens for
it would: what else the machine does only makes them longer. (Who guesses may measure finer with
many tries; but each try is counted by the throttles, which are lifted here.)
"""

import argparse
import hashlib
import http.client
import math
import random
import re
import statistics
import sys
import time
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from Stack.people import Browser, Person, goes_to, postcard  # noqa: E402
from Stack.stack import ADDRESSES, SETTINGS, Stack  # noqa: E402

BOUND = 1.0  # milliseconds
POOL = 100  # people of each kind; they take turns
WRONG = "Wr0ng!password-7"

# Nobody is slowed down, so that what differs is not who was slowed down.
UNLIMITED = "\n".join(f"{name}=1000000" for name in [
    "LOGIN_FAILURES_BEFORE_PAUSE", "LOGIN_FAILURES_PER_DAY", "CLIENT_FAILURES_PER_MINUTE",
    "MAILS_PER_MINUTE", "MAILS_PER_HOUR", "CLIENT_MAILS_PER_HOUR"])


class People:
    """Everybody that the cases ask about. All of a kind are copies of one who came by the pages."""

    def __init__(self, stack):
        self.stack = stack
        self.doctor = Person()
        self.session = Browser(stack)
        self.doctor.register(self.session)
        _, card_id, self.card_password = postcard(stack)
        self.copy("Known", self.doctor.login_id, "registered_at", "NULL")
        self.copy("Gone_", self.doctor.login_id, "registered_at", "NOW()")
        self.copy("Card_", card_id, "NULL", "NULL")
        self.pause(f"Known{i:05d}" for i in range(POOL, 2 * POOL))
        self.pause(f"Nobod{i:05d}" for i in range(POOL, 2 * POOL))
        self.visitor = Browser(stack)
        self.visitor.agree()
        self.signed_in = Browser(stack)
        goes_to(self.signed_in.log_in(self.doctor.login_id, self.doctor.password), "/mypage")

    def copy(self, name, login_id, registered_at, suspended_at):
        """Accounts NAME00000 …; with profiles where they are registered. NAME has five letters."""
        digit = {"Known": 1, "Gone_": 2, "Card_": 3}[name]
        profiles = "" if registered_at == "NULL" else """
            CREATE TEMPORARY TABLE p SELECT p.* FROM profiles p JOIN accounts a
              ON a.id = p.account_id WHERE a.login_id = '{login_id}';
            """ + "\n".join(f"""
            UPDATE p SET account_id = (SELECT id FROM accounts WHERE login_id = '{name}{i:05d}'),
              registry_number = '{digit}{i:05d}';
            INSERT INTO profiles SELECT * FROM p;""" for i in range(2 * POOL))
        self.stack.sql("".join(f"""
            INSERT INTO accounts (number, kind, login_id, login_key, password_hash,
              first_time_until, registered_at, suspended_at, email, email_key)
            SELECT '{name}{i}', kind, '{name}{i:05d}', LOWER('{name}{i:05d}'), password_hash,
              first_time_until, {registered_at}, {suspended_at},
              IF({registered_at} IS NULL, NULL, '{name}{i:05d}@example.jp'),
              IF({registered_at} IS NULL, NULL, LOWER('{name}{i:05d}@example.jp'))
            FROM accounts WHERE login_id = '{login_id}';""" for i in range(2 * POOL))
            + profiles.replace("{login_id}", login_id))

    def pause(self, login_ids):
        """Pauses, as the throttle keeps them: by a hash of what was typed."""
        subjects = [hashlib.blake2b(b"login\0" + one.lower().encode(), digest_size=32).hexdigest()
                    for one in login_ids]
        rows = ",".join(f"(UNHEX('{subject}'), 9, NOW() + INTERVAL 6 HOUR, NOW())"
                        for subject in subjects)
        self.stack.sql(
            "INSERT INTO login_failures (subject, failures, paused_until, updated_at) VALUES "
            + rows)


# Cases: for the number of a pair, the two forms that must be answered alike.

def login(one, other, password=WRONG, paused=False):
    """Two login IDs with one password; the paused ones are the second half of each kind."""
    def forms(people, i):
        own = people.card_password if password == "card" else (
            people.doctor.password if password == "right" else password)
        number = f"{i % POOL + (POOL if paused else 0):05d}"
        return [("/login", {"login_id": kind + number, "password": own}, None)
                for kind in (one, other)]
    return forms


def paused_passwords(people, i):
    one = f"Known{i % POOL + POOL:05d}"
    wrong = people.doctor.password[:-1] + "x"
    return [("/login", {"login_id": one, "password": password}, None)
            for password in (wrong, people.doctor.password)]


def forgot(one, other, by="login_id"):
    """Two addresses, each with a login ID or with register number and birth date."""
    def form(people, kind, i):
        owner, _, what = kind.partition(" ")
        number = f"{i % POOL:05d}"
        fields = {"email": f"{owner}{number}@example.jp"}
        if by == "login_id":
            fields["login_id"] = ("Wrong" if what else owner) + number
        else:
            fields["registry_number"] = ("9" if what or owner != "Known" else "1") + number
            fields["birth_date"] = "1963-04-01"
        return "/password/forgot", fields, None
    return lambda people, i: [form(people, kind, i) for kind in (one, other)]


def email(people, i):
    addresses = [f"{kind}{i % POOL:05d}@example.jp" for kind in ("Freed", "Known")]
    return [("/email", {"email": one, "email_confirm": one}, people.visitor) for one in addresses]


def address(people, i):
    addresses = [f"{kind}{i % POOL:05d}@example.jp" for kind in ("Freed", "Known")]
    return [("/mypage/email", {"email": one, "email_confirm": one,
                               "current_password": people.doctor.password}, people.signed_in)
            for one in addresses]


CASES = {
    "login: unknown / known": login("Nobod", "Known"),
    "login: unknown / suspended": login("Nobod", "Gone_"),
    "login: unknown / suspended, right password": login("Nobod", "Gone_", "right"),
    "login: unknown / postcard": login("Nobod", "Card_"),
    "login: unknown / known, both paused": login("Nobod", "Known", paused=True),
    "login: paused, wrong / right password": paused_passwords,
    "forgot: unknown / known": forgot("Nobod", "Known"),
    "forgot: unknown / wrong login ID": forgot("Nobod", "Known wrong"),
    "forgot: unknown / suspended": forgot("Nobod", "Gone_"),
    "forgot: unknown / known, by register number": forgot("Nobod", "Known", by="number"),
    "forgot: unknown / wrong register number": forgot("Nobod", "Known wrong", by="number"),
    "email: free / registered": email,
    "address change: free / registered": address,
}


# Measuring.

def send(stack, form, source):
    """Milliseconds from the request's first byte to the answer's last, and what it said."""
    path, fields, browser = form
    connection = http.client.HTTPConnection(
        "127.0.0.1", stack.port, timeout=60, source_address=(source, 0))
    connection.connect()
    headers = {"Host": f"localhost:{stack.port}", "Origin": stack.origin,
               "Sec-Fetch-Site": "same-origin",
               "Content-Type": "application/x-www-form-urlencoded"}
    if browser:
        headers["Cookie"] = "; ".join(
            f"{cookie.name}={cookie.value}" for cookie in browser.session.cookies)
    body = urllib.parse.urlencode(fields)
    start = time.perf_counter()
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    text = answer.read()
    took = (time.perf_counter() - start) * 1000
    connection.close()
    return took, said(answer, text.decode(), fields)


def said(answer, text, fields):
    """Status, headers and body, without what was typed and what is another's each time."""
    number = answer.headers["X-Request-Id"] or "-"
    headers = [(name, value.replace(number, "N")) for name, value in answer.getheaders()
               if name != "Date"]
    text = text.replace(number, "N")
    for value in fields.values():
        text = text.replace(value, "typed")
    if answer.status == 429:  # the seconds go by
        text, headers = re.sub(r"\d+", "0", text), [
            (name, "0" if name == "Retry-After" else value) for name, value in headers]
    return answer.status, headers, text


class Meter:
    """The processor time that a handler's processes and the database have used so far."""

    def __init__(self, stack, path):
        self.tasks = [Path(f"/proc/{pid}/task")
                      for pid in stack.pids(ADDRESSES[path][0], "mariadb")]

    def milliseconds(self):
        used = 0
        for tasks in self.tasks:
            for task in tasks.iterdir():
                try:
                    used += int((task / "schedstat").read_text().split()[0])
                except OSError:
                    pass  # a thread that has ended meanwhile
        return used / 1e6


def statements(stack, forms):
    """Statements that one such request costs the database."""
    def executed():
        return int(stack.sql("SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'")[0][1])
    before = executed()
    for form in forms:
        send(stack, form, "127.4.0.1")
    return (executed() - before) / len(forms)


def p_value(one, other):
    """Mann and Whitney's test, two-sided, by the normal approximation."""
    ranks, order = 0.0, sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    for rank, (_, side) in enumerate(order, 1):
        ranks += rank if side == 0 else 0
    n, m = len(one), len(other)
    z = (ranks - n * (n + m + 1) / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))


def fast(times):
    """The time that nine in ten exceed."""
    return sorted(times)[len(times) // 10]


def interval(one, other, draw, rounds=1000):
    """95 % bootstrap interval of the difference of the fast times."""
    found = sorted(
        fast(draw.choices(other, k=len(other))) - fast(draw.choices(one, k=len(one)))
        for _ in range(rounds))
    return found[rounds // 40], found[-rounds // 40 - 1]


class Result:
    """What was found for one case."""

    def __init__(self, stack, people, name, pairs):
        draw = random.Random(name)
        forms = CASES[name]
        times, used, answers = ([], []), ([], []), set()
        meter = Meter(stack, forms(people, 0)[0][0])
        for i in range(pairs):
            pair = forms(people, i)
            source = f"127.3.{i // 250}.{i % 250 + 1}"
            told = [None, None]
            for side in draw.sample([0, 1], 2):
                before = meter.milliseconds()
                took, told[side] = send(stack, pair[side], source)
                used[side].append(meter.milliseconds() - before)
                times[side].append(took)
            answers.add(None if told[0] == told[1] else str(told))
        stack.control("stop", "mailer")
        self.costs = [statements(stack, [forms(people, i)[side] for i in range(10)])
                      for side in (0, 1)]
        stack.control("start", "mailer")
        self.name, self.pairs = name, pairs
        self.different = [answer for answer in answers if answer]
        self.medians = [statistics.median(side) for side in times]
        self.differences = [
            (fast(sides[1]) - fast(sides[0]), *interval(*sides, draw)) for sides in (times, used)]
        self.p = p_value(*times), p_value(*used)

    @property
    def tells(self):
        return self.different or self.costs[0] != self.costs[1] or (
            any(low > BOUND or high < -BOUND for _, low, high in self.differences))

    def __str__(self):
        same = "same" if not self.different else "DIFFERENT"
        costs = "%g = %g" if self.costs[0] == self.costs[1] else "%g, %g"
        found = ["%+.2f [%+.2f, %+.2f]" % one for one in self.differences]
        verdict = "TELLS" if self.tells else (
            "alike" if all(-BOUND < low and high < BOUND for _, low, high in self.differences)
            else "alike, as far as seen")
        return (f"{self.name:46} {self.pairs:5} {same:9} {costs % tuple(self.costs):8}"
                f" {'%.2f, %.2f' % tuple(self.medians):>14} {found[0]:>21} p={self.p[0]:.2f}"
                f" {found[1]:>21} p={self.p[1]:.2f} {verdict}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("cases", nargs="*", metavar="CASE", help="beginning of a case's name")
    chosen = parser.parse_args()
    names = [name for name in CASES if name.startswith(tuple(chosen.cases or [""]))]
    with Stack(settings=SETTINGS + UNLIMITED + "\n") as stack:
        people = People(stack)
        print(f"{'what differs':46} {'pairs':>5} {'answers':9} {'database':8}"
              f" {'medians, ms':>14} {'time differs':>21}        {'processor differs':>21}")
        results = []
        for name in names:
            results.append(Result(stack, people, name, chosen.pairs))
            print(results[-1], flush=True)
            for answer in results[-1].different[:1]:
                print("   ", answer[:2000])
    sys.exit(any(result.tells for result in results))


if __name__ == "__main__":
    main()
