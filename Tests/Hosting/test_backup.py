"""Copies of the database: made under load, found damaged where they are, brought back to serve.

Issue 5 item 8. The stack's own database user may not make databases, as on a shared host; where a
restore needs to, it is done as the server's root, with an option file of its own.
"""

import gzip
import os
import re
import shutil
import stat
import subprocess
import threading
import time

import pytest

from Stack.people import Browser, Person, goes_to, postcard
from Stack.stack import REPOSITORY, Stack, done, until

# Their rows are not copied: what opens a door for a while must not open it again.
PASSING = ["sessions", "tokens", "drafts", "login_failures", "throttle_events", "imports"]


@pytest.fixture(scope="module")
def stack():
    with Stack() as running:
        yield running


@pytest.fixture(scope="module")
def people(stack):
    """Two doctors, a member with a postcard, an inquiry, and a look at one of them."""
    doctors = [Person().register(Browser(stack)) for _ in range(2)]
    postcard(stack, given_name="花")
    goes_to(inquire(stack, "backup@example.jp"), "/inquiry/sent")
    Browser(stack).log_in(*stack.demo("secretariat"))
    return doctors


@pytest.fixture(scope="module")
def copy(stack, people, tmp_path_factory):
    path = tmp_path_factory.mktemp("copies") / "copy.sql.gz"
    done(stack.mamis("backup", path), "whole")
    return path


def inquire(stack, address):
    return Browser(stack).post("/inquiry", {
        "name": "騨見山 問合", "email": address, "category": "other", "body": "届きますか"})


def refused(result, text):
    assert result.returncode != 0, result.stdout
    assert text in result.stderr, result.stderr


def as_root(stack, database="mamis"):
    """The setting that makes mamis work as the server's root, in one of its databases."""
    path = stack.folder / f"root-{database}.cnf"
    path.write_text(f"[mamis]\nsocket={stack.folder}/sockets/mariadb.sock\nuser=root\n"
                    f"database={database}\n")
    return {"DB_OPTION_FILE": str(path)}


def databases(stack):
    return {name for (name,) in stack.sql("SHOW DATABASES")}


def member_list(browser):
    """The rows of the secretariat's list, without what differs by the time of the day."""
    page = browser.page("/secretariat/members?sort=number")
    return [" ".join(page.text(row).split()) for row in page.all("tr")]


def test_a_copy_made_under_load_is_brought_back_and_serves(stack, people, tmp_path):
    stop = threading.Event()
    sent = []

    def work():
        while not stop.is_set():
            goes_to(inquire(stack, f"load{len(sent)}@example.jp"), "/inquiry/sent")
            sent.append(1)

    count = "SELECT COUNT(*) FROM inquiries"
    before = int(stack.sql(count)[0][0])
    worker = threading.Thread(target=work)
    worker.start()
    try:
        until(lambda: len(sent) > 3)
        path = tmp_path / "copy.sql.gz"
        out = done(stack.mamis("backup", path), "whole")
        until(lambda n=len(sent): len(sent) > n + 3, what="work after the copy")
    finally:
        stop.set()
        worker.join()
    assert re.search(r"whole; \d+ tables, \d+ rows, schema \d+", out)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["copy.sql.gz"]
    done(stack.mamis("backup", "--verify", path), "whole")
    copied = int(re.search(r"^-- rows inquiries (\d+)$", gzip.open(path, "rt").read(), re.M)[1])
    assert before <= copied < before + len(sent)

    office = Browser(stack)
    office.log_in(*stack.demo("secretariat"))
    listed = member_list(office)
    assert any(people[0].fields["family_name"] in line for line in listed)
    profiles = []
    for person in people:
        browser = Browser(stack)
        goes_to(browser.log_in(person.login_id, person.password), "/mypage")
        profiles.append(browser.page("/mypage/profile").fields)
    with Stack() as other:
        done(other.mamis("restore", path, "--replace", **as_root(other)), "restored")
        assert not {"mamis_restore", "mamis_replaced"} & databases(other)
        assert other.sql(count) == [[str(copied)]]
        # Foreign keys point into the database itself, not to where it was loaded.
        pointed = other.sql("SELECT DISTINCT unique_constraint_schema FROM information_schema"
                            ".referential_constraints WHERE constraint_schema = 'mamis'")
        assert pointed == [["mamis"]]
        for person, profile in zip(people, profiles):
            browser = Browser(other)
            goes_to(browser.log_in(person.login_id, person.password), "/mypage")
            assert browser.page("/mypage/profile").fields == profile
        office = Browser(other)
        goes_to(office.log_in(*stack.demo("secretariat")), "/secretariat")
        assert member_list(office) == listed
        Person().register(Browser(other))
        done(other.mamis("check"), "all is in order")


