"""A database that keeps its files encrypted and is spoken to by TLS alone: docs/data-protection.md.

A private MariaDB with file_key_management and a certificate of a private authority; handlers reach
it over TCP, started as plain CGI programs. Issue 6 item 8.
"""

import os
import pathlib
import pwd
import re
import secrets
import signal
import subprocess
import urllib.parse

import pytest

from Stack.stack import BIN_DIR, REPOSITORY, free_port, until

PLUGIN = pathlib.Path("/usr/lib/mysql/plugin/file_key_management.so")
NAME = "騨見山暗号"

# As docs/data-protection.md tells them.
AT_REST = """\
plugin_load_add = file_key_management
file_key_management_filename = {folder}/keys
file_key_management_encryption_algorithm = AES_CBC
innodb_encrypt_tables = FORCE
innodb_encrypt_log = ON
innodb_encrypt_temporary_tables = ON
innodb_encryption_threads = 2
encrypt_tmp_files = ON
encrypt_binlog = ON
aria_encrypt_tables = ON
"""
IN_TRANSIT = """\
ssl_ca = {folder}/ca.pem
ssl_cert = {folder}/server.pem
ssl_key = {folder}/server.key
tls_version = TLSv1.2,TLSv1.3
require_secure_transport = ON
"""


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def certificates(folder, ca="ca"):
    """A private authority, and a certificate of it for this machine's name and address."""
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", folder / f"{ca}.key", "-out", folder / f"{ca}.pem", "-days", 2,
            "-subj", f"/CN=private authority {ca}")
    if ca != "ca":
        return
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", folder / "server.key", "-out", folder / "server.csr", "-subj",
            "/CN=localhost")
    extension = folder / "names"
    extension.write_text("subjectAltName = DNS:localhost, IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", folder / "server.csr", "-CA", folder / "ca.pem", "-CAkey",
            folder / "ca.key", "-CAcreateserial", "-days", 2, "-extfile", extension, "-out",
            folder / "server.pem")


class Server:
    """A MariaDB on a port of loopback. Use it in a `with` statement."""

    def __init__(self, folder, at_rest):
        self.folder = folder
        self.port = free_port()
        user = pwd.getpwuid(os.getuid()).pw_name
        certificates(folder)
        (folder / "keys").write_text(f"1;{secrets.token_hex(32)}\n")
        (folder / "server.cnf").write_text(
            f"[mariadbd]\nuser = {user}\ndatadir = {folder}/data\nsocket = {folder}/socket\n"
            f"pid-file = {folder}/pid\ntmpdir = {folder}\nport = {self.port}\n"
            "bind-address = 127.0.0.1\nskip-name-resolve\ncharacter-set-server = utf8mb4\n"
            "collation-server = utf8mb4_bin\ninnodb_log_file_size = 16M\n"
            "innodb_fast_shutdown = 0\nperformance_schema = OFF\n"
            + (AT_REST if at_rest else "").format(folder=folder) + IN_TRANSIT.format(folder=folder))
        self.process = None
        self.environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"}

    def __enter__(self):
        subprocess.run(
            ["mariadb-install-db", f"--defaults-file={self.folder}/server.cnf",
             "--auth-root-authentication-method=normal", "--skip-test-db"], check=True,
            capture_output=True, env=self.environment)
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "mariadbd",
                 f"--defaults-file={self.folder}/server.cnf"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environment)
        try:
            until(lambda: self.client("SELECT 1").returncode == 0, 60, "an answer")
        except BaseException:
            self.stop()
            raise
        self.sql("CREATE DATABASE mamis CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;"
                 "CREATE USER owner@'127.0.0.1' IDENTIFIED BY 'Own#er-12' REQUIRE SSL;"
                 "GRANT ALL ON mamis.* TO owner@'127.0.0.1'")
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """In good order: everything is in its files then."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)

    def client(self, statement):
        return subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={self.folder}/socket", "--user=root", "--batch",
             "--skip-column-names"], input=statement, text=True, capture_output=True)

    def sql(self, statement):
        result = self.client(statement)
        assert result.returncode == 0, result.stderr
        return result.stdout.split()

    def options(self, name="my.cnf", *lines):
        """An option file as docs/data-protection.md tells it."""
        path = self.folder / name
        path.write_text(
            f"[mamis]\nhost = 127.0.0.1\nport = {self.port}\nuser = owner\npassword = Own#er-12\n"
            "database = mamis\n" + "".join(f"{line}\n" for line in lines))
        path.chmod(0o600)
        return path

    def safe_options(self):
        return self.options("my.cnf", f"ssl-ca = {self.folder}/ca.pem", "ssl-verify-server-cert")


class Programs:
    """Our programs on this database, each answering one request as a plain CGI program."""

    def __init__(self, options):
        self.environment = {
            "PATH": os.environ["PATH"], "BASE_URL": "http://localhost", "WWW_DIR":
            str(REPOSITORY / "www"), "SQL_DIR": str(REPOSITORY / "sql"), "MAIL_FROM":
            "noreply@localhost.example", "DB_OPTION_FILE": str(options),
            "MAMIS_ENV_FILE": "/dev/null", "DATABASE_PATIENCE_SECONDS": "5"}

    def mamis(self, *arguments):
        return subprocess.run([BIN_DIR / "mamis", *map(str, arguments)], env=self.environment,
                              capture_output=True, text=True)

    def answer(self, handler, path, form=None):
        """Status and log of one request."""
        body = urllib.parse.urlencode(form or {}).encode()
        query = path.partition("?")[2]
        request = {
            "GATEWAY_INTERFACE": "CGI/1.1", "SERVER_PROTOCOL": "HTTP/1.1", "REQUEST_URI": path,
            "REQUEST_METHOD": "POST" if form else "GET", "QUERY_STRING": query,
            "REMOTE_ADDR": "127.0.0.1", "SERVER_NAME": "localhost", "SCRIPT_NAME":
            path.partition("?")[0]}
        if form:
            request |= {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH":
                        str(len(body)), "HTTP_ORIGIN": "http://localhost",
                        "HTTP_SEC_FETCH_SITE": "same-origin"}
        result = subprocess.run([BIN_DIR / handler], env={**self.environment, **request},
                                input=body, capture_output=True, timeout=60)
        status = re.search(rb"^Status: (\d+)", result.stdout, re.MULTILINE)
        return int(status[1]) if status else 200, result.stderr.decode()

    def inquire(self):
        return self.answer("inquiry", "/inquiry", {
            "name": NAME, "email": "crypt@example.jp", "category": "other", "body": "暗号の確認"})


def files_with(folder, text):
    """The database's files in which these bytes stand."""
    return {path.name for path in folder.rglob("*")
            if path.is_file() and text.encode() in path.read_bytes()}


