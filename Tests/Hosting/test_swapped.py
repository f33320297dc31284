"""Screens replaced by programs of somebody else: docs/replacing-a-screen.md, done to the letter.

`inquiry` in PHP behind PHP-FPM and `terms` in Python behind fcgiwrap take their places by an edit
of one line of nginx/handlers.conf, and give them back by the same edit."""

import re
import subprocess

import pytest

from Stack.page import Page
from Stack.people import SECRETS, VERSION, Browser, Person, goes_to, keep, number, postcard
from Stack.stack import REPOSITORY, until

from .swapped_site import (  # noqa: F401 (fixtures)
    SWAPPED, browser, php, python, site, stack)


def answered(stack, path, *handlers):
    """Waits until the last POSTs of an address were these handlers': nginx writes its log when an
    answer is out already."""
    def found():
        lines = (stack.folder / "log/access.log").read_text().splitlines()
        return [re.search(r'handler="([^"]*)"', line)[1] for line in lines
                if f'method=POST path="{path}"' in line]
    until(lambda: found()[-len(handlers):] == list(handlers), what=f"{handlers} at {path}")


def inquiry(**differences):
    fields = {"name": "騨見山 𠮷郎", "email": f"swapped{number()}@example.jp",
              "phone": "０３（１２３４）５６７８", "category": "login",
              "body": "はじめまして。\r\n<b>ログイン</b>できません。", **differences}
    keep(fields["name"], fields["email"])
    return fields


# The whole journeys.


def test_a_doctor_registers_through_the_terms_in_python(stack, python, browser):
    person = Person().register(browser)
    stack.mail(person.email, 2)
    answered(stack, "/terms", "terms-py")
    goes_to(Browser(stack).log_in(person.login_id, person.password), "/mypage")
    ((version, length, agreed),) = stack.sql(
        "SELECT c.version, LENGTH(c.text_hash), c.agreed_at > NOW() - INTERVAL 5 MINUTE "
        "FROM consents c JOIN accounts a ON a.id = c.account_id "
        f"WHERE a.login_id = '{person.login_id}'")
    assert (length, agreed, version) == ("32", "1", VERSION)


def test_both_write_the_same_consent(stack, python):
    goes_to(Browser(stack).agree(), "/email")
    python.swap("terms")
    goes_to(Browser(stack).agree(), "/email")
    answered(stack, "/terms", "terms-py", "terms")
    one, other = stack.sql("SELECT version, HEX(text_hash), account_id FROM consents "
                           "ORDER BY id DESC LIMIT 2")
    assert one == other


def test_a_member_with_a_postcard_keeps_the_account(stack, python, browser):
    _, login_id, password = postcard(stack)
    goes_to(browser.log_in(login_id, password), "/terms")
    before = browser.cookie("session")
    goes_to(browser.agree(), "/email")
    assert browser.cookie("session") != before, "a new secret at every change"
    assert stack.sql(
        "SELECT s.stage, s.ended_at IS NULL, s.idle_seconds FROM sessions s JOIN accounts a "
        f"ON a.id = s.account_id WHERE a.login_id = '{login_id}' ORDER BY 2") == [
        ["first_login", "0", "1800"], ["first_login", "1", "1800"]]


def test_newer_terms_are_agreed_to_in_python(stack, python, browser):
    person = Person().register(Browser(stack))
    stack.sql("UPDATE consents SET version = 'old' WHERE account_id = "
              f"(SELECT id FROM accounts WHERE login_id = '{person.login_id}')")
    goes_to(browser.log_in(person.login_id, person.password), "/terms")
    goes_to(browser.agree(), "/mypage")
    assert browser.get("/mypage").status_code == 200


def test_an_inquiry_goes_through_php(stack, php, browser):
    fields = inquiry()
    goes_to(browser.post("/inquiry", fields), "/inquiry/sent")
    answered(stack, "/inquiry", "inquiry-php")
    ((row, name, phone, body),) = stack.sql(
        "SELECT id, HEX(name), phone, HEX(body) FROM inquiries "
        f"WHERE email = '{fields['email']}' AND account_id IS NULL")
    assert (bytes.fromhex(name).decode(), phone) == (fields["name"], "03-1234-5678")
    assert bytes.fromhex(body).decode() == fields["body"].replace("\r\n", "\n")
    receipt = stack.mail(fields["email"])
    assert receipt.subject == "【会員情報システム】お問合せを受け付けました"
    note = [mail for mail in stack.mails("office@localhost.example") if f"号：{row}\n" in mail.body]
    until(lambda: note or note.extend(
        mail for mail in stack.mails("office@localhost.example") if f"号：{row}\n" in mail.body))
    assert "ログインできない" in note[0].body and "<b>ログイン</b>できません。" in note[0].body


