"""The admins' command line: screens.md §6."""

import os
import re
import shutil
import signal
import stat
import subprocess

import pytest

from .people import Browser, Person, goes_to, keep, new_password, number, postcard
from .stack import BIN_DIR, REPOSITORY, done, until

COLUMNS = ("member_number,family_name,given_name,family_name_kana,given_name_kana,"
           "registry_number,birth_date,postal_code,prefecture,address,email")


def test_migrating_again_changes_nothing(stack):
    before = stack.sql("CHECKSUM TABLE schema_migrations")
    assert stack.sql("SELECT COUNT(*) FROM schema_migrations") == [
        [str(len(list((REPOSITORY / "sql").glob("[0-9]*.sql"))))]]
    done(stack.mamis("migrate"), "up to date")
    assert stack.sql("CHECKSUM TABLE schema_migrations") == before


def test_a_migration_that_was_changed_later_is_refused(stack, tmp_path):
    for path in (REPOSITORY / "sql").glob("*.sql"):
        (tmp_path / path.name).write_text(path.read_text())
    with (tmp_path / "001_accounts.sql").open("a") as file:
        file.write("-- changed\n")
    refused = stack.mamis("migrate", SQL_DIR=str(tmp_path))
    assert refused.returncode != 0
    assert "001_accounts.sql" in refused.stderr + refused.stdout


@pytest.fixture
def www(tmp_path):
    """The pages, all of the same age: a checkout makes some older than their parts."""
    copy = tmp_path / "www"
    shutil.copytree(REPOSITORY / "www", copy)
    for path in copy.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return copy


def test_all_is_in_order(stack, www):
    done(stack.mamis("check", WWW_DIR=str(www)), "all is in order")


def test_what_is_not_in_order_is_told(stack, www, tmp_path):
    os.utime(www / "parts/header.html")
    refused = stack.mamis("check", WWW_DIR=str(www))
    assert refused.returncode == 1 and "inquiry.html: a part was changed later" in refused.stdout
    page = www / "login.html"
    page.write_text(page.read_text().replace('name="password"', 'name="pass_word"'))
    refused = stack.mamis("check", WWW_DIR=str(www))
    told = refused.stdout + refused.stderr
    assert refused.returncode == 1
    assert re.search(r"login\.html:\d+: ", told) and "pass_word" in told
    assert "login: does not start" in told

    refused = stack.mamis("check", DB_OPTION_FILE="/nowhere/my.cnf")
    assert refused.returncode == 1 and "database: cannot read /nowhere/my.cnf" in refused.stdout
    settings = tmp_path / "mamis.env"
    settings.write_text((stack.folder / "mamis.env").read_text() + "MAIL_FORM=x\n")
    refused = stack.mamis("check", MAMIS_ENV_FILE=str(settings))
    assert refused.returncode == 1 and "MAIL_FORM" in refused.stdout


@pytest.mark.parametrize("line", ["BASE_URL=localhost", "BASE_URL=", "PASSWORD_POLICY=none",
                                  "SESSION_SECONDS=soon", "no equals sign"])
def test_a_setting_that_makes_no_sense_is_refused(stack, tmp_path, line):
    settings = tmp_path / "mamis.env"
    settings.write_text((stack.folder / "mamis.env").read_text() + line + "\n")
    refused = stack.mamis("migrate", MAMIS_ENV_FILE=str(settings))
    assert refused.returncode != 0
    assert line.split("=")[0] in refused.stderr or "not KEY=value" in refused.stderr


def test_masters_can_be_imported_again(stack):
    out = done(stack.mamis("masters", "import", REPOSITORY / "sql/masters"))
    counts = dict(re.findall(r"(\w+): (\d+) rows", out))
    assert (counts["prefectures"], counts["specialties"]) == ("47", "43")
    assert int(counts["postalCodes"]) > 120_000
    assert int(stack.sql("SELECT COUNT(*) FROM postal_codes")[0][0]) == int(counts["postalCodes"])


def test_masters_that_cannot_be_read_change_nothing(stack, tmp_path):
    before = stack.sql("CHECKSUM TABLE universities, societies, postal_codes")
    (tmp_path / "universities.csv").write_text('code,name\n"001')
    assert stack.mamis("masters", "import", tmp_path).returncode != 0
    assert stack.mamis("masters", "import", "/nowhere").returncode != 0
    assert stack.sql("CHECKSUM TABLE universities, societies, postal_codes") == before


