"""What is Apache's own: handlers that it starts itself, and a web hotel without root."""

import os
import pathlib
import re
import signal
import stat

import pytest
import requests

from Stack.page import Page
from Stack.people import Person, goes_to
from Stack.stack import HANDLERS

from .apache import ApacheFcgid, SharedHosting


def processes(site, handler):
    """Process numbers of a handler that this very site has started."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (os.readlink(folder / "exe").endswith(f"/{handler}")
                    and str(site.settings).encode() in (folder / "environ").read_bytes()):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def test_a_handler_that_died_is_started_again(apache):
    browser = apache.browser()
    bad = {"login_id": "", "password": ""}
    assert browser.post("/login", bad).status_code == 422
    killed = processes(apache, "login")
    assert killed
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    statuses = [browser.post("/login", bad).status_code for _ in range(3)]
    assert statuses[-1] == 422, statuses
    assert not set(processes(apache, "login")) & set(killed)


@pytest.mark.parametrize("kind", [ApacheFcgid, SharedHosting])
def test_handlers_that_cannot_start_have_a_page_of_their_own(stack, kind):
    with kind(stack) as site:
        home = getattr(site, "home", None)
        settings = home / "mamis/mamis.env" if home else site.settings
        settings.write_text("BASE_URL=nonsense\n")
        answer = site.browser().post("/login", {"login_id": "", "password": ""})
        assert answer.status_code in (500, 503)
        assert answer.headers["Content-Type"].lower() == "text/html; charset=utf-8"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"
        page = Page(answer.text)
        assert page.heading.startswith("申し訳ありません")
        assert answer.headers.get("X-Request-Id", "—") in page.words
        assert site.browser().get("/login").status_code == 200, "files need no handler"


def test_a_web_hotel_s_secrets_are_outside_of_what_browsers_reach(shared_hosting):
    home = shared_hosting.home
    public = home / "public_html"
    assert {path.name for path in home.iterdir()} == {"public_html", "mamis"}
    assert not [path for path in public.rglob("*") if path.suffix in (".env", ".cnf", ".sql")]
    assert {path.name for path in (public / "cgi-bin").iterdir()} == {*HANDLERS, ".htaccess"}
    assert stat.S_IMODE((home / "mamis").stat().st_mode) == 0o700
    for name in ["mamis.env", "my.cnf"]:
        assert stat.S_IMODE((home / "mamis" / name).stat().st_mode) & 0o077 == 0
    browser = shared_hosting.browser()
    for path in ["/mamis/mamis.env", "/../mamis/mamis.env", "/%2e%2e/mamis/my.cnf",
                 "/cgi-bin/.htaccess", "/cgi-bin/mailer", "/.htaccess"]:
        answer = browser.get(path)
        assert answer.status_code in (400, 403, 404), path
        assert "DB_OPTION_FILE" not in answer.text and "password" not in answer.text


def test_a_web_hotel_speaks_https_only(shared_hosting):
    plain = f"http://127.0.0.1:{shared_hosting.plain_port}"
    for path in ["/login", "/mypage", "/css/base.css"]:
        answer = requests.get(plain + path, allow_redirects=False, timeout=20,
                              headers={"Host": "localhost"})
        assert answer.status_code == 301
        assert answer.headers["Location"] == f"https://localhost{path}"


def test_a_new_release_leaves_settings_as_they_are(shared_hosting):
    settings = shared_hosting.home / "mamis/mamis.env"
    before = settings.read_text()
    shared_hosting.make_site()
    assert settings.read_text() == before
    assert shared_hosting.browser().post("/login", {"login_id": "", "password": ""}).ok is False
    goes_to(shared_hosting.browser().get("/mypage"), "/login")


def test_cron_s_mailer_sends_what_is_due_and_ends(shared_hosting):
    stack, person, browser = shared_hosting.stack, Person(), shared_hosting.browser()
    stack.no_more_mail()
    with stack.without("mailer"):
        goes_to(browser.agree(), "/email")
        goes_to(browser.ask_for_mail(person.email), "/email/sent")
        assert stack.mails(person.email) == []
        once = shared_hosting.once()
        assert once.returncode == 0, once.stderr
        assert re.findall(r"event=(\w+) mail=\d+ kind=(\w+)", once.stderr) == [
            ("mail_sent", "registration")]
        (mail,) = stack.mails(person.email)
        assert f"{shared_hosting.origin}/register?token={mail.token}" in mail.body
        again = shared_hosting.once()
        assert (again.returncode, "mail_sent" in again.stderr) == (0, False)
        assert len(stack.mails(person.email)) == 1
        assert shared_hosting.once("--twice").returncode == 64
