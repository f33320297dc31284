"""Signing in and out, guessing, sessions: screens.md §3 and §4a."""

import re

import pytest

from .page import Page
from .people import Browser, Person, at_once, goes_to, keep, postcard

REFUSED = "ログインIDまたはパスワードが正しくありません"


def attributes(answer, name):
    """The attributes of the one cookie of this name that an answer sets."""
    lines = [line for line in answer.raw.headers.getlist("Set-Cookie")
             if line.startswith(f"{name}=")]
    assert len(lines) == 1, lines
    return lines[0].split("; ")


def test_everyone_lands_in_their_own_place(stack):
    for who, place in [("registered member", "/mypage"), ("secretariat", "/secretariat")]:
        goes_to(Browser(stack).log_in(*stack.demo(who)), place)
    goes_to(Browser(stack).log_in(*postcard(stack)[1:]), "/terms")


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(stack, doctor):
    browser = Browser(stack)
    pair, *rest = attributes(browser.log_in(doctor.login_id, doctor.password), "session")
    assert set(rest) == {"Path=/", "HttpOnly", "SameSite=Lax"}, "no Secure on plain http"
    assert len(pair.removeprefix("session=")) >= 43, "256 bits"
    first = browser.cookie("session")
    browser.log_in(doctor.login_id, doctor.password)
    assert browser.cookie("session") != first, "a new one at every login"


def test_the_draft_cookie_lives_as_long_as_the_mailed_url(stack):
    person, browser = Person(), Browser(stack)
    answer = person.fill(browser, person.open_form(browser))
    pair, *rest = attributes(answer, "draft")
    (life,) = [int(word.removeprefix("Max-Age=")) for word in rest if word.startswith("Max-Age")]
    assert 86_300 < life <= 86_400
    assert {"Path=/", "HttpOnly", "SameSite=Lax"} <= set(rest)
    assert browser.cookie("session") not in pair


def test_the_database_holds_no_cookie_and_no_token(stack, doctor):
    person, browser = Person(), Browser(stack)
    token = person.open_form(browser)
    person.fill(browser, token)
    browser.log_in(doctor.login_id, doctor.password)
    stack.no_more_mail()
    for table in ["sessions", "drafts", "tokens", "outbox", "accounts", "audit"]:
        rows = "\n".join("\t".join(row) for row in stack.sql(f"SELECT * FROM {table}"))
        for secret in [token, browser.cookie("session"), browser.cookie("draft"),
                       doctor.password, person.password]:
            assert secret not in rows, table


@pytest.mark.parametrize("login_id, password", [
    ("known", "wrong"), ("unknown", "wrong"), ("known", "right and a space"),
    ("known", "other case"), ("%", "wrong"), ("' OR 1=1 -- ", "' OR 1=1 -- "),
])
def test_a_wrong_login_tells_nothing(stack, doctor, login_id, password):
    typed = {"known": doctor.login_id, "unknown": "Nobody12345"}.get(login_id, login_id)
    words = {"wrong": "Kx7!nothing-like-it", "right and a space": doctor.password + " ",
             "other case": doctor.password.swapcase()}
    answer = Browser(stack).log_in(typed, words.get(password, password))
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.title.startswith("エラー：")
    assert page.fields["login_id"] == [typed], "what was typed stays"
    assert page.fields["password"] == [""], "a password never comes back"
    assert page.errors["login_id"].startswith(REFUSED) and set(page.errors) == {"login_id"}
    assert "Set-Cookie" not in answer.headers


def test_nothing_typed_is_asked_for(browser):
    page = Page(browser.post("/login", {"login_id": "", "password": ""}).text)
    assert set(page.errors) == {"login_id", "password"}


def test_a_login_id_is_forgiven_its_case_and_width(stack, doctor):
    for typed in [doctor.login_id.upper(), doctor.login_id.lower(), f" {doctor.login_id} "]:
        goes_to(Browser(stack).log_in(typed, doctor.password), "/mypage")