needs_plugin = pytest.mark.skipif(
    not PLUGIN.exists(),
    reason=f"{PLUGIN} is not here: it comes with Debian's package mariadb-server")


@pytest.mark.parametrize("at_rest", [
    pytest.param(True, marks=needs_plugin, id="encrypted"), pytest.param(False, id="in clear")])
def test_the_files_of_an_encrypted_database_tell_no_name(tmp_path, at_rest):
    with Server(tmp_path, at_rest) as server:
        programs = Programs(server.safe_options())
        migrated = programs.mamis("migrate")
        assert migrated.returncode == 0, migrated.stderr
        assert programs.inquire()[0] == 303
        copied = programs.mamis("backup", tmp_path / "copy.sql.gz")
        assert copied.returncode == 0, copied.stderr
        assert server.sql("SELECT name FROM mamis.inquiries") == [NAME]
        if at_rest:
            scheme = ("SELECT MIN(encryption_scheme) FROM information_schema"
                      ".innodb_tablespaces_encryption WHERE name LIKE 'mamis/%'")
            assert server.sql(scheme) == ["1"]
    # The server has ended in good order: tables and log are on the disk.
    found = files_with(tmp_path / "data", NAME)
    assert (not found) if at_rest else "inquiries.ibd" in found
    assert (tmp_path / "data/mamis/inquiries.ibd").stat().st_size > 0


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("tls"), False) as running:
        assert Programs(running.safe_options()).mamis("migrate").returncode == 0
        yield running


def test_handlers_speak_tls_to_the_database(server):
    programs = Programs(server.safe_options())
    assert programs.answer("health", "/health")[0] == 200
    before = server.sql("SELECT COUNT(*) FROM mamis.inquiries")
    assert programs.inquire()[0] == 303
    assert int(server.sql("SELECT COUNT(*) FROM mamis.inquiries")[0]) == int(before[0]) + 1
    # The server takes nobody without it.
    plain = subprocess.run(
        ["mariadb", "--no-defaults", "--skip-ssl", "--host=127.0.0.1", f"--port={server.port}",
         "--user=owner", "--password=Own#er-12", "mamis", "-e", "SELECT 1"], capture_output=True)
    assert plain.returncode != 0


@pytest.mark.parametrize("wrong", ["another authority", "another name"])
def test_a_server_that_proves_nothing_is_refused(server, wrong):
    if wrong == "another authority":
        certificates(server.folder, "other")
        options = server.options(
            "wrong.cnf", f"ssl-ca = {server.folder}/other.pem", "ssl-verify-server-cert")
    else:
        # The certificate is for localhost and 127.0.0.1; 127.0.0.2 is not in it.
        options = server.safe_options()
        wrong = server.folder / "name.cnf"
        wrong.write_text(options.read_text().replace("host = 127.0.0.1", "host = 127.0.0.2"))
        options = wrong
    status, log = Programs(options).answer("health", "/health")
    assert status == 503
    before = server.sql("SELECT COUNT(*) FROM mamis.inquiries")
    status, log = Programs(options).inquire()
    assert status == 503
    assert re.search(r"2026|TLS|SSL|certificate", log), log
    assert NAME not in log
    assert server.sql("SELECT COUNT(*) FROM mamis.inquiries") == before
