"""People who register while things break: they send again, and notice what is lost."""

import collections
import random
import threading
import time

import requests

from .page import Page
from .people import Browser, Person, goes_to, keep
from .stack import until


class InsistentBrowser(Browser):
    """A browser whose person sends again what was not taken; every such answer is looked at."""

    # Answers after which a person tries again: a part is away.
    TRY_AGAIN = (502, 503, 504)
    # Seconds before the next try.
    PAUSE = (0.1, 0.5)

    def __init__(self, crowd):
        super().__init__(crowd.stack)
        self.crowd = crowd
        self.sent = collections.Counter()  # how often, by path

    def request(self, method, path, **more):
        """The first answer that is not "try again"."""
        end = time.monotonic() + self.crowd.patience
        while time.monotonic() < end:
            self.sent[path] += 1
            try:
                answer = super().request(method, path, **more)
            except requests.RequestException:
                self.crowd.count("no answer")
            else:
                self.crowd.count(answer.status_code)
                if answer.status_code not in self.TRY_AGAIN:
                    if answer.status_code == 303:
                        self.crowd.taken.append(time.monotonic())
                    return answer
                self.refused(answer, more.get("data") or {})
            time.sleep(random.uniform(*self.PAUSE))
        raise TimeoutError(f"{method} {path} was not taken within {self.crowd.patience} s")

    def refused(self, answer, typed):
        """It says when to try again, and has all that was typed where it has the form."""
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


class Newcomer(threading.Thread):
    """One person on the way to an account."""

    BROWSER = InsistentBrowser

    def __init__(self, crowd):
        super().__init__(daemon=True)
        self.crowd = crowd
        self.person = Person()
        self.browser = self.BROWSER(crowd)
        self.failure = None
        self.is_registered = False

    def run(self):
        try:
            self.register()
        except BaseException as failure:  # told by the crowd: a thread's own end is silent
            self.failure = f"{self.person.email}: {type(failure).__name__}: {failure}"
        finally:
            self.crowd.on_the_way.release()

    def register(self):
        crowd, browser, person = self.crowd, self.browser, self.person
        goes_to(browser.agree_again(), "/email")
        goes_to(browser.ask_for_mail(person.email), "/email/sent")
        token = until(lambda: crowd.mails(person.email), crowd.patience, "the URL")[-1].token
        keep(token)
        form = browser.get(f"/register?token={token}")
        assert form.status_code == 200, (
            form.status_code, Page(form.text).heading, form.headers["X-Request-Id"],
            [(mail.id, mail.subject) for mail in crowd.mails(person.email)], browser.sent)
        goes_to(person.fill(browser, token), "/register/confirm")
        self.confirm()

    def confirm(self):
        goes_to(self.browser.post("/register/confirm", {"action": "register"}),
                "/register/complete")
        self.is_registered = True


class Crowd:
    """No more than `together` people on the way at once, each `patience` seconds a step.

    In a `with` statement one comes after the other; at its end everybody finishes what they began,
    and nothing may have been wrong.
    """

    def __init__(self, stack, together, patience=60):
        self.stack, self.patience = stack, patience
        self.people = []
        self.seen = collections.Counter()  # answers by status, and what they were
        self.wrong = []
        self.taken = []  # when something sent led on
        self.on_the_way = threading.Semaphore(together)
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._gate = threading.Thread(target=self._keep_coming)

    def __enter__(self):
        self._gate.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._gate.join()
        for one in self.people:
            one.join()
        assert not self.failures + self.wrong, (self.failures + self.wrong)[:3]

    def _keep_coming(self):
        while not (self._over.is_set() or self.failures):
            self.admit(Newcomer(self))

    def admit(self, one):
        """Lets somebody in as soon as there is room."""
        self.on_the_way.acquire()
        self.people.append(one)
        one.start()

    def count(self, what):
        with self._lock:
            self.seen[what] += 1

    def mails(self, address):
        return self.stack.mails(address)

    @property
    def failures(self):
        return [one.failure for one in self.people if one.failure]

    @property
    def registered(self):
        """Those who were told that they are."""
        return [one.person for one in self.people if one.is_registered]

    def longest_silence(self, since, until):
        """The longest time between two moments in which nothing that was sent led on."""
        times = [since, *sorted(time for time in self.taken if since < time < until), until]
        return max(later - earlier for earlier, later in zip(times, times[1:]))
