"""Mailed URLs in the hands of mail scanners, and forgotten passwords: screens.md §3 and §5."""

import pytest

from .page import Page
from .people import Browser, Person, at_once, goes_to, keep, new_password

DOES_NOT_COUNT = ["tokens", "drafts", "accounts", "outbox", "sessions"]


def state(stack):
    """Everything that a robot could have changed."""
    return [stack.sql(f"CHECKSUM TABLE {table}") for table in DOES_NOT_COUNT]


def rob(stack, path, token):
    """What a mail scanner does with a URL; returns the statuses."""
    robot = Browser(stack)
    answers = [robot.request("HEAD", f"{path}?token={token}")]
    answers += [robot.get(f"{path}?token={token}") for _ in range(3)]
    assert all("Set-Cookie" not in answer.headers for answer in answers), "no cookie is needed"
    answers += [robot.post(path, {}), robot.post(path, {"token": token}),
                robot.post(f"{path}?token={token}", {})]
    return [answer.status_code for answer in answers]


def test_a_robot_uses_no_registration_url_up(stack):
    person, browser = Person(), Browser(stack)
    token = person.open_form(browser)
    stack.no_more_mail()
    before = state(stack)
    statuses = rob(stack, "/register", token)
    assert statuses[:4] == [200] * 4 and statuses[5] == 422
    assert 303 in (statuses[4], 303) and all(status < 500 for status in statuses)
    assert state(stack) == before, "nothing was written"
    person.register(Browser(stack), token)


def test_a_used_registration_url_says_so(stack):
    person, browser = Person(), Browser(stack)
    token = person.open_form(browser)
    person.register(browser, token)
    for answer in [Browser(stack).get(f"/register?token={token}"),
                   person.fill(Browser(stack), token)]:
        assert answer.status_code == 410
        page = Page(answer.text)
        assert "利用登録はすでに終わっています" in page.words
        assert {"/login", "/password/forgot"} <= page.links
    assert person.name not in answer.text


@pytest.mark.parametrize("path, step", [("/register", "/terms"),
                                        ("/password/reset", "/password/forgot")])
@pytest.mark.parametrize("token", ["", "x", "A" * 43, "'", "%00", "A" * 1000])
def test_an_unknown_url_offers_the_next_step(browser, path, step, token):
    if (path, token) == ("/register", ""):
        step = "/login"
    answer = browser.get(f"{path}?token={token}")
    assert answer.status_code == 410
    page = Page(answer.text)
    assert page.heading == "このURLは使えません"
    assert step in page.links


def test_a_url_that_ran_out_offers_the_next_step(stack, doctor):
    person, browser = Person(), Browser(stack)
    token, reset = person.open_form(browser), forget(stack, doctor)
    (hours,) = stack.sql("SELECT DISTINCT ROUND(TIMESTAMPDIFF(SECOND, created_at, expires_at)"
                         " / 3600) FROM tokens")
    assert hours == ["24"]
    stack.sql(f"UPDATE tokens SET expires_at = NOW() WHERE email IN"
              f" ('{person.email}', '{doctor.email}')")
    assert browser.get(f"/register?token={token}").status_code == 410
    assert person.fill(browser, token).status_code == 410
    assert browser.get(f"/password/reset?token={reset}").status_code == 410
    assert set_password(browser, reset, new_password()).status_code == 410


def test_a_draft_is_dead_when_its_url_is(stack):
    person, browser = Person(), Browser(stack)
    goes_to(person.fill(browser, person.open_form(browser)), "/register/confirm")
    stack.sql(f"UPDATE tokens SET expires_at = NOW() WHERE email = '{person.email}'")
    for answer in [browser.get("/register/confirm"),
                   browser.post("/register/confirm", {"action": "register"})]:
        assert answer.status_code == 410 and "/terms" in Page(answer.text).links


def forget(stack, person, **fields):
    """Asks for a reset; returns the mailed token."""
    before = len(stack.mails(person.email))
    goes_to(Browser(stack).post("/password/forgot", {
        "email": person.email, "login_id": person.login_id, **fields}), "/password/sent")
    token = stack.mail(person.email, before + 1).token
    keep(token)
    return token


def set_password(browser, token, password):
    return browser.post("/password/reset", {
        "token": token, "password": password, "password_confirm": password})


@pytest.mark.parametrize("by", ["login ID", "number and birth date", "both", "another case"])
def test_a_forgotten_password_is_set_anew(stack, doctor, by):
    fields = {
        "login ID": {},
        "number and birth date": {
            "login_id": "", "registry_number": doctor.fields["registry_number"],
            "birth_date": "昭和38年4月1日"},
        "both": {"registry_number": doctor.fields["registry_number"], "birth_date": "1963/4/1"},
        "another case": {"login_id": doctor.login_id.swapcase(), "email": doctor.email.upper()},
    }[by]
    session = Browser(stack)
    goes_to(session.log_in(doctor.login_id, doctor.password), "/mypage")
    token = forget(stack, doctor, **fields)
    mail = stack.mails(doctor.email)[-1]
    assert f"{stack.origin}/password/reset?token={token}" in mail.body.splitlines()
    assert "24時間" in mail.body

    browser = Browser(stack)
    form = browser.page(f"/password/reset?token={token}")
    assert form.fields == {"token": [token], "password": [""], "password_confirm": [""]}
    assert doctor.name not in form.words and doctor.login_id not in form.words
    password = new_password()
    goes_to(set_password(browser, token, password), "/password/complete")
    assert browser.page("/password/complete")
    assert browser.cookie("session") is None, "it signs nobody in"

    goes_to(session.get("/mypage"), "/login")
    assert Browser(stack).log_in(doctor.login_id, doctor.password).status_code == 422
    goes_to(Browser(stack).log_in(doctor.login_id, password), "/mypage")
    notice = stack.mail(doctor.email, 4)
    assert "変更" in notice.subject and password not in notice.body
    again = set_password(browser, token, new_password())
    assert again.status_code == 410 and "/password/forgot" in Page(again.text).links
    assert browser.get(f"/password/reset?token={token}").status_code == 410
    goes_to(Browser(stack).log_in(doctor.login_id, password), "/mypage")


