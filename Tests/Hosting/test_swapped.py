"""Screens replaced by programs of somebody else: docs/replacing-a-screen.md, done to the letter.

`inquiry` in PHP behind PHP-FPM and `terms` in Python behind fcgiwrap take their places by an edit
of one line of nginx/handlers.conf, and give them back by the same edit."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

from Stack.page import Page
from Stack.people import SECRETS, VERSION, Browser, Person, goes_to, keep, number, postcard
from Stack.stack import HANDLERS, REPOSITORY, Stack, until

SWAPPED = pathlib.Path(__file__).resolve().parent / "swapped"
OWN_LINES = {
    "inquiry": "{ set $handler inquiry;     include mamis/form.conf; }",
    "terms": "{ set $handler terms;       include mamis/form.conf; }",
}


class Site:
    """A stack with nginx files of its own, and the two programs beside it."""

    def __init__(self, stack):
        self.stack = stack
        self.folder = stack.folder
        self.screens = self.folder / "screens"
        self.options = self.folder / "screens.cnf"
        self.processes = []
        shutil.copytree(SWAPPED, self.screens)
        # scripts/run links to the repository's files; an installation has a copy in /etc/nginx.
        link = self.folder / "nginx/mamis"
        link.unlink()
        shutil.copytree(REPOSITORY / "nginx", link)
        self.handlers = link / "handlers.conf"
        self.untouched = self.handlers.read_text()
        self.make_user("mamis_inquiry_php", "mamis-inquiry-php", "inquiry.sql")
        self.make_user("mamis_terms_py", "mamis-terms-py", "terms.sql")
        self.start_php()
        self.start_python(self.screens, "terms-py")

    def make_user(self, user, group, grants):
        """A database user with the rights of its file and no other."""
        socket = self.folder / "sockets/mariadb.sock"
        subprocess.run([REPOSITORY / "scripts/database", "user", socket, user, "mamis",
                        self.options, group], check=True, timeout=60)
        self.stack.sql((SWAPPED / grants).read_text())

    def start(self, arguments, log, **environment):
        with (self.folder / "log" / log).open("ab") as output:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *arguments], stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, env={**os.environ, **environment})
        self.processes.append(process)
        return process

    def start_php(self):
        program = sorted(pathlib.Path("/usr/sbin").glob("php-fpm*"))[-1]
        user, group = (subprocess.run(["id", flag, "-n"], capture_output=True, text=True).stdout
                       for flag in ("-u", "-g"))
        text = (SWAPPED / "php-fpm.conf").read_text()
        for word, value in {
                "@RUN@/php": f"{self.folder}/log/php", "@RUN@": f"{self.folder}/sockets",
                "@USER@": user.strip(), "@GROUP@": group.strip(),
                "@ENV@": f"{self.folder}/mamis.env", "@OPTIONS@": str(self.options)}.items():
            text = text.replace(word, value)
        (self.folder / "php-fpm.conf").write_text(text)
        # -R: where the tests run as root, there is no other user who may enter their folder.
        self.start([program, "-F", "-R", "-y", self.folder / "php-fpm.conf"], "php-fpm.out")
        self.wait_for("inquiry-php")

    def start_python(self, folder, name):
        """The scripts of a folder behind a socket of this name."""
        path = self.folder / f"sockets/{name}.sock"
        process = self.start(
            ["fcgiwrap", "-c", "2", "-s", f"unix:{path}"], "terms-py.out",
            MAMIS_ENV_FILE=str(self.folder / "mamis.env"), DB_OPTION_FILE=str(self.options),
            DB_GROUP="mamis-terms-py", PYTHONDONTWRITEBYTECODE="1")
        self.wait_for(name)
        return process

    def wait_for(self, name):
        until(lambda: (self.folder / f"sockets/{name}.sock").exists(), what=name)

    def swap(self, screen, name=None, script=None):
        """Edits one line of handlers.conf and reloads; without a name, back to our own."""
        old = re.search(rf"^location = /{screen} .*$", self.handlers.read_text(), re.MULTILINE)[0]
        braces = OWN_LINES[screen] if name is None else (
            f"{{ set $handler {name}; set $script {script}; include mamis/form.conf; }}")
        new = re.sub(r"\{.*\}", lambda _: braces, old)
        text = self.handlers.read_text()
        self.handlers.write_text(text.replace(old, new))
        if new == old:
            return
        assert sum(a != b for a, b in zip(text.splitlines(),
                                          self.handlers.read_text().splitlines())) == 1
        nginx = ["nginx", "-p", self.folder / "nginx", "-c", self.folder / "nginx/nginx.conf",
                 "-e", self.folder / "log/nginx.log"]
        before = self.workers()
        subprocess.run([*nginx, "-q", "-t"], check=True, timeout=60)
        subprocess.run([*nginx, "-s", "reload"], check=True, timeout=60)
        until(lambda: self.workers() and not before & self.workers(), 40, "new workers")

    def workers(self):
        master = (self.folder / "nginx/nginx.pid").read_text().strip()
        children = pathlib.Path(f"/proc/{master}/task/{master}/children").read_text()
        return set(children.split())

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(20)


@pytest.fixture(scope="module")
def site():
    with Stack() as stack:
        made = None
        try:
            made = Site(stack)
            yield made
        finally:
            if made:
                made.stop()


@pytest.fixture(scope="module")
def stack(site):
    return site.stack


@pytest.fixture
def php(site):
    site.swap("inquiry", "inquiry-php", site.screens / "inquiry.php")
    yield site
    site.swap("inquiry")


@pytest.fixture
def python(site):
    site.swap("terms", "terms-py", site.screens / "terms.py")
    yield site
    site.swap("terms")


@pytest.fixture
def browser(stack):
    return Browser(stack)


def backends(stack, path):
    """Who answered the POSTs of an address, in their order."""
    lines = (stack.folder / "log/access.log").read_text().splitlines()
    return [re.search(r'handler="([^"]*)"', line)[1] for line in lines
            if f'method=POST path="{path}"' in line]


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
    assert backends(stack, "/terms")[-1] == "terms-py"
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
    assert backends(stack, "/terms")[-2:] == ["terms-py", "terms"]
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
    assert backends(stack, "/inquiry")[-1] == "inquiry-php"
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
    assert backends(stack, "/inquiry")[-2:] == ["inquiry-php", "inquiry"]
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


# mamis check --screen.


def check(stack, screen, *more):
    """The exit status, and the rules that are not kept."""
    result = stack.mamis("check", "--screen", screen, *more)
    assert result.stderr == "", result.stderr
    return result.returncode, re.findall(r"^not  (.*)$", result.stdout, re.MULTILINE)


PEOPLE = ["accounts", "sessions", "consents", "profiles", "staff", "tokens", "inquiries"]


def rows(stack):
    return [stack.sql(f"SELECT COUNT(*) FROM {table}") for table in PEOPLE]


@pytest.mark.parametrize("screen", HANDLERS)
def test_each_of_our_own_programs_keeps_the_contract(stack, screen):
    before = rows(stack)
    socket = f"unix:{stack.folder}/sockets/{screen}.sock"
    mailbox = f"checked{number()}@example.jp"
    assert check(stack, screen, "--at", socket) == (0, [])
    assert check(stack, screen, "--at", socket, "--good", mailbox) == (0, [])
    assert check(stack, screen, "--good", mailbox) == (0, []), "through the site"
    assert rows(stack) == before, "it leaves nothing"


def test_both_replacements_keep_the_contract(site, stack, php, python):
    for screen, name, script in [("inquiry", "inquiry-php", "inquiry.php"),
                                 ("terms", "terms-py", "terms.py")]:
        before = rows(stack)
        at = ["--at", f"unix:{site.folder}/sockets/{name}.sock",
              "--script", site.screens / script]
        mailbox = f"checked{number()}@example.jp"
        assert check(stack, screen, *at) == (0, [])
        assert check(stack, screen, *at, "--good", mailbox) == (0, [])
        assert check(stack, screen, "--good", mailbox) == (0, [])
        assert rows(stack) == before


# What a programmer might forget: words of screen.py or terms.py, what stands there instead, and the
# beginning of the rule that then is not kept.
SLIPS = {
    "keeps answers": ("screen.py", '"Cache-Control: no-store", ', "", "no answer may be kept"),
    "takes foreign posts": (
        "screen.py", "raise Refused(403)", "pass", "a POST from another site gets 403"),
    "believes any Origin": (
        "screen.py", 'else origin == settings["BASE_URL"])', "else True)",
        "a POST with a foreign Origin gets 403"),
    "answers 200": (
        "screen.py", "send(problem.status, ", "send(200, ", "a form that does not pass gets 422"),
    "forgets the control": (
        "screen.py", 'aria-invalid="true" ', "", "the page says so in every way"),
    "forgets the title": ("screen.py", "<title>エラー：", "<title>", "the page says so in every way"),
    "says nothing at the field": (
        "screen.py", """f'id="{error}">{html.escape(problem.sentence)}')""",
        """f'id="{error}">')""", "every required field that is empty is told"),
    "names no method": ("screen.py", '["Allow: POST"] if', "[] if", "another method gets 405"),
    "takes any size": ("screen.py", "> 65536", "> 6553600", "a body over 65536 bytes gets 413"),
    "takes any type": (
        "screen.py", "raise Refused(415)", "pass", "another content type gets 415"),
    "guesses at percents": (
        "screen.py", 'or re.search(rb"%(?![0-9A-Fa-f]{2})", body)', "",
        "malformed percent-encoding gets 400"),
    "guesses at bytes": (
        "screen.py", 'errors="strict"', 'errors="replace"', "malformed UTF-8 gets 400"),
    "tells its version": (
        "screen.py", '"Cache-Control: no-store", ',
        '"Cache-Control: no-store", "X-Powered-By: Python/3", ', "no answer names a program's"),
    "lets scripts read the cookie": ("terms.py", "; HttpOnly", "", "cookies are HttpOnly"),
    "goes elsewhere": (
        "terms.py", 'f"Location: {place}"', '"Location: /mypage"',
        "a form that passes leads to /email"),
    "keeps another text's hash": (
        "terms.py", "hashlib.sha256(text)", "hashlib.sha256(page)", "it is in the database"),
    "keeps the cookie itself": (
        "terms.py", "hashlib.blake2b(secret.encode(), digest_size=32)",
        "hashlib.sha256(secret.encode())", "it is in the database"),
}


@pytest.fixture(scope="module")
def slips(site):
    """Another fcgiwrap, for what is broken."""
    site.start_python(site.screens, "slips")
    return site


@pytest.mark.parametrize("slip", SLIPS)
def test_a_program_that_forgets_something_is_told(slips, stack, slip, tmp_path):
    file, right, wrong, rule = SLIPS[slip]
    folder = slips.folder / f"slip-{number()}"
    shutil.copytree(SWAPPED, folder)
    text = (folder / file).read_text()
    assert right in text, "the example has changed: this test breaks nothing any more"
    (folder / file).write_text(text.replace(right, wrong))
    status, broken = check(
        stack, "terms", "--at", f"unix:{slips.folder}/sockets/slips.sock",
        "--script", folder / "terms.py", "--good", "slips@example.jp")
    assert status == 1 and any(words.startswith(rule) for words in broken), broken


def test_a_form_that_loses_what_was_typed_is_told(site, stack):
    script = site.screens / "forgetful.php"
    text = (SWAPPED / "inquiry.php").read_text()
    assert "again('inquiry.html', $form, $problems)" in text
    script.write_text(text.replace("again('inquiry.html', $form", "again('inquiry.html', []"))
    status, broken = check(stack, "inquiry", "--at",
                           f"unix:{site.folder}/sockets/inquiry-php.sock", "--script", script)
    assert status == 1
    (rule,) = broken
    assert rule.startswith("everything that was typed is still there: name is lost; email is lost")


def test_a_program_that_is_not_there_is_told_in_one_line(stack):
    result = stack.mamis("check", "--screen", "inquiry", "--at", f"unix:{stack.folder}/none.sock")
    assert result.returncode == 1
    assert re.fullmatch(r"Error: connect to \S+/none\.sock: No such file or directory\n",
                        result.stderr)


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
    stack.control("stop", "mariadb")
    try:
        asked = browser.post("/inquiry", fields)
        agreed = browser.post("/terms", {"agree": "yes", "version": version})
    finally:
        stack.control("start", "mariadb")
        until(stack.is_healthy, 60, "the database")
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
    assert not [secret for secret in SECRETS if len(secret) > 3 and secret in text]
