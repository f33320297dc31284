"""From the postcard to the completion mail, as members and doctors go: screens.md §1."""

import re

import pytest

from .page import Page
from .people import Browser, Person, at_once, goes_to, issue, keep, number, postcard

RULES = {
    "login_id", "password", "password_confirm", "registry_number", "registry_date",
    "family_name_kana", "given_name_kana", "family_name", "given_name", "postal_code",
    "prefecture", "address", "mobile_phone", "birth_date", "sex", "main_specialty", "university",
    "graduation_date",
}


def member(stack):
    """A person of the roll, and the browser that signed in with the postcard."""
    person = Person()
    person.number, person.first_id, person.first_password = postcard(
        stack, registry_number=person.fields["registry_number"], birth_date="1963-04-01")
    browser = Browser(stack)
    goes_to(browser.log_in(person.first_id, person.first_password), "/terms")
    return person, browser


def test_a_member_goes_from_the_postcard_to_the_own_id(stack):
    person, browser = member(stack)
    token = person.open_form(browser)
    form = browser.page(f"/register?token={token}")
    assert form.heading == "登録内容の入力"
    assert form.fields["token"] == [token]
    assert {name for name in form.fields if any(form.fields[name])} == {"token"}, (
        "no stored personal data")
    goes_to(person.fill(browser, token), "/register/confirm")
    confirm = browser.page("/register/confirm")
    for shown in [person.email, person.login_id, person.name, "1988/04/20", "1963/04/01",
                  "タロウ", "113-8621", "男性", "01内科", "東京大学", "1988/03", "日本内科学会",
                  "（未入力）", "（安全のため表示しません）"]:
        assert shown in confirm.words, shown
    assert person.password not in confirm.words
    goes_to(browser.post("/register/confirm", {"action": "register"}), "/register/complete")
    assert "ログインページに戻る" in browser.page("/register/complete").words
    goes_to(browser.log_in(person.login_id, person.password), "/mypage")
    page = browser.page("/mypage")
    assert person.name in page.words and "文京区本駒込2" in page.words
    assert page.all("form", action="/logout")

    mail = stack.mail(person.email, 2)
    assert f"{person.name} 様" in mail.body
    assert person.login_id not in mail.body and person.password not in mail.body
    hidden = re.search(r"ログインID\s*：?\s*(\S+)", mail.body)[1]
    assert hidden[0] == person.login_id[0] and hidden != person.login_id

    for login_id in [person.first_id, person.login_id]:
        dead = Browser(stack).log_in(login_id, person.first_password)
        assert dead.status_code == 422, "first-time credentials are dead"
    (row,) = stack.sql(
        f"SELECT number, kind, login_id FROM accounts WHERE email = '{person.email}'")
    assert row == [person.number, "member", person.login_id]


def test_a_doctor_registers_without_a_postcard(stack):
    person, browser = Person(), Browser(stack)
    assert "未登録の方（医師会未入会の医師）はこちら" in browser.page("/login").words
    person.register(browser)
    goes_to(browser.log_in(person.login_id, person.password), "/mypage")
    (row,) = stack.sql(f"SELECT kind, number FROM accounts WHERE email = '{person.email}'")
    assert row[0] == "doctor" and row[1].startswith("D")


@pytest.mark.parametrize("written", [
    "as printed", "without hyphens", "in lower case", "with spaces", "in full width"])
def test_a_postcards_password_is_forgiven_how_it_is_written(stack, written):
    _, login_id, password = postcard(stack)
    assert re.fullmatch(r"[A-Z2-9]{4}(-[A-Z2-9]{4}){3}", password)
    assert not set("01OI") & set(password.replace("-", "")), "no look-alikes"
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in password)
    typed = {"as printed": password, "without hyphens": password.replace("-", ""),
             "in lower case": password.lower(), "with spaces": password.replace("-", " "),
             "in full width": wide}[written]
    goes_to(Browser(stack).log_in(login_id.lower(), typed), "/terms")


def test_issuing_again_makes_the_old_postcard_void(stack):
    number, login_id, password = postcard(stack)
    browser = Browser(stack)
    goes_to(browser.log_in(login_id, password), "/terms")
    new_id, new_password = issue(stack, number)
    assert Browser(stack).log_in(login_id, password).status_code == 422
    goes_to(browser.get("/mypage"), "/login")
    goes_to(Browser(stack).log_in(new_id, new_password), "/terms")