def test_both_send_the_same_mails(stack, php):
    def texts(fields):
        goes_to(Browser(stack).post("/inquiry", fields), "/inquiry/sent")
        ((row,),) = stack.sql(f"SELECT id FROM inquiries WHERE email = '{fields['email']}'")
        mails = stack.sql(
            "SELECT kind, subject, REPLACE(body, '\\n', '|') FROM outbox WHERE recipient = "
            f"'{fields['email']}' OR subject LIKE '%番号{row}）' ORDER BY kind")
        return [[re.sub(rf"(番号：?|inquiries/){row}\b", r"\1N", text).replace(
            fields["email"], "E") for text in mail] for mail in mails]

    theirs = texts(inquiry())
    php.swap("inquiry")
    ours = texts(inquiry())
    answered(stack, "/inquiry", "inquiry-php", "inquiry")
    assert len(ours) == 2 and theirs == ours


def test_over_the_limit_the_inquiry_is_kept_and_no_mail_goes(stack, php, browser):
    fields = inquiry()
    for _ in range(3):
        goes_to(browser.post("/inquiry", fields), "/inquiry/sent")
    where = f"WHERE email = '{fields['email']}'"
    assert stack.sql(f"SELECT COUNT(*) FROM inquiries {where}") == [["3"]]
    stack.no_more_mail()
    assert len(stack.mails(fields["email"])) == 1


def test_an_inquiry_of_somebody_signed_in_is_theirs(stack, php, browser):
    person = Person().register(Browser(stack))
    goes_to(browser.log_in(person.login_id, person.password), "/mypage")
    fields = inquiry(phone="")
    goes_to(browser.post("/inquiry", fields), "/inquiry/sent")
    assert stack.sql("SELECT a.login_id FROM inquiries i JOIN accounts a ON a.id = i.account_id "
                     f"WHERE i.email = '{fields['email']}'") == [[person.login_id]]


# What is wrong is said as our own programs say it.


@pytest.mark.parametrize("differences, wrong", [
    ({"name": "", "email": "", "category": "", "body": " "}, {"name", "email", "category", "body"}),
    ({"email": "x@y", "phone": "12"}, {"email", "phone"}),
    ({"category": "weather"}, {"category"}),
    ({"body": "あ" * 2001}, {"body"}),
    ({"name": "あ\u202eい"}, {"name"}),
], ids=["empty", "odd", "unknown", "long", "bidirectional"])
def test_a_bad_inquiry_comes_back_from_php(php, browser, differences, wrong):
    fields = inquiry(**differences)
    answer = browser.post("/inquiry", fields)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (422, "no-store")
    page = Page(answer.text)
    assert set(page.errors) == wrong and page.title.startswith("エラー：")
    kept = {name: values[0] if values else "" for name, values in page.fields.items()}
    sent = {**fields, "body": fields["body"].replace("\r\n", "\n")}
    if fields["category"] == "weather":
        sent["category"] = ""
    assert kept == sent


@pytest.mark.parametrize("fields, status", [
    ({"agree": "", "version": None}, 422), ({"agree": "yes", "version": "1999"}, 422),
])
def test_a_bad_consent_comes_back_from_python(python, browser, fields, status):
    version = browser.page("/terms").fields["version"][0]
    answer = browser.post("/terms", {"agree": fields["agree"],
                                     "version": fields["version"] or version})
    assert answer.status_code == status
    page = Page(answer.text)
    assert set(page.errors) == {"agree"} and page.fields == {"agree": [], "version": [version]}


def test_terms_read_after_the_login_ran_out_come_back(stack, python, browser):
    _, login_id, password = postcard(stack)
    goes_to(browser.log_in(login_id, password), "/terms")
    stack.sql("UPDATE sessions s JOIN accounts a ON a.id = s.account_id "
              f"SET s.ended_at = NOW() WHERE a.login_id = '{login_id}'")
    answer = browser.agree()
    assert answer.status_code == 401
    page = Page(answer.text)
    assert page.fields["agree"] == ["yes"] and "ログインし直して" in page.summary


