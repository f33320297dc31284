"""People who register all the time, and do what people do when something fails: try again."""

import threading
import time

import requests

from Stack.page import Page
from Stack.people import Browser, Person

# What a person is shown when a part is away; any other answer is a fault of the system.
AWAY = {502, 503, 504}
PATIENCE = 40


class Crowd:
    """Starts in a `with` statement; at its end everybody finishes what they began."""

    def __init__(self, stack, people):
        self.stack = stack
        self.registered = []
        self.successes = []  # when a request did what it should
        self.failures = []  # (when, place, status)
        self.faults = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._one_after_the_other)
                         for _ in range(people)]

    def __enter__(self):
        self.begun = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join()
        assert not self.faults, self.faults[:3]

    def _one_after_the_other(self):
        while not self._over.is_set():
            try:
                self._register()
            except BaseException as fault:  # told by __exit__: a thread's own end is silent
                self.faults.append(fault)
                return

    def _register(self):
        browser, person = Browser(self.stack), Person()
        self._insist(browser.agree_again, "/email")
        self._insist(lambda: browser.ask_for_mail(person.email), "/email/sent")
        token = self.stack.mail(person.email).token
        self._insist(lambda: person.fill(browser, token), "/register/confirm")
        self._insist(lambda: browser.post("/register/confirm", {"action": "register"}),
                     "/register/complete")
        self.registered.append(person)

    def _insist(self, send, place):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                answer = send()
                status, target = answer.status_code, answer.headers.get("Location")
            except requests.RequestException as error:
                status, target = type(error).__name__, None
            if (status, target) == (303, place):
                self.successes.append(time.monotonic())
                return
            self.failures.append((time.monotonic(), place, status))
            assert status in AWAY, (place, status, target, Page(answer.text).errors)
            assert time.monotonic() < end, f"{place} still {status} after {PATIENCE} s"
            time.sleep(0.3)

    def longest_silence(self, since, until):
        """The longest time between two moments without one request that did what it should."""
        times = [since, *sorted(time for time in self.successes if since < time < until), until]
        return max(later - earlier for earlier, later in zip(times, times[1:]))
