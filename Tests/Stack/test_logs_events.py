"""Every refusal to sign in or be let in leaves one line, with the number that nginx knows, too."""

import base64
import hashlib
import hmac
import re
import secrets
import struct
import time

import pytest

from .page import Page
from .people import Browser, goes_to, keep, new_password, postcard
from .stack import ADDRESSES, REPOSITORY, until

FIELD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|[^\s"=]+)(?: |$)')


def fields(line):
    return {name: value.strip('"') for name, value in FIELD.findall(line)}


def events(stack, answer):
    """The events that an answer's request left, each as its fields without time and program."""
    number = answer.headers["X-Request-Id"]
    found = [fields(line) for path in (stack.folder / "log").glob("*.log")
             for line in path.read_text(errors="replace").splitlines()
             if f" request={number}" in line]
    return [{name: value for name, value in line.items()
             if name not in ("time", "program", "request")} for line in found]


def access(stack, answer):
    """nginx's line about an answer, once it is there."""
    for line in (stack.folder / "log/access.log").read_text().splitlines():
        if f"enquiry={answer.headers['X-Request-Id']} " in line:
            return line
    return None


def event(stack, answer, name, level="warning", **more):
    """Asserts that the request left exactly this event; the supervisor writes it a moment later."""
    wanted = {"level": level, "event": name, **{key: str(value) for key, value in more.items()}}
    until(lambda: events(stack, answer), what=f"{wanted}")
    assert events(stack, answer) == [wanted]
    line = until(lambda: access(stack, answer), what="the line of nginx")
    assert f" status={answer.status_code} " in line
    return answer


def account(stack, login_id):
    ((number,),) = stack.sql(f"SELECT id FROM accounts WHERE login_id = '{login_id}'")
    return number


def one_time_code(secret, ahead=0):
    """RFC 6238 by hand: not the library that the programs use."""
    digest = hmac.digest(base64.b32decode(secret.replace(" ", "")),
                         struct.pack(">Q", int(time.time()) // 30 + ahead), hashlib.sha1)
    start = digest[-1] & 15
    value = struct.unpack(">I", digest[start:start + 4])[0] & 0x7FFFFFFF
    return f"{value % 10**6:06}"


def test_good_and_bad_sign_ins(stack, doctor, browser):
    number = account(stack, doctor.login_id)
    typed_wrongly = f"Nobody{secrets.token_hex(6)}"
    event(stack, browser.log_in(typed_wrongly, new_password()), "login.refused",
          reason="unknown_id")
    event(stack, browser.log_in(doctor.login_id, new_password()), "login.refused",
          account=number, reason="wrong_password")
    stack.sql(f"UPDATE accounts SET suspended_at = NOW() WHERE id = {number}")
    event(stack, browser.log_in(doctor.login_id, doctor.password), "login.refused",
          account=number, reason="suspended")
    stack.sql(f"UPDATE accounts SET suspended_at = NULL WHERE id = {number}")
    event(stack, browser.log_in(doctor.login_id, doctor.password), "login.opened", "info",
          account=number, method="password")
    event(stack, browser.post("/logout", {}), "logout", "info", account=number)
    for _ in range(5):
        browser.log_in(doctor.login_id, "Wrong#pass-99")
    paused = browser.log_in(doctor.login_id, doctor.password)
    event(stack, paused, "login.paused", seconds=paused.headers["Retry-After"])


def test_sign_ins_with_a_postcard(stack, browser):
    _, login_id, password = postcard(stack)
    number = account(stack, login_id)
    stack.sql(f"UPDATE accounts SET first_time_until = NOW() WHERE id = {number}")
    event(stack, browser.log_in(login_id, password), "login.refused", account=number,
          reason="expired")
    stack.sql(f"UPDATE accounts SET first_time_until = NOW() + INTERVAL 1 DAY WHERE id = {number}")
    event(stack, browser.log_in(login_id, password), "login.opened", "info", account=number,
          method="first_time_password")
    event(stack, browser.get("/mypage"), "session.unfit", "info", account=number,
          stage="first_login")


def test_sessions_of_no_use(stack, doctor, browser):
    number = account(stack, doctor.login_id)
    event(stack, browser.get("/mypage"), "session.missing", "info")
    goes_to(browser.log_in(doctor.login_id, doctor.password), "/mypage")
    office = sorted(address for address, (handler, group) in ADDRESSES.items()
                    if handler and group in ("office", "records", "admin"))
    assert len(office) > 10
    for address in office:
        answer = browser.get(address)
        assert answer.status_code == 403, address
        event(stack, answer, "access.refused", account=number, stage="doctor")
    stack.sql(f"UPDATE sessions SET ended_at = NOW() WHERE account_id = {number}")
    event(stack, browser.get("/mypage"), "session.over", "info", stage="doctor")
    cookie = secrets.token_urlsafe(32)
    keep(cookie)
    event(stack, Browser(stack).get("/mypage", headers={"Cookie": f"session={cookie}"}),
          "session.over", "info", stage="unknown")


def test_posts_from_elsewhere(stack, browser):
    answer = browser.post("/login", {"login_id": "a"}, {"Sec-Fetch-Site": "cross-site"})
    event(stack, answer, "request.refused", status=403, reason="crossSite")


@pytest.mark.parametrize("path, page", [
    ("/register", "registration"), ("/password/reset", "reset"), ("/mypage/email", "address")])
def test_mailed_urls_of_no_use(stack, browser, path, page):
    token = secrets.token_urlsafe(32)
    keep(token)
    for answer in [browser.get(f"{path}?token={token}"),
                   browser.post(path, {"token": token, "current_password": new_password()})]:
        assert answer.status_code == 410
        event(stack, answer, "token.refused", page=page)


def test_passwords_asked_for_again_and_new_ones(stack, doctor, browser):
    number = account(stack, doctor.login_id)
    goes_to(browser.log_in(doctor.login_id, doctor.password), "/mypage")
    new = new_password()
    form = {"current_password": new_password(), "password": new, "password_confirm": new}
    event(stack, browser.post("/mypage/password", form), "password.refused", account=number)
    form["current_password"] = doctor.password
    event(stack, browser.post("/mypage/password", form), "password.changed", "info",
          account=number)
    stack.mail(doctor.email, 3)
    stranger = {"email": doctor.email, "login_id": "someone.else"}
    event(stack, browser.post("/password/forgot", stranger), "reset.refused")
    event(stack, browser.post("/password/forgot", stranger), "mail.withheld", kind="reset")
    stack.sql("DELETE FROM throttle_events")
    owner = {"email": doctor.email, "login_id": doctor.login_id}
    event(stack, browser.post("/password/forgot", owner), "reset.asked", "info", account=number)
    token = stack.mail(doctor.email, 4).token
    keep(token)
    form = {"token": token, "password": doctor.password, "password_confirm": doctor.password}
    event(stack, browser.post("/password/reset", form), "password.reset", "info", account=number)


def test_the_second_factor(stack, doctor, browser):
    number = account(stack, doctor.login_id)
    goes_to(browser.log_in(doctor.login_id, doctor.password), "/mypage")
    path = "/mypage/two-factor"
    goes_to(browser.post(path, {"action": "begin", "password": doctor.password}), path)
    page = browser.page(path)
    secret = page.text(page.all("dd", **{"class": "secret"})[0])
    keep(secret, secret.replace(" ", ""))
    right = one_time_code(secret)
    wrong = f"{(int(right) + 555_555) % 10**6:06}"
    event(stack, browser.post(path, {"action": "confirm", "code": wrong}), "code.refused",
          account=number, method="code")
    done = browser.post(path, {"action": "confirm", "code": right})
    event(stack, goes_to(done, path), "second_factor.set", "info", account=number)
    recovery = [Page.text(item) for item in browser.page(path).all("li")
                if re.fullmatch(r"[0-9A-Z-]{16,}", Page.text(item))]
    assert len(recovery) > 5
    keep(*recovery, *(code.replace("-", "") for code in recovery))

    other = Browser(stack)
    event(stack, other.log_in(doctor.login_id, doctor.password), "login.code_due", "info",
          account=number, method="password")
    event(stack, other.get("/mypage"), "session.unfit", "info", account=number,
          stage="second_factor")
    event(stack, other.post("/login/code", {"code": wrong}), "code.refused", account=number,
          method="code")
    event(stack, other.post("/login/code", {"recovery_code": "AAAA-AAAA-AAAA-AAAA"}),
          "code.refused", account=number, method="recovery_code")
    event(stack, other.post("/login/code", {"code": one_time_code(secret, 1)}), "login.opened",
          "info", account=number, method="code")
    third = Browser(stack)
    third.log_in(doctor.login_id, doctor.password)
    event(stack, third.post("/login/code", {"recovery_code": recovery[0]}), "login.opened",
          "info", account=number, method="recovery_code")
    form = {"action": "codes", "password": doctor.password}
    event(stack, third.post(path, form), "second_factor.codes", "info", account=number)
    event(stack, third.post("/mypage/sessions", {"action": "end_others"}), "session.ended",
          "info", account=number, count=2)
    form["action"] = "end"
    event(stack, third.post(path, form), "second_factor.ended", account=number)


def test_the_page_about_logs_names_every_event():
    """docs/logs.md and the programs say the same, levels included."""
    written = set()
    for path in (REPOSITORY / "Sources").rglob("*.swift"):
        for level, name in re.findall(
                r"\b(?:note|log|tell)\(\s*\.(info|warning|error),([^,)\[]*)", path.read_text()):
            written |= {(event, level) for event in re.findall(r'"([a-z_.]+)"', name)}
    assert len(written) > 30
    for page in ["docs/logs.md", "docs/logs.ja.md"]:
        told = re.findall(r"^\| `([a-z_.]+)` \| (info|warning|error) \|",
                          (REPOSITORY / page).read_text(), re.MULTILINE)
        assert len(told) == len(set(told))
        assert set(told) == written, page