def test_a_replacement_can_touch_no_more_than_its_screen(site, tmp_path):
    """The rights that the contract's GRANT lines give, tried with the replacement's own user."""
    for group, statement in [
            ("mamis-inquiry-php", "SELECT body FROM inquiries"),
            ("mamis-inquiry-php", "SELECT email FROM accounts"),
            ("mamis-inquiry-php", "SELECT recipient FROM outbox"),
            ("mamis-terms-py", "SELECT password_hash FROM accounts"),
            ("mamis-terms-py", "UPDATE sessions SET expires_at = NOW() + INTERVAL 1 YEAR"),
            ("mamis-terms-py", "INSERT INTO outbox (id) VALUES (1)")]:
        options = tmp_path / f"{group}.cnf"
        options.write_text(site.options.read_text().replace(f"[{group}]", "[client]"))
        refused = subprocess.run(
            ["mariadb", f"--defaults-file={options}", "--batch"], input=statement, text=True,
            capture_output=True, timeout=60)
        assert refused.returncode != 0 and "denied" in refused.stderr, (group, statement)


def test_the_file_is_as_it_was_after_swapping_back(site, php, python):
    assert site.handlers.read_text() != site.untouched
    site.swap("inquiry")
    site.swap("terms")
    assert site.handlers.read_text() == site.untouched


# The page of the contract.


def test_the_page_gives_the_rights_that_the_examples_have():
    page = (REPOSITORY / "docs/replacing-a-screen.md").read_text()
    for name in ["inquiry.sql", "terms.sql"]:
        grants = (SWAPPED / name).read_text().split("\n", 1)[1]
        assert f"```sql\n{grants}```" in page, name


def test_the_page_names_what_a_program_is_told_and_every_example():
    page = (REPOSITORY / "docs/replacing-a-screen.md").read_text()
    told = re.findall(r"^fastcgi_param +(\w+)", (REPOSITORY / "nginx/fastcgi_params").read_text(),
                      re.MULTILINE)
    # The two are the same for everyone; HTTP_PROXY is only emptied.
    for name in set(told) - {"GATEWAY_INTERFACE", "SERVER_PROTOCOL", "HTTP_PROXY"}:
        assert f"`{name}`" in page, name
    for path in SWAPPED.iterdir():
        if path.suffix in (".php", ".py", ".conf"):
            assert f"../Tests/Hosting/swapped/{path.name})" in page, path.name
            assert len(path.read_text().splitlines()) <= 150, path.name


def test_the_page_tells_the_settings_defaults_truly():
    page = (REPOSITORY / "docs/replacing-a-screen.md").read_text()
    source = (REPOSITORY / "Sources/Membership/Settings/Settings.swift").read_text()
    told = re.findall(r"`([A-Z_]+)`\s+\(`?([^\s`)]+)`?\)", page)
    assert len(told) >= 9
    for key, value in told:
        wanted = "nil" if value == "none" else f'"{value}"'
        assert f'"{key}": {wanted},' in source, key


# Last, since they take something away: the database, then the replacements' rights.


def test_without_a_database_what_was_typed_comes_back(stack, php, python, browser):
    version = browser.page("/terms").fields["version"][0]
    fields = inquiry()
    with stack.without("mariadb"):
        asked = browser.post("/inquiry", fields)
        agreed = browser.post("/terms", {"agree": "yes", "version": version})
    for answer in (asked, agreed):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert Page(answer.text).summary and answer.headers["Cache-Control"] == "no-store"
    assert Page(asked.text).fields["name"] == [fields["name"]]
    assert Page(agreed.text).fields["agree"] == ["yes"]
    goes_to(browser.post("/inquiry", fields), "/inquiry/sent")


def test_no_log_of_the_replacements_holds_what_people_typed(site, stack):
    # A database user without rights makes both fail inside.
    stack.sql("REVOKE INSERT ON inquiries FROM mamis_inquiry_php@localhost;"
              "REVOKE INSERT ON consents FROM mamis_terms_py@localhost")
    site.swap("inquiry", "inquiry-php", site.screens / "inquiry.php")
    site.swap("terms", "terms-py", site.screens / "terms.py")
    browser = Browser(stack)
    for answer in [browser.post("/inquiry", inquiry()), browser.agree()]:
        assert answer.status_code == 500
        assert "Traceback" not in answer.text and "denied" not in answer.text
        assert "no-store" in answer.headers["Cache-Control"]
    text = "".join(path.read_text(errors="replace") for path in (site.folder / "log").glob("*")
                   if path.name.startswith(("php-fpm", "terms-py", "access")))
    assert re.search(r"level=error program=inquiry request=\w+ reason=PDOException", text)
    assert re.search(r"level=error program=terms\.py request=\w+ reason=\w+", text)
    # Numbers alone are left out: they come about by chance, in the numbers of requests.
    assert not [secret for secret in SECRETS if len(secret) > 3 and secret in text
                and not re.fullmatch(r"[\d/-]{,12}", secret)]
