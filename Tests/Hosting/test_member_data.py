"""What is held about one person: shown as a whole, and erased without a trace.

Issue 6 item 8. A member leaves traces everywhere; then the whole database, every column of every
table, is searched for each of them.
"""

import json
import re
import subprocess
import urllib.parse

import pytest

from Stack.people import Browser, Person, goes_to, new_password, postcard
from Stack.stack import Stack, done


@pytest.fixture(scope="module")
def stack():
    with Stack() as running:
        yield running


def content(stack):
    """Every row of every table, texts in clear."""
    return subprocess.run(
        ["mariadb-dump", "--no-defaults", f"--socket={stack.folder}/sockets/mariadb.sock",
         "--user=root", "--hex-blob", "--no-create-info", "--skip-comments", "--complete-insert",
         "mamis"], check=True, capture_output=True).stdout.decode()


def found(stack, texts):
    """Which of these texts stand in the database, as they are or as a form sends them."""
    everything = content(stack)
    # Six digits also stand in postal codes and hashes.
    ends = {text: r"(?<![0-9A-Za-z]){}(?![0-9A-Za-z])" if text.isdigit() else "{}"
            for text in texts}
    return {text for text, end in ends.items()
            if any(re.search(end.format(re.escape(form)), everything)
                   for form in (text, urllib.parse.quote(text, safe="")))}


