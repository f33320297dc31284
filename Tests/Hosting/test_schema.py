"""Programs of neighbouring releases on one database: who starts, who refuses, and the way up."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse

import pytest

from Stack.people import Browser, Person, keep
from Stack.stack import ADDRESSES, BIN_DIR, HANDLERS, REPOSITORY, Stack, until

from .steady import Steady

FILES = sorted((REPOSITORY / "sql").glob("[0-9]*.sql"))
NEWEST = int(FILES[-1].name[:3])
# The newest migration of the release before the programs told which they serve.
BEFORE = 9
GROUPS = {handler: group for handler, group in ADDRESSES.values() if handler}
SOCKET = "sockets/mariadb.sock"


@pytest.fixture(scope="module")
def stack():
    with Stack() as running:
        yield running


@contextlib.contextmanager
def schema(stack, newest=NEWEST, serves_from=0):
    """The database as a release before or after this one leaves it."""
    stack.sql(f"""
        UPDATE schema_migrations SET serves_from = {serves_from} WHERE version = {NEWEST};
        UPDATE schema_migrations SET version = {newest} WHERE version = {NEWEST};""")
    try:
        yield
    finally:
        stack.sql(f"""
            UPDATE schema_migrations SET version = {NEWEST} WHERE version = {newest};
            UPDATE schema_migrations SET serves_from = 0""")


class Program:
    """One of our programs, started as a service is: with a listening socket as standard input."""

    def __init__(self, stack, name, **more):
        self.folder = tempfile.TemporaryDirectory(prefix="mamis-schema-")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(f"{self.folder.name}/socket")
        self.listener.listen()
        self.errors = open(f"{self.folder.name}/log", "w+", encoding="utf-8")
        group = "mailer" if name == "mailer" else GROUPS[name]
        self.process = subprocess.Popen(
            [BIN_DIR / name], stdin=self.listener, stderr=self.errors,
            env=stack.variables(**{"DB_GROUP": f"mamis-{group}", **more}))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(20)
        self.listener.close()
        self.errors.close()
        self.folder.cleanup()

    def log(self):
        self.errors.seek(0)
        return self.errors.read().splitlines()

    def serves(self):
        """Whether it waits for requests, or for mails."""
        if self.process.poll() is not None:
            return False
        with open(f"/proc/{self.process.pid}/syscall", encoding="ascii") as file:
            call = file.read().split()[0]
        return call in ("43", "288", "35", "230")  # accept, accept4, nanosleep, clock_nanosleep


def refuses(program, *words):
    assert program.process.wait(30) == 78, program.log()
    lines = program.log()
    told = [line for line in lines if "level=error" in line]
    assert len(told) == 1 and "event=schema.unknown" in told[0], lines
    for word in words:
        assert word in told[0]


def test_the_number_of_the_programs_is_that_of_the_newest_file():
    source = (REPOSITORY / "Sources/Membership/Schema/Schema.swift").read_text()
    assert re.search(r"static let number = (\d+)", source)[1] == str(NEWEST)
    numbers = [int(path.name[:3]) for path in FILES]
    assert len(set(numbers)) == len(numbers)


def test_what_a_migration_still_serves_is_at_most_itself():
    for path in FILES:
        served = re.search(r"^-- serves: (.*)$", path.read_text(), re.MULTILINE)
        assert not served or int(served[1]) <= int(path.name[:3]), path.name
        removes = re.search(
            r"^\s*(?:ALTER .*|,?\s*)?\b(?:DROP (?:COLUMN|TABLE)|RENAME|CHANGE)\b", path.read_text(),
            re.MULTILINE)
        assert not removes or served, f"{path.name} takes something away: which programs remain?"


@pytest.mark.parametrize("name", [*HANDLERS, "mailer"])
def test_every_program_refuses_tables_that_it_does_not_know(stack, name):
    older = int(FILES[-2].name[:3])
    with schema(stack, newest=0), Program(stack, name) as program:
        refuses(program, f"program={name} ", f"program_schema={NEWEST} ",
                f"database_schema={older} ", 'remedy="run mamis migrate"')
    beyond = schema(stack, newest=NEWEST + 5, serves_from=NEWEST + 1)
    with beyond, Program(stack, name) as program:
        refuses(program, f"program={name} ", f"program_schema={NEWEST} ",
                f"database_schema={NEWEST + 5} ", f"serves_from={NEWEST + 1} ",
                'remedy="install the programs')


@pytest.mark.parametrize("name", ["login", "mypage", "secretariat", "staff", "password", "mailer"])
def test_a_newer_database_that_still_serves_them_is_fine(stack, name):
    """One program of each group of database users."""
    with schema(stack, newest=NEWEST + 1, serves_from=NEWEST), Program(stack, name) as program:
        until(program.serves)
        assert not [line for line in program.log() if "level=error" in line]


def test_the_command_line_refuses_too_but_tells_and_migrates(stack):
    with schema(stack, newest=NEWEST + 5, serves_from=NEWEST + 1):
        refused = stack.mamis("mail", "list")
        assert refused.returncode == 1 and "install the programs" in refused.stderr
        told = stack.mamis("migrate", "--status")
        assert told.returncode == 0
        assert f"database: schema {NEWEST + 5}, for programs from {NEWEST + 1} on" in told.stdout
        assert f"programs: schema {NEWEST}\n" in told.stdout
    assert stack.mamis("mail", "list").returncode == 0
    told = stack.mamis("migrate", "--status")
    assert told.stdout == (f"database: schema {NEWEST}, for programs from 0 on\n"
                           f"programs: schema {NEWEST}\n")


def test_a_program_that_runs_ends_when_it_meets_a_database_that_went_on(stack):
    browser = Browser(stack)

    def drop_connections():
        for (number,) in stack.sql("SELECT id FROM information_schema.processlist "
                                   "WHERE user = 'mamis_entry'"):
            stack.sql(f"KILL {number}")

    def form():
        return browser.post("/login", {"login_id": "nobody1234", "password": "typed-but-kept"})

    assert form().status_code == 422
    log = stack.folder / "log/login.log"
    before = log.read_text().count("event=schema.unknown")
    with schema(stack, newest=NEWEST + 5, serves_from=NEWEST + 1):
        assert form().status_code == 422, "connections that are open go on"
        drop_connections()
        answer = form()
        assert answer.status_code == 503 and "nobody1234" in answer.text
        assert answer.headers["Retry-After"]
        until(lambda: log.read_text().count("event=schema.unknown") > before)
    # Whoever starts programs tries again, and finds what it knows.
    drop_connections()
    until(lambda: form().status_code == 422, 60)
    until(stack.is_healthy, 60)


def test_without_a_database_a_handler_starts_and_looks_when_it_is_there(stack, tmp_path):
    """Standard input is a socket that speaks FastCGI: the request goes through nginx."""
    stack.control("stop", "login:*")
    path = stack.folder / "sockets/login.sock"
    path.unlink(missing_ok=True)
    place = tmp_path / "mariadb.sock"
    options = tmp_path / "my.cnf"
    options.write_text(re.sub(r"(?m)^socket = .*$", f"socket = {place}",
                              (stack.folder / "my.cnf").read_text()))
    options.chmod(0o600)
    with Program(stack, "login", DB_OPTION_FILE=str(options)) as program:
        os.rename(f"{program.folder.name}/socket", path)
        until(program.serves)
        assert len([line for line in program.log() if "event=database.unreachable" in line]) == 1
        browser = Browser(stack)
        fields = {"login_id": "nobody1234", "password": "x"}
        assert browser.post("/login", fields).status_code == 503
        with schema(stack, newest=NEWEST + 5, serves_from=NEWEST + 1):
            place.symlink_to(stack.folder / SOCKET)
            assert browser.post("/login", fields).status_code == 503
            assert program.process.wait(20) == 0
            assert len([line for line in program.log() if "event=schema.unknown" in line]) == 1
    path.unlink(missing_ok=True)
    stack.control("start", "login:*")
    until(lambda: Browser(stack).post("/login", fields).status_code == 422, 60)


def test_a_migration_disturbs_nobody_at_work(stack):
    """Number 10 once more, which every program reads when it connects: under load."""
    stack.sql("""ALTER TABLE schema_migrations DROP COLUMN serves_from;
                 DELETE FROM schema_migrations WHERE version = 10""")
    with Steady(stack, rate=100) as load:
        time.sleep(1)
        applied = stack.mamis("migrate")
        assert applied.returncode == 0 and "applied 010_schema.sql" in applied.stdout
        time.sleep(1)
    assert load.failed == {}, load


# The way up.

@pytest.fixture
def old(stack, tmp_path):
    """A second database as the release before made it, with this one's people in it."""
    sql = tmp_path / "sql"
    sql.mkdir()
    for path in FILES:
        if int(path.name[:3]) <= BEFORE:
            shutil.copy(path, sql)
    shutil.copytree(REPOSITORY / "sql/masters", sql / "masters")
    options = tmp_path / "old.cnf"
    options.write_text(f"[mamis]\nsocket = {stack.folder / SOCKET}\nuser = root\n"
                       "database = mamis_old\ndefault-character-set = utf8mb4\n")
    stack.sql("CREATE DATABASE mamis_old")
    yield {"SQL_DIR": str(sql), "DB_OPTION_FILE": str(options), "DB_GROUP": "mamis"}
    stack.sql("DROP DATABASE mamis_old")


