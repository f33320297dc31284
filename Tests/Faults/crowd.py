"""People who register while things break: they resend, and notice what is lost."""

import collections
import os
import random
import threading
import time

import requests

from Stack.page import Page
from Stack.people import Browser, Person, goes_to, keep, postcard
from Stack.stack import Mail, until

# An answer after which a person tries again.
# (401: the answer with the new session was lost; the page asks to sign in again and to send again.)
TRY_AGAIN = (401, 429, 500, 502, 503, 504)
# How long somebody goes on trying one step.
PATIENCE = 240


class Postman:
    """Reads each mail of the Maildir once, as it comes, and hands it to its reader."""

    def __init__(self, folder):
        self.folder = folder
        self.mails = collections.defaultdict(list)
        self._read = set()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._rounds)
        self._thread.start()

    def _rounds(self):
        while not self._ended.wait(0.2):
            self.round()

    def round(self):
        with os.scandir(self.folder) as entries:
            new = [entry for entry in entries if entry.name not in self._read]
        for entry in sorted(new, key=lambda one: one.stat().st_mtime_ns):
            mail = Mail(self.folder / entry.name)
            self._read.add(entry.name)
            self.mails[mail.to.lower()].append(mail)

    def of(self, address):
        return list(self.mails.get(address.lower(), []))

    def end(self):
        self._ended.set()
        self._thread.join()
        self.round()


class Newcomer(threading.Thread):
    """One person on the way to an account."""

    def __init__(self, crowd, place, stops=False):
        super().__init__(daemon=True)
        self.crowd = crowd
        self.person = Person()
        self.browser = Browser(crowd.stack)
        self.choice = random.Random(f"{crowd.seed} {place}")
        # Some stop at the confirm screen and go on when all is quiet; some never come back.
        self.stops = stops
        self.pauses = not stops and place % 9 == 3
        self.first = None
        if place % 8 == 0:
            fields = self.person.fields
            self.first = postcard(crowd.stack, registry_number=fields["registry_number"],
                                  birth_date="1963-04-01")
        self.failure = None
        self.agreed = 0  # how often that was sent
        self.is_registered = False

    def run(self):
        try:
            self.register()
        except BaseException as failure:  # told by the report
            self.failure = f"{type(failure).__name__}: {failure}"
        finally:
            self.crowd.in_flight.release()

    def insist(self, send, typed=None):
        """The first answer that is not "try again"; what was typed is in each that has the form."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                answer = send()
            except requests.RequestException:
                self.crowd.count("no answer")
            else:
                self.crowd.count(answer.status_code)
                if answer.status_code not in TRY_AGAIN:
                    return answer
                self.look(answer, typed or {})
                if answer.status_code == 401:
                    self.sign_in()
            time.sleep(self.choice.uniform(0.2, 1.2))
        raise TimeoutError(f"no answer for {PATIENCE} s")

    def look(self, answer, typed):
        if answer.status_code != 401 and not answer.headers.get("Retry-After"):
            self.crowd.wrong.append(f"{answer.status_code} without Retry-After: {answer.url}")
        page = Page(answer.text)
        if not set(typed) & set(page.fields):
            return self.crowd.count(f"error page {answer.status_code}")
        for name, value in typed.items():
            values = value if isinstance(value, list) else [value]
            shown = [text for text in page.fields.get(name, []) if text]
            if page.kinds.get(name) != "password" and shown != values:
                self.crowd.wrong.append(f"{name} was typed as {values} and came back as {shown}")
        return self.crowd.count(f"form {answer.status_code}")

    def post(self, path, fields):
        return self.insist(lambda: self.browser.post(path, fields), fields)

    def sign_in(self):
        """With the postcard; a doctor has nothing to sign in with."""
        _, login_id, password = self.first
        goes_to(self.post("/login", {"login_id": login_id, "password": password}), "/terms")

    def agree(self):
        self.agreed += 1
        return self.browser.agree_again()

    def register(self):
        browser, person = self.browser, self.person
        time.sleep(self.choice.uniform(0, 1.5))
        if self.first:
            self.sign_in()
        goes_to(self.insist(self.agree, {"agree": "yes"}), "/email")
        keep(person.email)
        goes_to(self.post("/email", {"email": person.email, "email_confirm": person.email}),
                "/email/sent")
        token = until(lambda: self.crowd.postman.of(person.email), PATIENCE, "the URL")[-1].token
        keep(token)
        form = self.insist(lambda: browser.get(f"/register?token={token}"))
        assert form.status_code == 200, form.status_code
        goes_to(self.post("/register", {"token": token, **person.fields}), "/register/confirm")
        if self.stops:
            return
        if self.pauses:
            self.crowd.calm.wait()
        if self.pauses or self.choice.random() < 0.3:
            self.look_back()
        goes_to(self.insist(lambda: browser.post("/register/confirm", {"action": "register"})),
                "/register/complete")
        self.is_registered = True

    def look_back(self):
        """The draft is there: on the confirm screen, and in the form again."""
        shown = self.insist(lambda: self.browser.get("/register/confirm"))
        assert shown.status_code == 200 and self.person.fields["family_name"] in shown.text
        form = self.insist(lambda: self.browser.get("/register"))
        assert form.status_code == 200, form.status_code
        fields = Page(form.text).fields
        for name in ("family_name", "specialty", "society"):
            value = self.person.fields[name]
            shown = [text for text in fields[name] if text]
            assert shown == (value if isinstance(value, list) else [value]), (name, shown)
        self.crowd.count("draft looked at")


class Crowd:
    """All of them: let in little by little, no more than `together` at once."""

    def __init__(self, stack, count, seed, together=40):
        self.stack, self.seed, self.together = stack, seed, together
        self.seen = collections.Counter()
        self.wrong = []
        self._lock = threading.Lock()
        self.calm = threading.Event()
        self.postman = Postman(stack.folder / "mail/new")
        # Those who never come back are on top of the registrations asked for, evenly among them.
        stopping = max(count // 20, 1)
        stops = {place * (count + stopping) // stopping + 1 for place in range(stopping)}
        self.people = [Newcomer(self, place, place in stops) for place in range(count + stopping)]
        self.waiting = list(self.people)
        self.in_flight = threading.Semaphore(together)

    def count(self, what):
        with self._lock:
            self.seen[what] += 1

    def let_in(self, share):
        """Starts people until this share of all has come."""
        while self.waiting and len(self.people) - len(self.waiting) < share * len(self.people):
            one = self.waiting.pop(0)
            if one.pauses and not self.calm.is_set():
                self.in_flight.release()  # who waits for quiet takes nobody's place
            self.in_flight.acquire()
            one.start()

    def finish(self):
        """Everything is quiet: the rest comes, and everybody ends."""
        self.calm.set()
        self.let_in(1)
        for one in self.people:
            one.join()
        self.postman.end()