def test_a_postcard_dies_after_thirty_days(stack):
    number, login_id, password = postcard(stack)
    # Thirty days, and to the end of that day in Japan: the card names the day.
    (row,) = stack.sql("SELECT TIMESTAMPDIFF(DAY, NOW(), first_time_until), TIME(first_time_until)"
                       f" FROM accounts WHERE number = '{number}'")
    assert row == ["30", "14:59:59"]
    stack.sql(f"UPDATE accounts SET first_time_until = NOW() WHERE number = '{number}'")
    assert Browser(stack).log_in(login_id, password).status_code == 422


def test_the_consent_is_kept_with_version_text_and_time(stack):
    person, browser = member(stack)
    person.register(browser)
    (row,) = stack.sql(
        "SELECT version, LENGTH(text_hash), HEX(text_hash), TIMESTAMPDIFF(MINUTE, agreed_at, NOW())"
        " FROM consents JOIN accounts a ON a.id = account_id"
        f" WHERE a.email = '{person.email}'")
    shown = browser.page("/terms").fields["version"][0]
    assert row[:2] == [shown, "32"] and row[2] != "0" * 64 and int(row[3]) <= 1


def test_the_terms_must_be_agreed_to_in_the_version_that_stands(stack):
    version = Browser(stack).page("/terms").fields["version"][0]
    for fields, field in [({"version": version}, "agree"), ({"agree": "no", "version": version},
                          "agree"), ({"agree": "yes", "version": "1999-01-01"}, "agree"),
                          ({}, "agree")]:
        browser = Browser(stack)
        answer = browser.post("/terms", fields)
        assert answer.status_code == 422
        assert field in Page(answer.text).errors
        assert browser.cookie("session") is None
        goes_to(browser.ask_for_mail("without.consent@example.jp"), "/terms")
    assert not stack.mails("without.consent@example.jp")


def test_a_new_version_of_the_terms_is_asked_for_at_the_next_login(stack, doctor):
    stack.sql("UPDATE consents c JOIN accounts a ON a.id = c.account_id SET c.version = '1999'"
              f" WHERE a.email = '{doctor.email}'")
    browser = Browser(stack)
    goes_to(browser.log_in(doctor.login_id, doctor.password), "/terms")
    goes_to(browser.get("/mypage"), "/terms")
    goes_to(browser.agree(), "/mypage")
    assert browser.get("/mypage").status_code == 200


def test_both_addresses_must_be_the_same_address(stack):
    browser = Browser(stack)
    browser.agree()
    count = number()
    address, other = f"twice{count}@example.jp", f"other{count}@example.jp"
    keep(address, other)
    answer = browser.post("/email", {"email": address, "email_confirm": other})
    page = Page(answer.text)
    assert answer.status_code == 422 and set(page.errors) == {"email_confirm"}
    assert (page.fields["email"], page.fields["email_confirm"]) == ([address], [other])
    for bad in ["", "no-at-sign", "a@[127.0.0.1]", "a@b\r\nBcc: c@example.jp", "a" * 250 + "@b.jp"]:
        answer = browser.ask_for_mail(bad)
        assert answer.status_code == 422, bad
        assert "email" in Page(answer.text).errors
    stack.no_more_mail()
    assert not stack.mails(address) and not stack.mails(other)


@pytest.mark.parametrize("local", ["a..b{}", "a{}.", "o'hara{}"])
def test_addresses_that_people_have_get_their_mail(stack, local):
    person = Person()
    person.email = local.format(number()) + "@docomo.example.jp"
    person.register(Browser(stack))
    assert stack.mail(person.email, 2)


def test_the_confirmation_mail_says_what_one_needs(stack):
    person, browser = Person(), Browser(stack)
    token = person.open_form(browser)
    (mail,) = stack.mails(person.email)
    message = mail.message
    assert mail.subject.startswith("【会員情報システム】") or "会員情報システム" in mail.subject
    assert f"{stack.origin}/register?token={token}" in mail.body.splitlines()
    assert "24時間" in mail.body and "お心当たりのない場合" in mail.body
    assert "会員情報システム" in mail.body and "03-0000-0000" in mail.body
    assert message["From"].addresses[0].addr_spec == "noreply@localhost.example"
    assert "会員情報システム" in message["From"].addresses[0].display_name
    assert message["Reply-To"].addresses[0].addr_spec == "help@localhost.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    assert message["Date"].datetime.tzinfo is not None
    assert re.fullmatch(r"<[0-9a-f]{32}@localhost\.example>", mail.id)
    assert max(map(len, mail.raw.split(b"\n"))) <= 78
    assert len(token) >= 43, "256 bits"


