"""Fixtures of the browser's ring: one real stack, one real browser, pages that are watched."""

import csv

import pytest
from playwright.sync_api import sync_playwright

from Stack.stack import REPOSITORY, SETTINGS, Stack

from .browser_looks import PICTURES
from .browser_visitor import enter_office, ready, registration_url


# Cheap passwords, and no limit on what one machine asks for.
CHEAP = SETTINGS + """\
ARGON2_PASSES=1
ARGON2_MEMORY_KIB=64
CLIENT_MAILS_PER_HOUR=100000
CLIENT_FAILURES_PER_MINUTE=100000
DATABASE_PATIENCE_SECONDS=2
"""


@pytest.fixture(scope="session")
def stack():
    with Stack(settings=CHEAP) as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def pictures():
    """The folder of pictures holds those of this run."""
    PICTURES.mkdir(exist_ok=True)
    for old in (*PICTURES.glob("*.png"), *PICTURES.glob("*.txt")):
        old.unlink()


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def gaiji():
    """The names that are hard to handle, by their ids."""
    with (REPOSITORY / "Tests/Data/gaiji_names.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


class Watch:
    """Notes what no page may do: say anything on the console, or ask another origin."""

    def __init__(self, page, origin):
        self.faults = []
        page.on("console", lambda message: self._console(page, message))
        page.on("pageerror", lambda error: self.faults.append(f"script failed: {error}"))
        page.on("request", lambda request: self._request(request.url, origin))

    def _console(self, page, message):
        # The browser itself notes every answer of 4xx and 5xx, and that signing out cleared what it
        # should; such pages cannot help that. What a page loads has no such excuse.
        is_answer = ("the server responded with a status of" in message.text
                     or message.text.startswith("Clear-Site-Data header"))
        if not (is_answer and "/css/" not in message.location["url"]
                and "/js/" not in message.location["url"]):
            self.faults.append(f"console: {message.type}: {message.text}")

    def _request(self, url, origin):
        if not url.startswith(origin + "/"):
            self.faults.append(f"asked another origin: {url}")


@pytest.fixture
def browse(stack, chromium):
    """A function that opens a page in a browser profile of its own; its options are a context's."""
    contexts, watches = [], []

    def open_page(**options):
        options = {"viewport": {"width": 1280, "height": 900}, "locale": "ja-JP", **options}
        context = chromium.new_context(base_url=stack.origin, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        watches.append(Watch(page, stack.origin))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [fault for watch in watches for fault in watch.faults] == []


@pytest.fixture
def office(stack, browse):
    return enter_office(stack, browse)


@pytest.fixture(scope="session")
def form_url(stack):
    """One mailed URL for all tests that only look at the form, or send it with mistakes."""
    return registration_url(stack)


@pytest.fixture
def form(browse, form_url):
    page = browse()
    page.goto(form_url)
    ready(page)
    return page
