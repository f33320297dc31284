"""What happens when parts of the stack go away at any moment: screens.md §3, design.md §1."""

import os
import signal
import subprocess
import time

import pytest

from .crowd import Crowd
from .page import Page
from .people import Browser, Person, goes_to, keep, new_password
from .stack import HANDLERS, until


@pytest.fixture(autouse=True)
def in_order_again(stack):
    """Leaves the stack as it was found."""
    yield
    stack.control("start", "all")
    until(stack.is_healthy, 60, "health")


def stop_database(stack):
    stack.control("stop", "mariadb")
    assert not (stack.folder / "sockets/mariadb.sock").exists()


def test_without_the_database_nothing_typed_is_lost(stack, doctor):
    visitor, member, registering = Browser(stack), Browser(stack), Browser(stack)
    goes_to(visitor.agree(), "/email")
    goes_to(member.log_in(doctor.login_id, doctor.password), "/mypage")
    person = Person()
    token = person.open_form(registering)
    goes_to(person.fill(registering, token), "/register/confirm")
    stack.no_more_mail()
    stop_database(stack)

    forms = [
        (visitor, "/login", {"login_id": doctor.login_id, "password": doctor.password}),
        (visitor, "/email", {"email": person.email, "email_confirm": person.email}),
        (visitor, "/password/forgot", {"email": doctor.email, "login_id": doctor.login_id,
                                       "registry_number": "123456", "birth_date": "S38.4.1"}),
        (visitor, "/inquiry", {"name": person.name, "email": person.email, "phone": "03-1234-5678",
                               "category": "other", "body": "こんにちは。\n𠮷田です。"}),
        (visitor, "/password/reset", {"token": token, "password": person.password,
                                      "password_confirm": person.password}),
        (registering, "/register", {"token": token, **person.fields}),
    ]
    for browser, path, fields in forms:
        answer = browser.post(path, fields)
        assert answer.status_code == 503, path
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Cache-Control"] == "no-store"
        page = Page(answer.text)
        assert "もう一度送信してください" in page.summary, path
        for name, value in fields.items():
            shown = [text for text in page.fields[name] if text]
            values = value if isinstance(value, list) else [value]
            assert shown == ([] if page.kinds[name] == "password" else values), (path, name)
    answer = visitor.post("/terms", {"agree": "yes", "version": "2026-11-01"})
    assert answer.status_code == 503 and Page(answer.text).fields["agree"] == ["yes"]

    confirm = registering.post("/register/confirm", {"action": "register"})
    assert confirm.status_code == 503 and "日医" not in confirm.text, "no sample words"
    for browser, path in [(member, "/mypage"), (member, "/secretariat"),
                          (registering, "/register"), (registering, "/register/confirm"),
                          (visitor, f"/register?token={token}"),
                          (visitor, f"/password/reset?token={token}")]:
        answer = browser.get(path)
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0, path
        assert Page(answer.text).heading == "申し訳ありません。ただいまご利用いただけません"
    assert member.post("/logout", {}).status_code == 503
    for path in ["/login", "/terms", "/inquiry", "/css/base.css"]:
        assert visitor.get(path).status_code == 200, "files need no database"
    health = visitor.get("/health")
    assert (health.status_code, health.json()) == (503, {"database": "unreachable"})

    stack.control("start", "mariadb")
    until(stack.is_healthy, 30, "health")
    goes_to(registering.post("/register/confirm", {"action": "register"}), "/register/complete")
    for _, path, fields in forms[:1] + forms[3:4]:
        assert visitor.post(path, fields).status_code == 303, path
    assert member.get("/mypage").status_code == 200, "still signed in"
    stack.mail(person.email, 2)


def test_idle_connections_that_the_database_cut_are_opened_again(stack, doctor):
    browser = Browser(stack)
    goes_to(browser.log_in(doctor.login_id, doctor.password), "/mypage")
    for _ in range(6):  # each of the handler's processes
        assert browser.get("/mypage").status_code == 200
    for row in stack.sql("SELECT id FROM information_schema.processlist WHERE user LIKE 'mamis%'"):
        stack.sql(f"KILL {row[0]}")
    for _ in range(6):
        assert browser.get("/mypage").status_code == 200
        goes_to(Browser(stack).agree(), "/email")