def copy_people(stack):
    """Fills each table of the old database with what the new one's has in the same columns."""
    columns = {}
    for table, column in stack.sql("""
            SELECT new.table_name, new.column_name FROM information_schema.columns AS new
            JOIN information_schema.columns AS old USING (table_name, column_name)
            WHERE new.table_schema = 'mamis' AND old.table_schema = 'mamis_old'
              AND old.is_generated = 'NEVER' AND table_name <> 'schema_migrations'"""):
        columns.setdefault(table, []).append(f"`{column}`")
    stack.sql("SET foreign_key_checks = 0;" + "".join(
        f"INSERT INTO mamis_old.{table} ({', '.join(names)}) "
        f"SELECT {', '.join(names)} FROM mamis.{table};" for table, names in columns.items()))
    return columns


def ask(stack, name, method, path, settings, body="", cookie=""):
    """One request to a handler as plain CGI, on another database: status, headers, text."""
    result = subprocess.run(
        [BIN_DIR / name], input=body.encode(), capture_output=True, timeout=60,
        env=stack.variables(
            **settings, REQUEST_METHOD=method, REQUEST_URI=path, SCRIPT_NAME=path,
            CONTENT_LENGTH=str(len(body)), CONTENT_TYPE="application/x-www-form-urlencoded",
            HTTP_ORIGIN=stack.origin, HTTP_COOKIE=cookie, REMOTE_ADDR="127.0.0.9",
            SERVER_PROTOCOL="HTTP/1.1"))
    assert result.returncode == 0, result.stderr
    head, text = result.stdout.decode().split("\r\n\r\n", 1)
    headers = dict(line.split(": ", 1) for line in head.split("\r\n"))
    return int(headers["Status"].split()[0]), headers, text


