"""A walk over all screens: every link is opened, every form is sent, as it stands and filled in.

What is answered does not matter here, as long as it is an answer: the walk is there for the
statements that the screens run (plans.py).
"""

import collections
import hashlib
import itertools
import re
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

from Stack.people import Browser, Person

from .cases import PASSWORD, registry_number, secret, without_number

# Words for fields that are empty on a page, by name.
TYPED = {
    "q": "佐藤", "reason": "確認のため", "body": "確認しました。", "name": "巡回 試子",
    "current_password": PASSWORD, "password": "Kx7!mandarin-w",
    "password_confirm": "Kx7!mandarin-w", "email": "walk@example.jp",
    "email_confirm": "walk@example.jp", "code": "123456", "actor": "bench0000001",
    "subject": "BENCH0000001", "number": "BENCH0000002", "from": "2026-01-01", "to": "2026-12-31",
}
# Something new in a form that is sent as it stands: or nothing would be changed.
_faxes = itertools.count(1)
# Pages that list much are opened in so many variations.
MOST = 6


class Forms(HTMLParser):
    """Links, and forms with the fields that a browser would send; what stands in a `<template>` is
    not there."""

    def __init__(self, html):
        super().__init__()
        self.links, self.forms, self._templates, self._select = [], [], 0, None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        has = dict(attributes)
        if tag == "template":
            self._templates += 1
        if self._templates:
            return
        if tag == "a" and "href" in has:
            self.links.append(has["href"])
        if tag == "form":
            self.forms.append({"action": has.get("action", ""), "method": has.get("method", "get"),
                               "fields": [], "buttons": []})
        if not self.forms or not has.get("name") and tag != "option":
            return
        form = self.forms[-1]
        if tag == "button":
            form["buttons"].append((has["name"], has.get("value", "")))
        elif tag == "input" and has.get("type") in ("checkbox", "radio"):
            form["fields"].append((has["name"], has.get("value", "on")))
        elif tag == "input" and has.get("type") == "file":
            form["file"] = has["name"]
        elif tag in ("input", "textarea"):
            form["fields"].append((has["name"], has.get("value") or TYPED.get(has["name"], "")))
        elif tag == "select":
            self._select = has["name"]
        elif tag == "option" and self._select and "selected" in has:
            form["fields"].append((self._select, has.get("value", "")))

    def handle_endtag(self, tag):
        self._templates -= tag == "template"
        self._select = None if tag == "select" else self._select


def shape(address):
    """What addresses of one screen have in common: numbers and words do not matter."""
    parts = urlsplit(address)
    names = sorted({name for name, value in parse_qsl(parts.query) if value})
    return re.sub(r"\d+", "N", parts.path), tuple(names)


class Walk:
    """One person's walk, from a page on."""

    def __init__(self, stack, number):
        self.stack, self.browser = stack, Browser(stack)
        self.token = secret("session", number)
        self.opened, self.sent = collections.Counter(), collections.Counter()
        self.failed = []

    def run(self, start):
        waiting = collections.deque([start])
        while waiting:
            address = waiting.popleft()
            if self.opened[shape(address)] >= MOST:
                continue
            self.opened[shape(address)] += 1
            page = Forms(self._answer("GET", address).text)
            for link in page.links:
                if link.startswith("/") and "logout" not in link and ".csv" not in link:
                    waiting.append(link)
            for form in page.forms:
                waiting.extend(self._send(address, form))
        assert not self.failed, self.failed

    def _send(self, page, form):
        """Sends a form once for each of its buttons; gives where the answers lead."""
        action = urljoin(page, form["action"] or page)
        if "logout" in action:
            return
        for button in form["buttons"] or [None]:
            fields = collections.defaultdict(list)
            for name, value in form["fields"] + ([button] if button else []):
                fields[name].append(value)
            if "fax" in fields:
                fields["fax"] = [f"03-1234-{next(_faxes):04d}"]
            if form["method"].lower() == "get":
                query = "&".join(f"{name}={value[-1]}" for name, value in fields.items())
                yield f"{action.partition('?')[0]}?{query}"
                continue
            key = shape(action), button
            if self.sent[key] >= 2:
                continue
            self.sent[key] += 1
            files = {form["file"]: ("list.csv", LIST)} if "file" in form else None
            answer = self._answer("POST", action, fields=dict(fields), files=files)
            if answer.headers.get("Location", "").startswith("/"):
                yield answer.headers["Location"]

    def _answer(self, method, address, fields=None, files=None):
        answer = self._ask(method, address, fields, files)
        if answer.status_code in (401, 403) or answer.headers.get("Location") == "/login":
            self.revive()
            answer = self._ask(method, address, fields, files)
        if answer.status_code >= 500:
            self.failed.append((method, address, answer.status_code))
        return answer

    def _ask(self, method, address, fields, files):
        # The same session throughout, whatever the answers say of cookies.
        more = {"headers": {"Cookie": f"session={self.token}"}}
        if method == "POST":
            answer = self.browser.post(address, fields, files=files, **more)
        else:
            answer = self.browser.get(address, **more)
        self.browser.session.cookies.clear()
        return answer

    def revive(self):
        """The walk has sent forms that end its own session, or suspend who walks: all is undone."""
        key = hashlib.blake2b(self.token.encode(), digest_size=32).hexdigest()
        self.stack.sql(
            f"UPDATE sessions SET ended_at = NULL, stage = IF(stage = 'secretariat', "
            f"'administrator', stage) WHERE token_hash = X'{key}'; "
            f"UPDATE accounts SET suspended_at = NULL, kind = IF(kind = 'secretariat', "
            f"'administrator', kind) WHERE id IN (SELECT account_id FROM sessions "
            f"WHERE token_hash = X'{key}')")