@pytest.fixture(scope="module")
def damages(copy):
    """What can happen to a copy: its bytes, and what is said of them."""
    whole = copy.read_bytes()
    text = gzip.decompress(whole)
    lines = text.splitlines(keepends=True)
    row = next(number for number, line in enumerate(lines)
               if b"INSERT INTO `roll`" in line) + 1
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0x10

    def packed(some):
        return gzip.compress(b"".join(some), 1)

    return {
        "cut off": (whole[:len(whole) * 2 // 3], "is damaged"),
        "cut off by one byte": (whole[:-1], "is damaged"),
        "a bit flipped": (bytes(flipped), "is damaged"),
        "without its last line": (packed(lines[:-1]), "is not whole"),
        "without its manifest": (
            packed(lines[:lines.index(b"-- mamis-backup 1\n")]), "is not whole"),
        "without a row": (packed(lines[:row] + lines[row + 1:]), "is damaged"),
        "with another name in it": (
            packed([text.replace("騨見山".encode(), "田中山".encode(), 1)]), "is damaged"),
        "with something after it": (packed(lines + [b"DROP DATABASE mamis;\n"]), "is damaged"),
        "no copy": (b"hello", "is not a copy"),
        "empty": (b"", "is not a copy"),
    }


@pytest.mark.parametrize("damage", [
    "cut off", "cut off by one byte", "a bit flipped", "without its last line",
    "without its manifest", "without a row", "with another name in it",
    "with something after it", "no copy", "empty"])
def test_a_damaged_copy_is_refused_before_anything_is_written(stack, damages, damage, tmp_path):
    content, told = damages[damage]
    path = tmp_path / "copy.sql.gz"
    path.write_bytes(content)
    before = databases(stack), stack.sql("CHECKSUM TABLE accounts, roll, profiles")
    refused(stack.mamis("backup", "--verify", path), told)
    refused(stack.mamis("restore", path, "--replace", **as_root(stack)), told)
    refused(stack.mamis("restore", path, "--into", "damaged", **as_root(stack)), told)
    assert before == (databases(stack), stack.sql("CHECKSUM TABLE accounts, roll, profiles"))


def test_a_database_in_use_is_not_replaced_by_mistake(stack, copy):
    before = stack.sql("CHECKSUM TABLE accounts, roll, profiles")
    refused(stack.mamis("restore", copy), "is not empty; --replace")
    refused(stack.mamis("restore", copy, "--replace"), "may not make the database mamis_restore")
    assert before == stack.sql("CHECKSUM TABLE accounts, roll, profiles")
    assert "mamis_restore" not in databases(stack)


def test_a_restore_that_fails_halfway_leaves_nothing_behind(stack, copy, tmp_path):
    """The client dies after the beginning: a wrapper in the PATH ends it."""
    (tmp_path / "mariadb").write_text(
        f'#!/bin/sh\nhead -c 20000 | {shutil.which("mariadb")} "$@"\nexit 1\n')
    (tmp_path / "mariadb").chmod(0o700)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    before = databases(stack), stack.sql("CHECKSUM TABLE accounts, roll, profiles")
    for where in (["--into", "halfway"], ["--replace"]):
        refused(stack.mamis("restore", copy, *where, **as_root(stack), **path), "Error")
    stack.sql("CREATE DATABASE halfway")
    refused(stack.mamis("restore", copy, "--into", "halfway", **as_root(stack), **path), "Error")
    assert stack.sql("SHOW TABLES FROM halfway") == []
    stack.sql("DROP DATABASE halfway")
    assert before == (databases(stack), stack.sql("CHECKSUM TABLE accounts, roll, profiles"))


def test_a_copy_of_an_older_schema_is_brought_up_to_date_and_a_newer_one_refused(
        stack, copy, tmp_path):
    older = tmp_path / "sql"
    older.mkdir()
    names = sorted((REPOSITORY / "sql").glob("[0-9]*.sql"))
    for name in names[:5]:
        shutil.copy(name, older)
    stack.sql("CREATE DATABASE older CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    root = as_root(stack, "older")
    done(stack.mamis("migrate", SQL_DIR=str(older), **root), names[4].name)
    stack.sql("INSERT INTO older.accounts (number, kind) VALUES ('1', 'member');"
              "INSERT INTO older.roll (account_id, family_name, given_name)"
              " VALUES (LAST_INSERT_ID(), '騨見山', '古')")
    path = tmp_path / "older.sql.gz"
    done(stack.mamis("backup", path, **root), "schema 5")
    done(stack.mamis("restore", path, "--into", "newer", **root), "schema 5")
    assert stack.sql("SELECT COUNT(*) FROM newer.schema_migrations") == [[str(len(names))]]
    assert ["騨見山古"] in stack.sql("SELECT name_key FROM newer.name_keys")
    refused(stack.mamis("restore", copy, "--into", "newest", SQL_DIR=str(older), **root),
            "made by a newer mamis")
    assert "newest" not in databases(stack)
    stack.sql("DROP DATABASE older; DROP DATABASE newer")


def test_an_encrypted_copy_opens_with_its_key_alone(stack, people, tmp_path):
    keys = {}
    for name in ("own", "other"):
        path = tmp_path / f"{name}.key"
        subprocess.run(["age-keygen", "-o", path], check=True, capture_output=True)
        keys[name] = path, re.search(r"public key: (age1\w+)", path.read_text())[1]
    key, public = keys["own"]
    copies = tmp_path / "copies"
    copies.mkdir()
    done(stack.mamis("backup", copies, "--encrypt-to", public), "whole")
    (path,) = copies.iterdir()
    assert re.fullmatch(r"mamis-\d{8}T\d{6}Z\.sql\.gz\.age", path.name)
    assert path.read_bytes().startswith(b"age-encryption.org/v1")
    refused(stack.mamis("backup", "--verify", path), "--identity")
    refused(stack.mamis("backup", "--verify", path, "--identity", keys["other"][0]),
            "age cannot read it")
    done(stack.mamis("backup", "--verify", path, "--identity", key), "whole")
    cut = tmp_path / "cut.age"
    cut.write_bytes(path.read_bytes()[:-70000])
    refused(stack.mamis("backup", "--verify", cut, "--identity", key), "is damaged")
    done(stack.mamis("restore", path, "--into", "opened", "--identity", key, **as_root(stack)))
    assert [people[0].login_id] in stack.sql("SELECT login_id FROM opened.accounts")
    stack.sql("DROP DATABASE opened")
    refused(stack.mamis("backup", tmp_path / "none", "--encrypt-to", "age1nonsense"), "")
    assert not list(tmp_path.glob("none*"))


def test_nothing_comes_alive_again_that_opens_a_door_or_was_sent(stack, tmp_path):
    browser, address = Browser(stack), "waiting@example.jp"
    stack.no_more_mail()
    with stack.without("mailer"):
        goes_to(browser.agree(), "/email")
        goes_to(browser.ask_for_mail(address), "/email/sent")
        goes_to(inquire(stack, address), "/inquiry/sent")
        path = tmp_path / "copy.sql.gz"
        done(stack.mamis("backup", path))
    for table in PASSING:
        assert f"INSERT INTO `{table}` VALUES" not in gzip.open(path, "rt").read()
    assert int(stack.sql("SELECT COUNT(*) FROM tokens")[0][0]) > 0
    root = as_root(stack)
    done(stack.mamis("restore", path, "--into", "again", **root))
    done(stack.mamis("restore", path, "--into", "sending", "--send-waiting", **root))
    mails = "SELECT kind, state, token IS NULL FROM {}.outbox WHERE recipient = '%s'" % address
    for name, inquiry in (("again", "abandoned"), ("sending", "waiting")):
        assert sorted(stack.sql(mails.format(name))) == [
            ["inquiry_received", inquiry, "1"], ["registration", "abandoned", "1"]]
        assert stack.sql(f"SELECT COUNT(*) FROM {name}.sessions") == [["0"]]
        assert stack.sql(f"SELECT COUNT(*) FROM {name}.tokens") == [["0"]]
        (audit,) = stack.sql(
            f"SELECT details FROM {name}.audit WHERE action = 'backup.restored'")
        assert re.fullmatch(r"made=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", audit[0])
        stack.sql(f"DROP DATABASE {name}")


def test_whoever_was_erased_since_does_not_come_back(tmp_path):
    with Stack() as other:
        gone, stays = (Person().register(Browser(other)) for _ in range(2))
        path = tmp_path / "copy.sql.gz"
        done(other.mamis("backup", path))
        done(other.mamis("member", "erase", gone.login_id, "--yes"), "erased account")
        out = done(other.mamis("restore", path, "--replace", **as_root(other)))
        assert out.count("erased again: account") == 1
        logins = other.sql("SELECT login_id FROM accounts")
        assert [gone.login_id] not in logins and [stays.login_id] in logins
        # As long as the trail tells of it, and it does so in the copy brought back, too.
        done(other.mamis("restore", path, "--replace", **as_root(other)), "erased again")


def test_a_folder_keeps_as_many_copies_as_it_is_told(stack, tmp_path):
    for year in (2020, 2021, 2022):
        (tmp_path / f"mamis-{year}0101T000000Z.sql.gz").touch()
    (tmp_path / "other.sql.gz").touch()
    for name, age in (("mamis-20220101T000000Z.sql.gz.1.new", 90_000), ("mamis-2.new", 60)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    out = done(stack.mamis("backup", tmp_path, "--keep", "2"))
    assert "deleted mamis-20200101T000000Z.sql.gz" in out
    names = sorted(path.name for path in tmp_path.iterdir())
    new = names.pop(2)
    assert re.fullmatch(r"mamis-20\d{6}T\d{6}Z\.sql\.gz", new)
    # What was cut short long ago is gone; what may be somebody's work is not.
    assert names == ["mamis-2.new", "mamis-20220101T000000Z.sql.gz", "other.sql.gz"]


def test_no_password_stands_in_a_command_line_and_no_table_is_locked(stack, tmp_path):
    for program in ("mariadb-dump", "mariadb"):
        (tmp_path / program).write_text(
            f'#!/bin/sh\ntr "\\0" " " </proc/$$/cmdline >>{tmp_path}/seen\n'
            f'tr "\\0" "\\n" </proc/$$/environ >>{tmp_path}/seen\n'
            f'exec {shutil.which(program)} "$@"\n')
        (tmp_path / program).chmod(0o700)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    copy = tmp_path / "copy.sql.gz"
    done(stack.mamis("backup", copy, **path))
    stack.sql("CREATE DATABASE unlocked; GRANT ALL ON unlocked.* TO mamis@localhost")
    done(stack.mamis("restore", copy, "--into", "unlocked", **path))
    stack.sql("DROP DATABASE unlocked; REVOKE ALL ON unlocked.* FROM mamis@localhost")
    seen = (tmp_path / "seen").read_text()
    assert "--single-transaction" in seen and "--batch" in seen
    passwords = re.findall(r"^password = (.+)$", (stack.folder / "my.cnf").read_text(), re.M)
    assert passwords and not any(password in seen for password in passwords)
    assert "LOCK TABLES" not in gzip.open(copy, "rt").read()


def test_where_the_copy_cannot_be_made_nothing_is_left(stack, tmp_path):
    refused(stack.mamis("backup", "/nowhere/copy.sql.gz"), "/nowhere/copy.sql.gz")
    (tmp_path / "mariadb-dump").write_text("#!/bin/sh\necho '-- MariaDB dump'\n")
    (tmp_path / "mariadb-dump").chmod(0o700)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    refused(stack.mamis("backup", tmp_path / "copy.sql.gz", **path), "did not write all tables")
    assert [path.name for path in tmp_path.iterdir()] == ["mariadb-dump"]