def test_a_robot_uses_no_reset_url_up(stack, doctor):
    token = forget(stack, doctor)
    stack.no_more_mail()
    before = state(stack)
    statuses = rob(stack, "/password/reset", token)
    assert statuses[:4] == [200] * 4 and statuses[5] == 422
    assert 303 not in statuses and all(status < 500 for status in statuses)
    assert state(stack) == before, "nothing was written"
    goes_to(set_password(Browser(stack), token, new_password()), "/password/complete")


def test_two_resets_at_once_set_one_password(stack, doctor):
    token, passwords = forget(stack, doctor), [new_password() for _ in range(4)]
    statuses = at_once([
        lambda password=password: set_password(Browser(stack), token, password).status_code
        for password in passwords])
    assert sorted(statuses) == [303, 410, 410, 410]
    password = passwords[statuses.index(303)]
    goes_to(Browser(stack).log_in(doctor.login_id, password), "/mypage")


@pytest.mark.parametrize("stranger", [
    "unknown address", "known address, other ID", "known ID, other address",
    "known number, other birth date", "other number, known birth date",
])
def test_whoever_fits_nobody_gets_the_same_answer_and_no_mail(stack, doctor, stranger):
    nobody = Person()
    number, born = doctor.fields["registry_number"], "1963/04/01"
    fields = {
        "unknown address": {"email": nobody.email, "login_id": nobody.login_id},
        "known address, other ID": {"email": doctor.email, "login_id": nobody.login_id},
        "known ID, other address": {"email": nobody.email, "login_id": doctor.login_id},
        "known number, other birth date": {
            "email": doctor.email, "registry_number": number, "birth_date": "1963/04/02"},
        "other number, known birth date": {
            "email": doctor.email, "registry_number": "799998", "birth_date": born},
    }[stranger]
    refused = goes_to(Browser(stack).post("/password/forgot", fields), "/password/sent")
    stack.no_more_mail()
    assert len(stack.mails(doctor.email)) == 2 and not stack.mails(nobody.email)
    stack.sql("DELETE FROM throttle_events")
    known = goes_to(Browser(stack).post("/password/forgot", {
        "email": doctor.email, "login_id": doctor.login_id}), "/password/sent")
    assert refused.content == known.content
    assert sorted(refused.headers) == sorted(known.headers)


def test_what_is_needed_for_a_reset_is_told(stack, doctor):
    for fields, field in [
        ({"email": doctor.email}, "login_id"),
        ({"login_id": doctor.login_id}, "email"),
        ({"email": doctor.email, "registry_number": "123456"}, "birth_date"),
        ({"email": doctor.email, "birth_date": "1963/04/01"}, "registry_number"),
        ({"email": doctor.email, "registry_number": "12", "birth_date": "1963/04/01"},
         "registry_number"),
        ({"email": doctor.email, "registry_number": "123456", "birth_date": "1963/02/30"},
         "birth_date"),
    ]:
        answer = Browser(stack).post("/password/forgot", fields)
        page = Page(answer.text)
        assert answer.status_code == 422 and field in page.errors, fields
        for name, value in fields.items():
            assert page.fields[name] == [value]


@pytest.mark.parametrize("password, confirm", [
    ("short1!", None), ("onlyletters", None), ("password1!", None), ("Kx7!abcdef-w", "Kx7!other-w"),
    ("ｋｘ７！ａｂｃｄｅｆ", None), ("", None), ("Kx7!" + "a" * 130, None), ("login ID", None),
])
def test_a_password_that_does_not_do_leaves_the_url_alive(stack, doctor, password, confirm):
    token = forget(stack, doctor)
    if password == "login ID":
        password = f"{doctor.login_id}!1"
    browser = Browser(stack)
    answer = browser.post("/password/reset", {
        "token": token, "password": password,
        "password_confirm": password if confirm is None else confirm})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert set(page.errors) & {"password", "password_confirm"}
    assert page.fields == {"token": [token], "password": [""], "password_confirm": [""]}
    goes_to(set_password(browser, token, new_password()), "/password/complete")


def test_a_second_reset_mail_makes_the_first_url_void(stack, doctor):
    first = forget(stack, doctor)
    stack.sql("DELETE FROM throttle_events")
    second = forget(stack, doctor)
    assert Browser(stack).get(f"/password/reset?token={first}").status_code == 410
    goes_to(set_password(Browser(stack), second, new_password()), "/password/complete")


def test_a_token_opens_only_its_own_door(stack, doctor):
    reset, person, browser = forget(stack, doctor), Person(), Browser(stack)
    token = person.open_form(browser)
    assert browser.get(f"/register?token={reset}").status_code == 410
    assert browser.get(f"/password/reset?token={token}").status_code == 410