@pytest.mark.parametrize("form", ["utf-8", "utf-8-sig", "cp932", "cp932 as Excel saves it"])
def test_members_come_from_any_office_file(stack, tmp_path, form):
    count = number()
    text = f"{COLUMNS}\n7{count:05d},髙﨑,一郎,ﾀｶｻｷ,ｲﾁﾛｳ,{count:06d},S40.1.1,1138621,東京都,駒込1,\n"
    if form.endswith("saves it"):
        text = text.replace("\n", "\r\n")
    path = tmp_path / "members.csv"
    path.write_bytes(text.encode(form.split(" ")[0]))
    done(stack.mamis("members", "import", path), "added 1, changed 0, unchanged 0")
    done(stack.mamis("members", "import", path), "added 0, changed 0, unchanged 1")
    path.write_bytes(path.read_bytes().replace(b"1138621", b"113-8622"))
    done(stack.mamis("members", "import", path), "added 0, changed 1, unchanged 0")
    (row,) = stack.sql("SELECT family_name, family_name_kana, birth_date, postal_code FROM roll r"
                       f" JOIN accounts a ON a.id = r.account_id WHERE number = '7{count:05d}'")
    assert row == ["髙﨑", "タカサキ", "1965-01-01", "113-8622"]


@pytest.mark.parametrize("line, told", [
    (",日医,太郎,,,,,,,,", "会員番号"),
    ("7{n},,太郎,,,,,,,,", "姓"),
    ("7{n},日医,太郎,,,12,1975-02-30,,,,", "生年月日"),
    ("7{n},日医,太郎,,,abcdef,,,,,", "医籍登録番号"),
    ("7{n},日医,太郎,,,,,12,,,", "郵便番号"),
    ("7{n},日医,太郎,,,,,,東京,,", "都道府県"),
    ("7{n},日医,太郎,,,,,,,,no-mail", "メールアドレス"),
    ("D{n},日医,太郎,,,,,,,,", "会員番号"),
    ("7{n},日医,太郎,,,,,,,,\n7{n},日医,次郎,,,,,,,,", "会員番号が2行目と同じ"),
])
def test_a_file_with_a_mistake_changes_nothing(stack, tmp_path, line, told):
    count = f"{number():05d}"
    path = tmp_path / "members.csv"
    path.write_text(f"{COLUMNS}\n{line.format(n=count)}\n7{number():05d},正,人,,,,,,,,\n")
    before = stack.sql("SELECT COUNT(*) FROM accounts")
    refused = stack.mamis("members", "import", path)
    assert refused.returncode == 1
    assert re.search(rf"members\.csv:[23]: .*{told}", refused.stdout), refused.stdout
    assert stack.sql("SELECT COUNT(*) FROM accounts") == before


@pytest.mark.parametrize("content", [
    b"", b"\xff\xfe\x00", b"name\nx\n", (COLUMNS + "\n\"open quote").encode(),
    ("\u0000" + COLUMNS).encode(),
], ids=["empty", "not text", "other columns", "open quote", "NUL"])
def test_what_is_no_list_of_members_is_refused(stack, tmp_path, content):
    path = tmp_path / "members.csv"
    path.write_bytes(content)
    refused = stack.mamis("members", "import", path)
    assert refused.returncode != 0 and refused.stderr.strip()
    assert stack.mamis("members", "import", tmp_path / "nothing.csv").returncode != 0


