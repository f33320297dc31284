"""The throttles as a guesser and a hospital meet them: several processes, one count. No setting
differs from what a newcomer's stack has."""

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor

from .people import Browser, Person, at_once, goes_to, postcard
from .stack import REPOSITORY

DAY = 86_400
HOSPITAL = "127.9.9.9"


def subject(login_id):
    """The key of a login ID's row, by libsodium's hash."""
    return hashlib.blake2b(b"login\0" + login_id.lower().encode(), digest_size=32).hexdigest()


def failures(stack, login_id):
    """Refusals of an account in the audit trail, and in its sign-in history."""
    account = f"(SELECT id FROM accounts WHERE login_id = '{login_id}')"
    refused = stack.sql(
        f"SELECT COUNT(*) FROM audit WHERE action = 'login.refused' AND subject_id = {account}")
    history = stack.sql(
        f"SELECT COUNT(*) FROM logins WHERE outcome = 'refused' AND account_id = {account}")
    return int(refused[0][0]), int(history[0][0])


def test_a_thousand_guesses_by_many_at_once_are_a_hundred_tries_a_day(stack, doctor):
    """Eleven guessers, each from an address of its own, try again as soon as an answer lets them.
    Time goes by in the throttle's row: nobody waits a day."""
    guessers = [Browser(stack) for _ in range(11)]
    row = "subject = UNHEX('" + subject(doctor.login_id) + "')"
    sent = tried = clock = 0
    while True:
        answers = at_once([lambda one=one: one.log_in(doctor.login_id, "Kx7!wrong-one")
                           for one in guessers])
        sent += len(answers)
        tried += sum(answer.status_code == 422 for answer in answers)
        waits = [int(answer.headers["Retry-After"]) for answer in answers
                 if answer.status_code == 429]
        assert len(waits) == len(answers) - sum(answer.status_code == 422 for answer in answers)
        clock += max(waits)
        if clock >= DAY - 60:
            break
        stack.sql(f"""UPDATE login_failures SET paused_until = paused_until - INTERVAL {max(waits)}
            SECOND, day_started_at = day_started_at - INTERVAL {max(waits)} SECOND WHERE {row}""")
    assert sent >= 1000
    assert tried == 100
    assert stack.sql(f"SELECT failures, day_failures FROM login_failures WHERE {row}") == [
        ["100", "100"]]
    assert failures(stack, doctor.login_id) == (100, 100)

    # The owner meets the pause, too, and gets in all the same: by a reset.
    owner = Browser(stack)
    assert owner.log_in(doctor.login_id, doctor.password).status_code == 429
    goes_to(owner.post("/password/forgot", {
        "email": doctor.email, "login_id": doctor.login_id}), "/password/sent")
    token = stack.mail(doctor.email, 3).token
    goes_to(owner.post("/password/reset", {
        "token": token, "password": "Nw8!owner-again", "password_confirm": "Nw8!owner-again",
    }), "/password/complete")
    goes_to(owner.log_in(doctor.login_id, "Nw8!owner-again"), "/mypage")


def test_a_hospitals_people_register_through_one_address(stack):
    """More doctors and more members, eight at a time, than one address may ask for mails in an
    hour. (nginx counts no requests from this machine: the next test is about those.)"""
    people = 64
    assert "CLIENT_MAILS_PER_HOUR" not in (stack.folder / "mamis.env").read_text(), "60, by default"
    cards = [postcard(stack)[1:] for _ in range(people)]

    def register(card):
        browser = Browser(stack, HOSPITAL)
        if card:
            goes_to(browser.log_in(*card), "/terms")
        person = Person().register(browser)
        goes_to(browser.log_in(person.login_id, person.password), "/mypage")
        return person

    with ThreadPoolExecutor(8) as threads:
        registered = list(threads.map(register, [None, *cards, *[None] * people]))
    for person in registered:
        assert stack.mail(person.email, 2).subject != stack.mails(person.email)[0].subject
    assert len(registered) == 2 * people + 1


def test_three_hundred_people_an_hour_stay_far_below_nginxs_limit(stack):
    """A whole way of a doctor, counted: every page with its style sheets, scripts and pictures, as
    if no browser kept any, each form sent twice. (Suggestions are not counted by nginx.)"""
    rate = int(re.search(
        r"limit_req_zone \$flood_key .* rate=(\d+)r/s;",
        (REPOSITORY / "nginx/http.conf").read_text())[1])
    burst = int(re.search(
        r"limit_req +zone=mamis_flood burst=(\d+) ",
        (REPOSITORY / "nginx/limits.conf").read_text())[1])
    browser, person = Browser(stack), Person()
    token = person.open_form(browser)
    goes_to(person.fill(browser, token), "/register/confirm")
    pages = ["/login", "/terms", "/email", "/email/sent", f"/register?token={token}",
             "/register/confirm"]
    parts = [browser.get(page).text for page in pages]
    goes_to(browser.post("/register/confirm", {"action": "register"}), "/register/complete")
    parts += [browser.get(page).text for page in ["/register/complete", "/login"]]
    goes_to(browser.log_in(person.login_id, person.password), "/mypage")
    parts.append(browser.get("/mypage").text)
    assets = sum(len(re.findall(r"<(?:link|script|img)\b[^>]*\b(?:href|src)=\"/", page))
                 for page in parts)
    forms = 2 * len(["terms", "email", "register", "confirm", "login"])
    requests = len(parts) + assets + forms
    assert assets >= len(parts), "each page has a style sheet at least"
    assert 300 * requests / 3600 < rate / 2, requests
    assert requests < burst, "one whole way at once, and more"