def test_a_handler_that_is_down_has_a_page_of_its_own(stack):
    stack.control("stop", "inquiry:*")
    answer = Browser(stack).post("/inquiry", {"name": "x"})
    assert answer.status_code in (502, 503, 504)
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Content-Type"].lower() == "text/html; charset=utf-8"
    assert answer.headers["X-Frame-Options"] == "DENY"
    page = Page(answer.text)
    assert page.heading == "申し訳ありません。ただいまご利用いただけません"
    assert answer.headers["X-Request-Id"] in page.words, "the number to tell on the telephone"
    assert Browser(stack).get("/inquiry").status_code == 200
    assert Browser(stack).get("/mypage").status_code == 303


@pytest.mark.parametrize("program", [*HANDLERS, "mailer", "nginx", "mariadb"])
def test_whatever_is_killed_comes_back(stack, program):
    killed = stack.pids(program)
    assert len(killed) == (2 if program in HANDLERS else 1)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)

    def is_back():
        now = stack.pids(program)
        return len(now) == len(killed) and not set(now) & set(killed)

    until(is_back, 30, program)
    until(stack.is_healthy, 30, "health")


def test_a_handler_ends_and_comes_back_when_it_is_told_to(stack):
    (one, other) = stack.pids("login")
    os.kill(one, signal.SIGTERM)
    os.kill(other, signal.SIGUSR1)
    until(lambda: len(now := stack.pids("login")) == 2 and not set(now) & {one, other})
    assert Browser(stack).log_in("Nobody99999", "Kx7!wrong").status_code == 422


def victims(stack):
    """Ten processes in turn, each looked up when its time has come."""

    def workers():
        (master,) = stack.pids("nginx")
        found = subprocess.run(["pgrep", "-P", str(master)], text=True, capture_output=True)
        return [int(pid) for pid in found.stdout.split()]

    yield lambda: stack.pids("confirm")
    yield lambda: stack.pids("mailer")
    yield lambda: stack.pids("mariadb")
    yield workers
    yield lambda: stack.pids("register")
    yield lambda: stack.pids("mariadb")
    yield lambda: stack.pids("mailer")
    yield lambda: stack.pids("email", "terms")
    yield workers
    yield lambda: stack.pids("confirm", "register", "mailer")


def test_what_was_answered_is_there_whatever_is_killed(stack):
    kills = 0
    with Crowd(stack, 4) as crowd:
        for find in victims(stack):
            time.sleep(0.7)
            for pid in until(find, 30, "a process to kill"):
                os.kill(pid, signal.SIGKILL)
            kills += 1
        until(lambda: len(crowd.registered) >= 20 or crowd.failures, 60, "twenty people")
    assert kills == 10
    assert len(crowd.registered) == len(crowd.people) >= 20
    assert crowd.seen[500] == 0, crowd.seen
    until(stack.is_healthy, 30, "health")
    stack.no_more_mail()
    for person in crowd.registered:
        assert stack.sql(
            f"SELECT COUNT(*) FROM accounts WHERE email = '{person.email}'") == [["1"]]
        mails = stack.mails(person.email)
        assert len(mails) == 2 and mails[0].token and not mails[1].token, (
            "the confirmation, and one completion")
        goes_to(Browser(stack).log_in(person.login_id, person.password), "/mypage")
    ids = [mail.id for mail in stack.mails()]
    assert len(ids) == len(set(ids))


def test_a_mail_that_a_mailer_died_with_is_sent(stack, doctor):
    stack.control("stop", "mailer")
    goes_to(Browser(stack).post("/password/forgot", {
        "email": doctor.email, "login_id": doctor.login_id}), "/password/sent")
    stack.sql("UPDATE outbox SET state = 'sending', attempts = 1,"
              " claimed_until = NOW() + INTERVAL 2 SECOND, next_attempt_at = claimed_until"
              f" WHERE recipient = '{doctor.email}' AND state = 'waiting'")
    stack.control("start", "mailer")
    token = stack.mail(doctor.email, 3).token
    password = new_password()
    keep(token)
    goes_to(Browser(stack).post("/password/reset", {
        "token": token, "password": password, "password_confirm": password}), "/password/complete")


def test_the_supervisor_killed_brings_all_of_it_back(stack, doctor):
    pid = int((stack.folder / "sockets/supervisord.pid").read_text())
    os.kill(pid, signal.SIGKILL)
    until(lambda: "starting everything again" in (stack.folder / "run.out").read_text())
    until(stack.is_healthy, 60, "health")
    goes_to(Browser(stack).log_in(doctor.login_id, doctor.password), "/mypage")