def test_a_registered_address_learns_it_by_mail_only(stack, doctor):
    shown = []
    for address in [doctor.email, doctor.email.upper().replace("EXAMPLE.JP", "example.jp"),
                    Person().email]:
        browser = Browser(stack)
        goes_to(browser.agree(), "/email")
        stack.sql("DELETE FROM throttle_events")
        answer = goes_to(browser.ask_for_mail(address), "/email/sent")
        shown.append((answer.content, sorted(answer.headers)))
    assert shown[0] == shown[1] == shown[2]
    stack.no_more_mail()
    mail = stack.mail(doctor.email, 3)
    assert mail.token is None, "no URL that registers"
    assert "登録" in mail.body
    assert f"{stack.origin}/login" in mail.body and f"{stack.origin}/password/forgot" in mail.body


def test_mails_are_limited_by_address_and_nobody_is_told(stack):
    person, browser = Person(), Browser(stack)
    goes_to(browser.agree(), "/email")
    answers = [goes_to(browser.ask_for_mail(person.email), "/email/sent") for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    stack.no_more_mail()
    assert len(stack.mails(person.email)) == 1, "one a minute"
    for _ in range(6):
        stack.sql("UPDATE throttle_events SET at = at - INTERVAL 61 SECOND")
        goes_to(browser.ask_for_mail(person.email), "/email/sent")
    stack.no_more_mail()
    assert len(stack.mails(person.email)) == 5, "five an hour"
    # Which of them was asked for last does not follow from when they arrived.
    tokens = [mail.token for mail in stack.mails(person.email)]
    keep(*tokens)
    statuses = sorted(browser.get(f"/register?token={token}").status_code for token in tokens)
    assert statuses == [200, 410, 410, 410, 410], (
        "what was asked too often leaves the last mail's URL alone")


def test_mails_are_limited_by_client_address(stack):
    browser = Browser(stack)
    goes_to(browser.agree(), "/email")
    people = [Person() for _ in range(62)]
    for person in people:
        goes_to(browser.ask_for_mail(person.email), "/email/sent")
    stack.no_more_mail()
    assert sum(len(stack.mails(person.email)) for person in people) == 60


def test_a_second_mail_makes_the_first_url_void(stack):
    person, browser = member(stack)
    first = person.open_form(browser)
    person.email = Person().email
    second = person.ask(browser)
    answer = browser.get(f"/register?token={first}")
    assert answer.status_code == 410
    assert {"/login", "/terms"} <= Page(answer.text).links
    assert person.fill(browser, first).status_code == 410
    person.register(browser, second)


@pytest.mark.parametrize("field", sorted(RULES))
def test_registration_does_not_go_on_without_what_is_needed(stack, form, field):
    person, browser, token = form
    answer = person.fill(browser, token, **{field: ""})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert field in page.errors
    assert set(page.errors) <= {field, "password_confirm", "university_other"}
    assert page.title.startswith("エラー：") and page.summary
    typed = {**person.fields, field: "", "token": token}
    for name, value in typed.items():
        if not name.startswith("password"):
            values = value if isinstance(value, list) else [value]
            assert [text for text in page.fields[name] if text] == [v for v in values if v], name
    assert page.fields["password"] == page.fields["password_confirm"] == [""]
    goes_to(browser.get("/register/confirm"), "/terms")


@pytest.fixture(scope="module")
def form(stack):
    """An open registration form that is never completed."""
    person, browser = Person(), Browser(stack)
    return person, browser, person.open_form(browser)


def test_everything_wrong_is_told_at_once(form):
    person, browser, token = form
    page = Page(browser.post("/register", {"token": token}).text)
    assert RULES <= set(page.errors)


def test_a_part_of_a_name_comes_back_with_names_to_choose_from(form):
    person, browser, token = form
    page = Page(person.fill(browser, token, university="東京").text)
    assert set(page.errors) == {"university"}
    choices = [element[1]["value"] for element in page.all("input", type="radio")
               if element[1]["name"] == "university"]
    assert "東京大学" in choices and len(choices) > 3
    other = Browser(form[1].stack)
    goes_to(person.fill(other, token, university=["東京", "東京大学"]), "/register/confirm")
    assert "東京大学" in other.page("/register/confirm").words


def test_what_was_typed_is_never_markup(form):
    person, browser, token = form
    evil = '"><script>alert(1)</script><!--#include virtual="/parts/header.html" -->{token}'
    answer = person.fill(browser, token, address=evil, login_id=evil, society=[evil])
    assert answer.status_code == 422 and "<script>alert" not in answer.text
    page = Page(answer.text)
    assert page.fields["address"] == [evil] and page.fields["login_id"] == [evil]
    assert evil in page.fields["society"]


def test_correcting_shows_the_draft_to_its_own_browser_only(stack):
    person, browser = Person(), Browser(stack)
    token = person.open_form(browser)
    goes_to(person.fill(browser, token), "/register/confirm")
    goes_to(browser.post("/register/confirm", {"action": "back"}), "/register")
    form = browser.page("/register")
    assert form.fields["family_name"] == [person.fields["family_name"]]
    assert form.fields["birth_date"] in (["1963/04/01"], [person.fields["birth_date"]])
    assert [code for code in form.fields["specialty"] if code] == ["01", "02"]
    assert form.fields["password"] == [""]
    stranger = Browser(stack)
    opened = stranger.page(f"/register?token={token}")
    assert opened.fields["family_name"] == [""]
    goes_to(stranger.get("/register"), "/terms")
    goes_to(stranger.get("/register/confirm"), "/terms")
    goes_to(person.fill(browser, token, given_name="次郎"), "/register/confirm")
    assert "次郎" in browser.page("/register/confirm").words
    goes_to(browser.post("/register/confirm", {"action": "register"}), "/register/complete")


def test_two_confirm_posts_at_once_make_one_account_and_one_mail(stack):
    person, browser = Person(), Browser(stack)
    goes_to(person.fill(browser, person.open_form(browser)), "/register/confirm")
    draft = browser.cookie("draft")

    def confirm():
        own = Browser(stack)
        own.session.cookies.set("draft", draft)
        return own.post("/register/confirm", {"action": "register"})

    for answer in at_once([confirm] * 6):
        goes_to(answer, "/register/complete")
    goes_to(browser.post("/register/confirm", {"action": "register"}), "/register/complete")
    goes_to(browser.get("/register/confirm"), "/register/complete")
    stack.no_more_mail()
    assert len(stack.mails(person.email)) == 2, "the confirmation and one completion"
    assert stack.sql(f"SELECT COUNT(*) FROM accounts WHERE email = '{person.email}'") == [["1"]]
    goes_to(Browser(stack).log_in(person.login_id, person.password), "/mypage")


@pytest.mark.parametrize("field", ["login_id", "registry_number"])
def test_what_somebody_else_took_meanwhile_is_told(stack, field):
    first, second = Person(), Person()
    second.fields[field] = first.fields[field]
    one, other = Browser(stack), Browser(stack)
    goes_to(first.fill(one, first.open_form(one)), "/register/confirm")
    token = second.open_form(other)
    goes_to(second.fill(other, token), "/register/confirm")
    goes_to(one.post("/register/confirm", {"action": "register"}), "/register/complete")
    late = other.post("/register/confirm", {"action": "register"})
    assert late.status_code == 422 and Page(late.text).summary
    again = second.fill(other, token)
    assert again.status_code == 422 and field in Page(again.text).errors
    second.fields[field] = Person().fields[field]
    goes_to(second.fill(other, token), "/register/confirm")
    goes_to(other.post("/register/confirm", {"action": "register"}), "/register/complete")


def test_a_member_must_be_the_one_of_the_roll(stack):
    person, browser = member(stack)
    token = person.open_form(browser)
    for wrong in [{"registry_number": "799999"}, {"birth_date": "1970/01/01"}]:
        answer = person.fill(browser, token, **wrong)
        assert answer.status_code == 422
        assert "03-0000-0000" in answer.text, "the help line"
    person.register(browser, token)


def test_register_without_token_and_draft_leads_to_the_beginning(stack):
    person = Person()
    goes_to(Browser(stack).get("/register"), "/terms")
    goes_to(Browser(stack).post("/register", person.fields), "/terms")
    goes_to(Browser(stack).post("/register/confirm", {"action": "register"}), "/terms")


def test_an_inquiry_reaches_the_office_and_is_acknowledged(stack):
    person, browser = Person(), Browser(stack)
    fields = {"name": person.name, "email": person.email, "phone": "０３ー１２３４ー５６７８",
              "category": "postcard", "body": "ハガキが見当たりません。\r\n𠮷野家の隣です。"}
    before = len(stack.mails("office@localhost.example"))
    goes_to(browser.post("/inquiry", fields), "/inquiry/sent")
    office = stack.mail("office@localhost.example", before + 1)
    assert "𠮷野家の隣です。" in office.body and "03-1234-5678" in office.body
    receipt = stack.mail(person.email)
    assert "𠮷野家" not in receipt.body, "a stranger's words are not carried to an address"
    goes_to(browser.post("/inquiry", fields), "/inquiry/sent")
    stack.no_more_mail()
    assert len(stack.mails(person.email)) == 1
    assert stack.sql(
        f"SELECT COUNT(*) FROM inquiries WHERE email = '{person.email}'") == [["2"]], (
        "over the limit it is still kept for the office")
    page = Page(browser.post("/inquiry", {**fields, "name": "", "category": "x"}).text)
    assert set(page.errors) == {"name", "category"}
    assert page.fields["body"][0].replace("\r", "") == fields["body"].replace("\r", "")