def test_postcards_are_issued_to_whoever_is_not_registered(stack, doctor):
    member, login_id, password = postcard(
        stack, postal_code="113-8621", prefecture="東京都", address="文京区本駒込2-28-16, 3階")
    out = done(stack.mamis("credentials", "issue", "--unregistered", "--format", "csv"))
    lines = out.splitlines()
    assert lines[0] == ("member_number,family_name,given_name,postal_code,prefecture,address,"
                        "login_id,password")
    (line,) = [line for line in lines if line.startswith(f"{member},")]
    assert line.startswith(
        f'{member},騨見山,太郎,113-8621,東京都,"文京区本駒込2-28-16, 3階",')
    assert not any(line.startswith("900002,") for line in lines), "registered"
    for other in lines[1:]:
        keep(*other.split(",")[-2:])
    goes_to(Browser(stack).log_in(*line.split(",")[-2:]), "/terms")
    assert Browser(stack).log_in(login_id, password).status_code == 422, "the old one is void"
    assert stack.mamis("credentials", "issue", "--member", "900002").returncode == 1
    assert stack.mamis("credentials", "issue", "--member", "nobody").returncode == 1
    assert stack.mamis("credentials", "issue").returncode != 0


@pytest.mark.parametrize("login_id, password, told", [
    ("weakoffice1", "short1!", "8文字以上"), ("weakoffice2", "password1!", "パスワード"),
    ("weakoffice3", "weakoffice3!", "パスワード"), ("weakoffice4", "", "パスワード"),
    ("weakoffice5", "ｋｘ７！ａｂｃｄｅｆ", "パスワード"), ("short", "Kx7!fine-and-long", "8文字以上"),
    ("demooffice", "Kx7!fine-and-long", "ログインID"), ("DemoOffice", "Kx7!fine-and-long", "ログインID"),
])
def test_staff_get_no_weak_password_and_no_taken_id(stack, login_id, password, told):
    before = stack.sql("SELECT COUNT(*) FROM accounts")
    refused = stack.mamis("staff", "add", login_id, "--name", "事務局 次郎", stdin=password + "\n")
    assert refused.returncode != 0 and told in refused.stderr
    assert stack.sql("SELECT COUNT(*) FROM accounts") == before


@pytest.mark.parametrize("kind", ["secretariat", "administrator"])
def test_staff_sign_in_with_what_was_set(stack, kind):
    login_id, password = f"Office{number():05d}", new_password()
    options = ["--administrator"] if kind == "administrator" else []
    done(stack.mamis("staff", "add", login_id, "--name", "事務局 三郎", *options, stdin=password))
    browser = Browser(stack)
    goes_to(browser.log_in(login_id, password), "/secretariat")
    assert "事務局 三郎" in browser.page("/secretariat").words
    assert stack.sql(f"SELECT kind FROM accounts WHERE login_id = '{login_id}'") == [[kind]]


def test_help_is_there_and_a_wrong_call_is_64(stack):
    for words in [["--help"], ["members", "import", "--help"], ["help", "mail"]]:
        assert "USAGE:" in done(stack.mamis(*words))
    for words in [["nothing"], ["staff", "add"], ["mail", "retry", "x"]]:
        assert stack.mamis(*words).returncode == 64


class Mailers:
    """Mailers of our own in place of the stack's, with a mail system of our own."""

    def __init__(self, stack, folder):
        self.stack, self.folder, self.running = stack, folder, []
        self.script = folder / "sendmail"
        (folder / "mails").mkdir()

    def says(self, lines):
        """What the mail system does with a mail on its standard input."""
        new = self.folder / "sendmail.new"
        new.write_text(f"#!/bin/sh\n{lines}\n")
        new.chmod(0o700)
        new.rename(self.script)

    def takes(self):
        self.says(f'echo "$*" >>{self.folder}/arguments\n'
                  f'cat >"$(mktemp {self.folder}/mails/XXXXXXXXXX)"')

    def start(self, count=1, **settings):
        variables = self.stack.variables(
            DB_GROUP="mamis-mailer", MAIL_DELIVERY=f"sendmail:{self.script}",
            MAIL_POLL_MILLISECONDS="20", **settings)
        for _ in range(count):
            with (self.folder / "mailer.log").open("ab") as log:
                self.running.append(subprocess.Popen(
                    [BIN_DIR / "mailer"], env=variables, stderr=log, stdin=subprocess.DEVNULL))

    def stop(self):
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            assert process.wait(15) == 0, "SIGTERM ends a mailer in good order"
        self.running = []

    def ids(self):
        mails = [path.read_bytes() for path in (self.folder / "mails").iterdir()]
        return [re.search(rb"^Message-ID: (\S+)$", mail, re.MULTILINE)[1] for mail in mails]