def test_the_release_before_is_brought_up_with_everybody_in_it(stack, old):
    person = Person().register(Browser(stack))
    made = stack.mamis("migrate", **old)
    assert made.returncode == 0 and "applied 009_staff.sql" in made.stdout, made.stderr
    assert "010" not in made.stdout
    tables = copy_people(stack)
    assert {"accounts", "profiles", "sessions", "consents", "audit"} <= set(tables)
    counts = {table: stack.sql(f"SELECT COUNT(*) FROM mamis_old.{table}") for table in tables}
    with_old = stack.mamis("check", **old)
    assert "run mamis migrate" in with_old.stdout and with_old.returncode == 1

    settings = {key: old[key] for key in ("DB_OPTION_FILE", "DB_GROUP")}
    with Program(stack, "login", **settings) as program:
        refuses(program, f"database_schema={BEFORE} ", 'remedy="run mamis migrate"')

    raised = {**old, "SQL_DIR": str(REPOSITORY / "sql")}
    waiting = stack.mamis("migrate", "--status", **raised).stdout
    assert f"database: schema {BEFORE}, for programs from 0 on" in waiting
    assert "not applied: 010_schema.sql" in waiting
    up = stack.mamis("migrate", **raised)
    assert up.returncode == 0 and "applied 010_schema.sql" in up.stdout
    assert counts == {
        table: stack.sql(f"SELECT COUNT(*) FROM mamis_old.{table}") for table in tables}

    def shape(database):
        return stack.sql(f"""
            SELECT table_name, column_name, column_type, is_nullable, column_default
            FROM information_schema.columns WHERE table_schema = '{database}'
            ORDER BY table_name, column_name""")

    assert shape("mamis_old") == shape("mamis"), "the way up leads where a new start does"

    form = urllib.parse.urlencode({"login_id": person.login_id, "password": person.password})
    status, headers, _ = ask(stack, "login", "POST", "/login", settings, form)
    assert (status, headers["Location"]) == (303, "/mypage")
    cookie = headers["Set-Cookie"].split(";")[0]
    keep(cookie.split("=", 1)[1])
    status, _, text = ask(stack, "mypage", "GET", "/mypage", settings, cookie=cookie)
    assert status == 200 and person.fields["family_name"] in text
