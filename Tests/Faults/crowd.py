"""Members and doctors who register while everything breaks: some pause, some never come back."""

import collections
import os
import random
import threading
import time

from Faults.rounds import Rounds
from Stack import crowd
from Stack.page import Page
from Stack.people import goes_to, postcard
from Stack.stack import Mail


class Postman(Rounds):
    """Reads each mail of the Maildir once, as it comes, and hands it to its reader."""

    PAUSE = 0.2

    def __init__(self, folder):
        super().__init__()
        self.folder = folder
        self.mails = collections.defaultdict(list)
        self._read = set()

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
        super().end()
        self.round()


class Browser(crowd.InsistentBrowser):
    """Signs in again when the answer with the new session was lost (401: the page asks for it)."""

    TRY_AGAIN = (401, 429, 500, *crowd.InsistentBrowser.TRY_AGAIN)
    PAUSE = (0.2, 1.2)

    card = None  # login ID and password of a postcard; a doctor has none

    def refused(self, answer, typed):
        super().refused(answer, typed)
        if answer.status_code == 401:
            self.sign_in()

    def sign_in(self):
        goes_to(self.log_in(*self.card), "/terms")


class Newcomer(crowd.Newcomer):
    """One person on the way to an account."""

    BROWSER = Browser

    def __init__(self, crowd, place, stops=False):
        super().__init__(crowd)
        self.choice = random.Random(f"{crowd.seed} {place}")
        # Some stop at the confirm screen and go on when all is quiet; some never come back.
        self.stops = stops
        self.pauses = not stops and place % 9 == 3
        self.is_member = place % 8 == 0
        if self.is_member:
            fields = self.person.fields
            _, *self.browser.card = postcard(
                crowd.stack, registry_number=fields["registry_number"], birth_date="1963-04-01")

    def register(self):
        time.sleep(self.choice.uniform(0, 1.5))
        if self.is_member:
            self.browser.sign_in()
        super().register()

    def confirm(self):
        if self.stops:
            return
        if self.pauses:
            self.crowd.calm.wait()
        if self.pauses or self.choice.random() < 0.3:
            self.look_back()
        super().confirm()

    def look_back(self):
        """The draft is there: on the confirm screen, and in the form again."""
        shown = self.browser.get("/register/confirm")
        assert shown.status_code == 200 and self.person.fields["family_name"] in shown.text
        form = self.browser.get("/register")
        assert form.status_code == 200, form.status_code
        fields = Page(form.text).fields
        for name in ("family_name", "specialty", "society"):
            value = self.person.fields[name]
            shown = [text for text in fields[name] if text]
            assert shown == (value if isinstance(value, list) else [value]), (name, shown)
        self.crowd.count("draft looked at")


class Crowd(crowd.Crowd):
    """So many people, let in little by little."""

    def __init__(self, stack, count, seed, together=40):
        super().__init__(stack, together, patience=240)
        self.seed = seed
        self.calm = threading.Event()
        self.postman = Postman(stack.folder / "mail/new").begin()
        # Those who never come back are on top of the registrations asked for, evenly among them.
        stopping = max(count // 20, 1)
        stops = {place * (count + stopping) // stopping + 1 for place in range(stopping)}
        self.all = [Newcomer(self, place, place in stops) for place in range(count + stopping)]

    def mails(self, address):
        return self.postman.of(address)

    def let_in(self, share):
        """Starts people until this share of all has come."""
        for one in self.all[len(self.people):]:
            if len(self.people) >= share * len(self.all):
                break
            if one.pauses and not self.calm.is_set():
                self.on_the_way.release()  # who waits for quiet takes nobody's place
            self.admit(one)

    def finish(self):
        """Everything is quiet: the rest comes, and everybody ends."""
        self.calm.set()
        self.let_in(1)
        for one in self.people:
            one.join()
        self.postman.end()