class Traces:
    """A member who does all that a member can, and the texts that tell of it."""

    def __init__(self, stack):
        self.stack = stack
        self.office = Browser(stack)
        goes_to(self.office.log_in(*stack.demo("secretariat")), "/secretariat")
        self.roll = {
            "family_name": "蓬莱谷", "given_name": "籠子", "family_name_kana": "ホウライダニ",
            "given_name_kana": "カゴコ", "registry_number": "860412", "birth_date": "1971-02-03",
            "postal_code": "098-6759", "prefecture": "北海道", "address": "稚内市宗谷岬九番",
            "email": "list.kagoko@example.jp"}
        self.number, first_id, first_password = postcard(stack, **self.roll)
        self.browser = Browser(stack)
        # An inquiry before there is an account, under the address of later.
        self.address = "kagoko@example.jp"
        self.inquire(Browser(stack), "受付前の蓬莱谷です")
        self.person = Person(
            family_name="蓬莱谷", given_name="籠子", family_name_kana="ホウライダニ",
            given_name_kana="カゴコ", former_family_name="旧簑島",
            former_family_name_kana="キュウミノシマ", registry_number="860412",
            birth_date="1971-02-03", postal_code="098-6758", prefecture="北海道",
            address="稚内市大沼拾番", mobile_phone="090-8642-1357", phone="0162-97-5310",
            fax="0162-97-5311", sex="female", university="", university_other="宗谷海外医科大学",
            graduation_date="1996-03", graduate_department="極北内科学", society_other="宗谷学会")
        self.person.email = self.address
        self.abandon_a_draft()
        goes_to(self.browser.log_in(first_id, first_password), "/terms")
        self.person.register(self.browser)
        self.password = self.person.password
        self.browser = Browser(stack)
        Browser(stack).log_in(self.person.login_id, "wrong!pass1")
        goes_to(self.browser.log_in(self.person.login_id, self.password), "/mypage")
        self.change_profile()
        self.new_address = "kagoko.new@example.jp"
        self.change_address()
        self.reset_password()
        self.inquire(self.browser, "登録後の籠子です")
        self.answer_all()
        self.be_listed_again()
        self.set_up_second_factor()
        self.be_looked_at()
        stack.no_more_mail()

    @property
    def account(self):
        ((account,),) = self.stack.sql(
            f"SELECT id FROM accounts WHERE number = '{self.number}'")
        return account

    @property
    def texts(self):
        """What must be gone. The name of a university or a department is nobody's."""
        return {
            self.number, self.person.login_id, self.person.login_id.lower(), self.address,
            self.new_address, "list.kagoko@example.jp", "afterwards.kagoko@example.jp",
            "蓬莱谷", "籠子", "ホウライダニ", "カゴコ", "旧簑島", "キュウミノシマ", "860412",
            "1971-02-03", "098-6759", "098-6758", "稚内市宗谷岬九番", "稚内市大沼拾番",
            "稚内市声問拾壱番", "090-8642-1357", "0162-97-5310", "0162-97-5311", "宗谷海外医科大学",
            "極北内科学", "宗谷学会", "お答えします籠子様", "電話した蓬莱谷氏", self.browser.address}

    def inquire(self, browser, body):
        goes_to(browser.post("/inquiry", {
            "name": "蓬莱谷 籠子", "email": self.address, "phone": "0162-97-5310",
            "category": "other", "body": body}), "/inquiry/sent")

    def abandon_a_draft(self):
        """Begun as somebody without a postcard, from another browser and address."""
        browser = Browser(self.stack)
        goes_to(browser.agree(), "/email")
        address = self.person.email
        self.person.email = "afterwards.kagoko@example.jp"
        token = self.person.ask(browser)
        goes_to(self.person.fill(browser, token), "/register/confirm")
        self.person.email = address

    def change_profile(self):
        fields = self.browser.page("/mypage/profile").fields
        goes_to(self.browser.post("/mypage/profile", {**fields, "address": "稚内市声問拾壱番"}),
                "/mypage")

    def change_address(self):
        asked = self.browser.post("/mypage/email", {
            "email": self.new_address, "email_confirm": self.new_address,
            "current_password": self.password})
        goes_to(asked, "/mypage/email")
        token = self.stack.mail(self.new_address).token
        goes_to(Browser(self.stack).post(
            "/mypage/email", {"token": token, "current_password": self.password}), "/mypage")

    def reset_password(self):
        goes_to(Browser(self.stack).post("/password/forgot", {
            "email": self.new_address, "login_id": self.person.login_id}), "/password/sent")
        token = next(mail.token for mail in reversed(self._mails("再設定")) if mail.token)
        self.password = new_password()
        goes_to(Browser(self.stack).post("/password/reset", {
            "token": token, "password": self.password, "password_confirm": self.password}),
            "/password/complete")
        self.browser = Browser(self.stack)
        goes_to(self.browser.log_in(self.person.login_id, self.password), "/mypage")

    def _mails(self, words):
        self.stack.no_more_mail()
        return [mail for mail in self.stack.mails(self.new_address) if words in mail.subject]

    def answer_all(self):
        numbers = self.stack.sql("SELECT id FROM inquiries WHERE name = '蓬莱谷 籠子'")
        assert len(numbers) == 2
        for (number,) in numbers:
            at = f"/secretariat/inquiries/{number}"
            version = self.office.page(at).fields["version"][0]
            goes_to(self.office.post(at, {
                "action": "answer", "answer": "お答えします籠子様", "version": version}), at)
            version = self.office.page(at).fields["version"][0]
            goes_to(self.office.post(at, {
                "action": "keep", "note": "電話した蓬莱谷氏", "new_state": "closed",
                "new_category": "other", "version": version}), at)

    def be_listed_again(self):
        """Somebody uploads a list with the member on it, and has not said what to do with it."""
        names = ["member_number", *self.roll]
        values = [self.number, *{**self.roll, "given_name": "籠子郎"}.values()]
        text = ",".join(names) + "\n" + ",".join(values) + "\n"
        answer = self.office.post("/secretariat/import", None, files={
            "file": ("list.csv", text.encode(), "text/csv")})
        assert answer.status_code == 303, answer.text
        assert self.stack.sql("SELECT COUNT(*) FROM import_lines") != [["0"]]

    def set_up_second_factor(self):
        self.stack.sql(
            "INSERT INTO second_factors (account_id, secret, confirmed_at) VALUES"
            f" ({self.account}, REPEAT('x', 20), NOW());"
            "INSERT INTO recovery_codes (account_id, code_hash, created_at) VALUES"
            f" ({self.account}, REPEAT('y', 32), NOW())")

    def be_looked_at(self):
        assert self.office.get(f"/secretariat/members/{self.number}").status_code == 200


@pytest.fixture(scope="module")
def traces(stack):
    return Traces(stack)


@pytest.fixture(scope="module")
def neighbour(stack):
    """Somebody else, whose name begins like the member's."""
    person = Person(family_name="蓬莱島", given_name="隣人").register(Browser(stack))
    goes_to(Browser(stack).post("/inquiry", {
        "name": "蓬莱島 隣人", "email": person.email, "category": "other", "body": "隣人です"}),
        "/inquiry/sent")
    return person


