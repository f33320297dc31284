"""The real stack, started by scripts/run in a folder and on a port of its own."""

import contextlib
import email
import email.policy
import functools
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BIN_DIR = pathlib.Path(os.environ.get("BIN_DIR") or REPOSITORY / ".build/release").resolve()
HANDLERS = sorted(path.name for path in (REPOSITORY / "Sources/handlers").iterdir())

# The table of addresses: address -> (handler or None, group or None). A line for everything below a
# folder stands for one address there.
ADDRESSES = {
    address + ("900001" if address.endswith("/") else ""): (handler, group)
    for address, handler, group in re.findall(
        r"^location (?:=|\^~) +(\S+) +\{(?: set \$handler ([\w-]+);)?.*?\}(?: +# (\w+))?$",
        (REPOSITORY / "nginx/handlers.conf").read_text(), re.MULTILINE)
}
# Addresses that ask for somebody who is signed in.
SIGNED_IN = sorted(address for address, (handler, group) in ADDRESSES.items()
                   if handler and group not in ("front", "entry", "monitor"))

# Mails are looked for twenty times a second, and what a killed mailer had in hand is another's
# after five, so that tests need not wait; nothing else differs from what a newcomer's stack has.
SETTINGS = """\
STAFF_TWO_FACTOR=optional
MAIL_FROM=noreply@localhost.example
MAIL_REPLY_TO=help@localhost.example
MAIL_OFFICE=office@localhost.example
MAIL_POLL_MILLISECONDS=50
MAIL_LEASE_SECONDS=5
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def until(question, seconds=20, what="it"):
    """The first true answer to `question`; fails after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        assert time.monotonic() < end, f"{what} did not come within {seconds} s"
        time.sleep(0.05)


def done(result, text=""):
    """The output of a command that ended well, and said this."""
    assert result.returncode == 0, result.stdout + result.stderr
    assert text in result.stdout
    return result.stdout


class Mail:
    """One mail as its reader sees it."""

    def __init__(self, path):
        self.raw = path.read_bytes()
        message = email.message_from_bytes(self.raw, policy=email.policy.default)
        self.message = message
        self.id = message["Message-ID"]
        self.to = message["To"].addresses[0].addr_spec
        self.subject = str(message["Subject"])
        self.body = message.get_content().replace("\r\n", "\n")

    @property
    def token(self):
        found = re.search(r"\?token=([\w.~-]+)$", self.body, re.MULTILINE)
        return found and found[1]

    @property
    def url(self):
        """The one URL with a token."""
        (url,) = re.findall(r"http\S+\?token=\S+", self.body)
        return url


read_mail = functools.cache(Mail)


class Stack:
    """Use it in a `with` statement: nothing is left running afterwards."""

    def __init__(self, folder=None, port=None, environment=None, settings=SETTINGS):
        self.is_own_folder = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="mamis-stack-"))
        self.port = port or free_port()
        self.origin = f"http://localhost:{self.port}"
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = environment or {}
        self.settings = settings
        self.process = None

    def __enter__(self):
        settings = self.folder / "mamis.env"
        if not settings.exists():
            settings.write_text(self.settings)
        try:
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        self.stop()
        self.remove()

    def remove(self):
        if self.is_own_folder:
            shutil.rmtree(self.folder)

    def command(self):
        """scripts/run for this stack, as arguments for subprocess."""
        environment = {
            **os.environ, "PORT": str(self.port), "RUN_DIR": str(self.folder),
            "BIN_DIR": str(BIN_DIR), **self.environment,
        }
        return {"args": [REPOSITORY / "scripts/run"], "env": environment, "cwd": "/"}

    def start(self):
        output = self.folder / "run.out"
        with output.open("wb") as out:
            # A run of tests that is killed takes its stacks with it.
            command = self.command()
            command["args"] = ["setpriv", "--pdeathsig", "TERM", *command["args"]]
            self.process = subprocess.Popen(
                **command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True)

        def is_ready():
            text = output.read_text()
            assert self.process.poll() is None, text
            return f"\nready: {self.origin}/\n" in text

        try:
            until(is_ready, 90, "ready")
        except BaseException:
            self.stop()
            raise

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process = None

    # The people of the demo.

    def demo(self, who):
        """Login ID and password of `member with a postcard`, `registered member`, `secretariat`."""
        line = re.search(
            rf"^  {who} +ID (\S+) +password (\S+)$", (self.folder / "demo.txt").read_text(),
            re.MULTILINE)
        return line[1], line[2]

    # Admin's tools.

    def variables(self, **more):
        return {**os.environ, "MAMIS_ENV_FILE": str(self.folder / "mamis.env"), **more}

    def mamis(self, *arguments, stdin="", **more):
        return subprocess.run(
            [BIN_DIR / "mamis", *map(str, arguments)], input=stdin, text=True, timeout=120,
            capture_output=True, env=self.variables(**more))

    def sql(self, statement):
        """Rows of text, as the server's root."""
        result = subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={self.folder}/sockets/mariadb.sock",
             "--user=root", "--batch", "--skip-column-names", "--raw", "mamis"],
            input=statement, encoding="utf-8", errors="backslashreplace", capture_output=True,
            timeout=60)
        assert result.returncode == 0, result.stderr
        return [line.split("\t") for line in result.stdout.splitlines()]

    def control(self, *arguments):
        result = subprocess.run(
            ["supervisorctl", "-c", self.folder / "supervisord.conf", *arguments], text=True,
            capture_output=True, timeout=120)
        return result.stdout

    @contextlib.contextmanager
    def without(self, *names):
        """These programs are down meanwhile; afterwards all is well."""
        self.control("stop", *names)
        try:
            yield
        finally:
            self.control("start", *names)
            until(self.is_healthy, 60, "health")

    def pids(self, *names):
        """Process numbers of programs of this very stack."""
        lines = self.control("status").splitlines()
        found = [re.match(rf"(?:\w+:)?(?:{'|'.join(names)})(?:_\d)? .*pid (\d+),", line)
                 for line in lines]
        return [int(one[1]) for one in found if one]

    def is_healthy(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 2) as connection:
                connection.settimeout(15)
                connection.sendall(b"GET /health HTTP/1.0\r\n\r\n")
                return connection.recv(64).startswith(b"HTTP/1.1 200 ")
        except OSError:
            return False

    # Mail.

    def mail_files(self, to=None):
        """Files of the mails to an address, and maybe of others."""
        return (self.folder / "mail/new").iterdir()

    def mails(self, to=None, subject=""):
        """Mails to an address, or all, with these words in the subject; the oldest first."""
        files = sorted(self.mail_files(to), key=lambda path: path.stat().st_mtime_ns)
        return [mail for mail in map(read_mail, files) if subject in mail.subject
                and (to is None or to.lower() == mail.to.lower())]

    def mail(self, to, number=1, subject=""):
        """The newest of these mails, once there are so many."""
        until(lambda: len(self.mails(to, subject)) >= number, 20,
              f"mail {number} to {to}, {subject or 'any'},")
        return self.mails(to, subject)[-1]

    def no_more_mail(self):
        """Waits until nothing is left to be sent."""
        until(lambda: self.sql(
            "SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'sending')") == [["0"]])