def test_the_sixth_try_meets_a_pause_that_a_reset_ends(stack, doctor):
    browser = Browser(stack)
    for _ in range(5):
        assert browser.log_in(doctor.login_id, "Kx7!wrong-one").status_code == 422
    for password in ["Kx7!wrong-one", doctor.password]:
        answer = Browser(stack).log_in(doctor.login_id, password)
        assert answer.status_code == 429, "the right password meets it, too, from anywhere"
        assert 0 < int(answer.headers["Retry-After"]) <= 30
        page = Page(answer.text)
        assert page.fields["login_id"] == [doctor.login_id]
        assert "続けて何度か失敗したため" in page.summary and "秒" in page.summary
    counted = stack.sql("SELECT MAX(failures) FROM login_failures")
    goes_to(browser.post("/password/forgot", {"email": doctor.email, "login_id": doctor.login_id}),
            "/password/sent")
    token = stack.mail(doctor.email, 3).token
    keep(token)
    password = "Kx7!after-the-pause"
    keep(password)
    goes_to(browser.post("/password/reset", {
        "token": token, "password": password, "password_confirm": password}), "/password/complete")
    assert int(counted[0][0]) >= 5
    goes_to(browser.log_in(doctor.login_id, password), "/mypage")


def test_an_unknown_login_id_meets_the_same_pause(stack):
    statuses = [Browser(stack).log_in("Nobody54321", "Kx7!wrong-one").status_code
                for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_the_pause_ends_by_itself_and_doubles(stack, doctor):
    for _ in range(5):
        Browser(stack).log_in(doctor.login_id, "Kx7!wrong-one")
    over = "UPDATE login_failures SET paused_until = NOW(3) WHERE failures >= 5"
    stack.sql(over)
    assert Browser(stack).log_in(doctor.login_id, "Kx7!wrong-one").status_code == 422
    answer = Browser(stack).log_in(doctor.login_id, doctor.password)
    assert answer.status_code == 429 and 30 < int(answer.headers["Retry-After"]) <= 60
    stack.sql(over)
    goes_to(Browser(stack).log_in(doctor.login_id, doctor.password), "/mypage")
    assert Browser(stack).log_in(doctor.login_id, "Kx7!wrong-one").status_code == 422, "cleared"


def test_guesses_at_once_are_counted_one_by_one(stack, doctor):
    def guess():
        return Browser(stack).log_in(doctor.login_id, "Kx7!wrong-one").status_code

    assert sorted(at_once([guess] * 12)) == [422] * 5 + [429] * 7


def test_a_client_address_has_thirty_failures_a_minute(stack, doctor):
    browser = Browser(stack)
    statuses = [browser.log_in(f"Nobody9{count:04d}", "Kx7!wrong-one").status_code
                for count in range(31)]
    assert statuses == [422] * 30 + [429]
    assert browser.log_in(doctor.login_id, doctor.password).status_code == 429
    goes_to(Browser(stack).log_in(doctor.login_id, doctor.password), "/mypage")


def test_logging_out_ends_the_session_on_the_server(stack, doctor):
    browser = Browser(stack)
    browser.log_in(doctor.login_id, doctor.password)
    session = browser.cookie("session")
    answer = goes_to(browser.post("/logout", {}), "/login")
    assert '"storage"' in answer.headers["Clear-Site-Data"]
    assert "Max-Age=0" in attributes(answer, "session")
    thief = Browser(stack)
    thief.session.cookies.set("session", session)
    goes_to(thief.get("/mypage"), "/login")
    goes_to(Browser(stack).post("/logout", {}), "/login")


def test_a_new_login_ends_the_session_that_the_browser_had(stack, doctor):
    browser = Browser(stack)
    browser.log_in(doctor.login_id, doctor.password)
    old = browser.cookie("session")
    browser.log_in(doctor.login_id, doctor.password)
    thief = Browser(stack)
    thief.session.cookies.set("session", old)
    goes_to(thief.get("/mypage"), "/login")
    assert browser.get("/mypage").status_code == 200


@pytest.mark.parametrize("change", [
    "seen_at = seen_at - INTERVAL 31 MINUTE", "expires_at = NOW()", "ended_at = NOW()",
])
def test_a_session_runs_out_on_the_server(stack, doctor, change):
    browser = Browser(stack)
    browser.log_in(doctor.login_id, doctor.password)
    assert browser.get("/mypage").status_code == 200
    stack.sql(f"UPDATE sessions SET {change} WHERE stage = 'doctor'")
    goes_to(browser.get("/mypage"), "/login")


def test_the_time_outs_are_those_of_the_contract(stack, doctor):
    Browser(stack).log_in(doctor.login_id, doctor.password)
    Browser(stack).log_in(*stack.demo("secretariat"))
    rows = stack.sql("SELECT stage, idle_seconds, TIMESTAMPDIFF(SECOND, created_at, expires_at)"
                     " FROM sessions WHERE stage IN ('doctor', 'administrator') AND ended_at IS NULL"
                     " AND expires_at > NOW() GROUP BY 1, 2, 3")
    assert sorted(rows) == [["administrator", "900", "28800"], ["doctor", "1800", "28800"]]


def test_a_form_whose_session_ran_out_comes_back_with_everything_typed(stack):
    browser, person = Browser(stack), Person()
    goes_to(browser.agree(), "/email")
    stack.sql("UPDATE sessions SET expires_at = NOW() WHERE stage = 'registering'")
    answer = browser.ask_for_mail(person.email)
    assert answer.status_code == 401
    page = Page(answer.text)
    assert page.fields["email"] == page.fields["email_confirm"] == [person.email]
    assert "別のタブ" in page.summary and "もう一度送信" in page.summary
    # In another tab of the same browser, then the same form again.
    goes_to(browser.agree(), "/email")
    goes_to(browser.ask_for_mail(person.email), "/email/sent")


def test_a_member_whose_first_login_ran_out_does_not_become_a_visitor(stack):
    _, login_id, password = postcard(stack)
    browser = Browser(stack)
    goes_to(browser.log_in(login_id, password), "/terms")
    stack.sql("UPDATE sessions SET expires_at = NOW() WHERE stage = 'first_login'")
    answer = browser.agree()
    assert answer.status_code == 401 and "別のタブ" in Page(answer.text).summary


def test_a_made_up_cookie_is_nobodys(stack):
    for value in ["x", "A" * 43, "A" * 1500, "%00", "'; DROP TABLE sessions; --"]:
        browser = Browser(stack)
        headers = {"Cookie": f"session={value}; draft={value}"}
        goes_to(browser.get("/mypage", headers=headers), "/login")
        answer = browser.get("/register/confirm", headers=headers)
        assert answer.status_code in (303, 410), "a draft that is none says how to go on"
        assert "/terms" in {answer.headers.get("Location"), *Page(answer.text).links}


def test_members_and_staff_keep_to_their_own_pages(stack, doctor):
    staff, member, beginner = Browser(stack), Browser(stack), Browser(stack)
    staff.log_in(*stack.demo("secretariat"))
    member.log_in(doctor.login_id, doctor.password)
    beginner.log_in(*postcard(stack)[1:])
    for browser, path in [(member, "/secretariat"), (staff, "/mypage")]:
        answer = browser.get(path)
        assert answer.status_code == 403
        assert Page(answer.text).heading == "このページはご覧いただけません"
    for path in ["/mypage", "/secretariat"]:
        goes_to(beginner.get(path), "/terms")


def test_the_secretariats_page_counts(stack, doctor):
    browser = Browser(stack)
    goes_to(browser.log_in(*stack.demo("secretariat")), "/secretariat")
    answer = browser.get("/secretariat")
    assert answer.headers["Cache-Control"] == "no-store"
    page = Page(answer.text)
    assert page.heading == "事務局TOP" and "事務局 花子" in page.words
    (doctors,) = stack.sql(
        "SELECT COUNT(*) FROM accounts WHERE kind = 'doctor' AND registered_at IS NOT NULL")
    shown = re.search(r"登録済みの未入会の医師：\s*([\d,]+)", page.words)[1]
    assert shown.replace(",", "") == doctors[0]
    assert doctor.name in page.words, "among the newest"
    assert page.all("form", action="/logout"), "logging out is offered"


def test_a_suspended_account_looks_like_any_other(stack, doctor):
    browser = Browser(stack)
    browser.log_in(doctor.login_id, doctor.password)
    stack.sql(f"UPDATE accounts SET suspended_at = NOW() WHERE login_id = '{doctor.login_id}'")
    goes_to(browser.get("/mypage"), "/login")
    answer = Browser(stack).log_in(doctor.login_id, doctor.password)
    assert answer.status_code == 422
    assert Page(answer.text).errors["login_id"].startswith(REFUSED)
    answer = Browser(stack).post(
        "/password/forgot", {"email": doctor.email, "login_id": doctor.login_id})
    goes_to(answer, "/password/sent")
    stack.no_more_mail()
    assert len(stack.mails(doctor.email)) == 2, "the confirmation and the completion, no reset"