LIST = ("member_number,family_name,given_name,registry_number,birth_date\n"
        "WALK1,巡回,一郎,,1970-01-01\nBENCH0000001,改姓,花子,,1970-01-01\n").encode()

# Lists by name, state, order and page: each combination is a statement of its own.
LISTS = [
    f"/secretariat/members?q={words}&status={status}&sort={sort}&page={page}"
    for words in ("", "佐藤", "bench000", "0079")
    for status in ("", "registered", "issued", "suspended", "expiring", "expired")
    for sort, page in (("kana", ""), ("-kana", "40"), ("number", "40"), ("-number", "-40"),
                       ("registered", ""), ("-registered", "40"))
] + [f"/secretariat/audit?{filters}" for filters in
     ("action=login", "actor=benchoffice", "subject=BENCH0000001", "from=2026-01-01&to=2026-12-31",
      "action=login&actor=benchoffice", "page=500")
] + [  # all of a million lines would take long, and be the same statement
    "/secretariat/export.csv?q=石川幸", "/secretariat/export.csv?q=石川幸&encoding=cp932",
    "/secretariat/audit.csv?action=staff.added",
]


def everything(stack, accounts):
    """Who walks: a doctor who registers, a member with a postcard, a member on my page, the
    secretariat, the administrators' command line, the mailer."""
    doctor = Person(registry_number=registry_number(without_number(stack)[0]))
    doctor.email = f"walk{stack.sql('SELECT MAX(id) FROM accounts')[0][0]}@example.jp"
    browser = Browser(stack)
    token = doctor.open_form(browser)
    doctor.fill(browser, token, family_name_kana="漢字", university="医科大学")
    doctor.register(browser, token)
    browser.log_in(doctor.login_id, "wrong-1-Password")
    browser.log_in(doctor.login_id, doctor.password)
    forget(stack, doctor)
    card = Browser(stack)
    card.log_in("bench0000014", "BENC-HBEN-CHBE-NCH2")
    card.agree()
    card.ask_for_mail("walk.postcard@example.jp")
    Browser(stack).post("/inquiry", {
        "name": "巡回 試子", "email": "walk@example.jp", "category": "other", "body": "試験です。"})
    for path in ("/lookup/postal?code=1138621", "/lookup/societies?q=内科", "/health"):
        Browser(stack).get(path)
    office = Walk(stack, 0)
    office.revive()
    for address in LISTS:
        office._answer("GET", address)
    office.run("/secretariat")
    for address in ("/secretariat/members/BENCH0000001", "/secretariat/members/BENCH0000014",
                    "/secretariat/members/BENCH0000019"):
        office.run(address)
    for number in (21, 22, 32):
        Walk(stack, number).run("/mypage")
    for command in (["members", "index"] if accounts < 100_000 else ["check"], ["mail", "list"],
                    ["credentials", "issue", "--member", "BENCH0000015"]):
        stack.mamis(*command)


def forget(stack, person):
    """A forgotten password, from the form to the new one."""
    browser = Browser(stack)
    count = len(stack.mails(person.email))
    browser.post("/password/forgot", {"email": person.email, "login_id": person.login_id})
    token = stack.mail(person.email, count + 1).token
    browser.get(f"/password/reset?token={token}")
    browser.post("/password/reset", {"token": token, "password": "Neu-7-mandarin!x",
                                     "password_confirm": "Neu-7-mandarin!x"})