def test_a_persons_data_is_shown_as_a_whole_and_without_secrets(stack, traces, neighbour):
    before = stack.sql("SELECT COUNT(*) FROM audit WHERE action = 'member.disclosed'")
    for name in (traces.number, traces.person.login_id):
        shown = done(stack.mamis("member", "export", name))
        data = json.loads(shown)
    assert data["accounts"][0]["number"] == traces.number
    assert data["roll"][0]["address"] == "稚内市宗谷岬九番"
    assert data["profiles"][0]["address"] == "稚内市声問拾壱番"
    filled = {name for name, rows in data.items() if rows}
    # A table that the person left a trace in is a table that is shown.
    assert set(data) - filled == {"profile_societies"} - filled
    assert len(data["inquiries"]) == 2 and len(data["inquiry_entries"]) >= 4
    kinds = {mail["kind"] for mail in data["outbox"]}
    assert {"registration", "registered", "inquiry_received", "inquiry_for_office",
            "inquiry_answer", "address_changed", "password_changed"} <= kinds
    assert any(change["field"] == "email" for change in data["changes"])
    for text in traces.texts - {traces.person.login_id.lower()}:
        assert text in shown or urllib.parse.quote(text, safe="") in shown, text
    ((password, token),) = stack.sql(
        "SELECT password_hash, HEX((SELECT token_hash FROM sessions WHERE account_id = a.id"
        f" LIMIT 1)) FROM accounts a WHERE id = {traces.account}")
    for secret in (password, token, token.lower(), "x" * 20, "argon2", neighbour.email, "隣人"):
        assert secret not in shown
    after = stack.sql("SELECT COUNT(*) FROM audit WHERE action = 'member.disclosed'")
    assert int(after[0][0]) == int(before[0][0]) + 2


def test_nothing_of_an_erased_person_is_left_in_any_column(stack, traces, neighbour):
    texts = traces.texts
    assert found(stack, texts) == texts
    others = {neighbour.email, neighbour.login_id, "隣人"}
    account = traces.account
    unrelated = {number for (number,) in stack.sql(
        "SELECT id FROM outbox WHERE recipient NOT LIKE '%kagoko%' AND body NOT LIKE '%籠子%'")}

    # Nobody is erased by mistake.
    refused = stack.mamis("member", "erase", traces.number, stdin="\n")
    assert refused.returncode != 0 and "nothing was erased" in refused.stderr
    assert "profiles: 1" in refused.stdout and "蓬莱谷 籠子" in refused.stdout
    assert found(stack, texts) == texts

    lines = stack.sql("SELECT COUNT(*) FROM audit")
    told = done(stack.mamis("member", "erase", traces.number, stdin=traces.number + "\n"),
                f"erased account {account}")
    for table in ("accounts", "profiles", "roll", "outbox", "inquiries", "inquiry_entries",
                  "drafts", "tokens", "sessions", "consents", "changes", "logins", "postcards",
                  "name_keys", "import_lines", "second_factors", "recovery_codes"):
        assert f"  {table}: " in told.rpartition("to erase it for good:")[2], table
    assert found(stack, texts) == set()
    assert found(stack, others) == others
    assert unrelated == {number for (number,) in stack.sql("SELECT id FROM outbox")}

    # What happened is still told, of somebody without a name.
    assert stack.sql("SELECT COUNT(*) FROM audit") == [[str(int(lines[0][0]) + 1)]]
    actions = {action for (action,) in stack.sql(
        f"SELECT action FROM audit WHERE subject_id = {account}")}
    assert {"registration.completed", "email.changed", "member.viewed", "member.erased"} <= actions
    assert stack.sql(f"SELECT COUNT(*) FROM audit WHERE actor_id = {account}"
                     " AND client_address <> ''") == [["0"]]
    assert traces.office.get("/secretariat/audit").status_code == 200

    # Once more changes nothing, and the person is a stranger at the door.
    assert "nothing was erased" in done(stack.mamis("member", "erase", traces.number, "--yes"))
    answer = Browser(stack).log_in(traces.person.login_id, traces.password)
    assert answer.status_code == 422
    assert traces.browser.get("/mypage").headers["Location"] == "/login"


def test_what_an_erased_person_had_is_free_again(stack):
    first = Person().register(Browser(stack))
    done(stack.mamis("member", "erase", first.login_id, "--yes"))
    second = Person(**{**first.fields})
    second.email, second.login_id = first.email, first.login_id
    # The limit on mails to one address is gone with the person as well.
    second.register(Browser(stack))
    goes_to(Browser(stack).log_in(first.login_id, first.password), "/mypage")


def test_an_address_of_two_tells_of_neither(stack):
    shared = "hospital@example.jp"
    (one, *_), (two, *_) = postcard(stack, email=shared), postcard(stack, email=shared)
    goes_to(Browser(stack).post("/inquiry", {
        "name": "病院", "email": shared, "category": "other", "body": "病院からです"}),
        "/inquiry/sent")
    done(stack.mamis("member", "erase", one, "--yes"))
    assert found(stack, {"病院からです", shared, two}) == {"病院からです", shared, two}
    assert found(stack, {one}) == set()


def test_staff_are_neither_shown_nor_erased(stack):
    login_id, _ = stack.demo("secretariat")
    for command in (["export", login_id], ["erase", login_id, "--yes"]):
        refused = stack.mamis("member", *command)
        assert refused.returncode != 0 and "staff account" in refused.stderr
    refused = stack.mamis("member", "export", "nobody-here")
    assert refused.returncode != 0 and "nobody has" in refused.stderr