@pytest.fixture
def mailers(stack, tmp_path):
    stack.no_more_mail()
    stack.control("stop", "mailer")
    own = Mailers(stack, tmp_path)
    yield own
    own.stop()
    stack.control("start", "mailer")


def ask(stack, count):
    """So many inquiries, each from a person of its own: one mail to each and one to the office."""
    people = [Person() for _ in range(count)]
    browser = Browser(stack)
    for person in people:
        goes_to(browser.post("/inquiry", {
            "name": person.name, "email": person.email, "category": "other",
            "body": "営業時間を教えてください。"}), "/inquiry/sent")
    return people


def test_mailers_at_once_send_each_mail_once(stack, mailers):
    people = ask(stack, 40)
    mailers.takes()
    mailers.start(3)
    stack.no_more_mail()
    mailers.stop()
    ids = mailers.ids()
    assert len(ids) == len(set(ids)) == 80
    log = (mailers.folder / "mailer.log").read_text()
    assert log.count("mail_sent") == 80
    assert not any(person.email in log for person in people)
    (arguments,) = set(
        line.rsplit(" -- ", 1)[0]
        for line in (mailers.folder / "arguments").read_text().splitlines())
    assert arguments == "-i -f noreply@localhost.example"


def test_mail_that_is_refused_is_tried_again_abandoned_listed_and_retried(stack, mailers):
    (person,) = ask(stack, 1)
    mailers.says("cat >/dev/null; exit 75")
    mailers.start(MAIL_RETRY_SECONDS="1,1")
    until(lambda: stack.sql(
        "SELECT DISTINCT state, attempts FROM outbox WHERE created_at > NOW() - INTERVAL 1 MINUTE"
        f" AND recipient = '{person.email}'") == [["abandoned", "3"]])
    stack.no_more_mail()
    mailers.stop()
    listed = done(stack.mamis("mail", "list"))
    lines = [line.split("\t") for line in listed.splitlines()[1:]]
    assert [line[1:4] for line in lines] == [
        ["inquiry_for_office", "abandoned", "3"], ["inquiry_received", "abandoned", "3"]]
    assert all("75" in line[5] for line in lines)
    assert person.email not in listed, "no address"
    page = Browser(stack)
    page.log_in(*stack.demo("secretariat"))
    assert "送信できなかったメール" in page.page("/secretariat").words
    done(stack.mamis("mail", "retry", lines[0][0]), "1 will be sent again")
    done(stack.mamis("mail", "retry"), "1 will be sent again")
    mailers.takes()
    mailers.start()
    stack.no_more_mail()
    assert len(set(mailers.ids())) == 2
    assert done(stack.mamis("mail", "list")).count("\n") == 1
    assert "\tsent\t" in done(stack.mamis("mail", "list", "--all"))


def test_a_mail_system_that_hangs_or_is_missing_loses_nothing(stack, mailers):
    (person,) = ask(stack, 1)
    mailers.says("sleep 60")
    mailers.start(MAIL_LEASE_SECONDS="2", MAIL_RETRY_SECONDS="1,1,1,1,1,1,1,1,1")
    until(lambda: "mail_refused" in (mailers.folder / "mailer.log").read_text())
    mailers.script.unlink()
    until(lambda: (mailers.folder / "mailer.log").read_text().count("mail_refused") > 3)
    mailers.takes()
    stack.no_more_mail()
    assert len(mailers.ids()) == len(set(mailers.ids())) == 2
    assert not re.search(r"mail_abandoned", (mailers.folder / "mailer.log").read_text())


def test_a_sent_mails_token_is_erased(stack):
    person, browser = Person(), Browser(stack)
    person.open_form(browser)
    stack.no_more_mail()
    (row,) = stack.sql("SELECT state, token IS NULL, body LIKE '%{token}%' FROM outbox"
                       f" WHERE recipient = '{person.email}'")
    assert row == ["sent", "1", "1"]


def test_what_holds_passwords_is_its_owners_alone(stack):
    for name in ["mamis.env", "my.cnf", "demo.txt", "mail", "database", "sockets", "log"]:
        mode = stat.S_IMODE(os.stat(stack.folder / name).st_mode)
        assert mode & 0o077 == 0, name
