"""The real stack (scripts/run) on a port and in a folder of its own, and what tests do to it."""

import csv
import email
import email.policy
import io
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

REPO = pathlib.Path(__file__).resolve().parents[2]

# Cheap passwords, quick mail, and no limit on how many mails one machine asks for.
SETTINGS = {
    "STAFF_TWO_FACTOR": "optional",
    "MAIL_FROM": "noreply@localhost.example",
    "MAIL_OFFICE": "office@localhost.example",
    "ARGON2_PASSES": "1",
    "ARGON2_MEMORY_KIB": "64",
    "MAIL_POLL_MILLISECONDS": "100",
    "CLIENT_MAILS_PER_HOUR": "100000",
    "CLIENT_FAILURES_PER_MINUTE": "100000",
    "DATABASE_PATIENCE_SECONDS": "2",
}


class Stack:
    """Started once for all tests. RUNNING_STACK names the RUN_DIR of one that runs already."""

    def __init__(self):
        self._process = None
        running = os.environ.get("RUNNING_STACK")
        self.folder = pathlib.Path(running or tempfile.mkdtemp(prefix="mamis-browser-"))
        self._is_ours = not running
        if self._is_ours:
            self._start()
        settings = (self.folder / "mamis.env").read_text()
        self.url = re.search(r"^BASE_URL=(.*)$", settings, re.M)[1]
        demo = (self.folder / "demo.txt").read_text()
        self.accounts = dict(
            (name.strip(), (login_id, password))
            for name, login_id, password in re.findall(
                r"^  (\S.*?)\s+ID (\S+)\s+password (\S+)$", demo, re.M
            )
        )

    def _start(self):
        (self.folder / "mamis.env").write_text(
            "".join(f"{key}={value}\n" for key, value in SETTINGS.items())
        )
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._log = self.folder / "run.log"
        environment = {**os.environ, "PORT": str(port), "RUN_DIR": str(self.folder)}
        environment.setdefault("BIN_DIR", str(REPO / ".build/release"))
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [REPO / "scripts/run"], env=environment, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )
        for _ in range(1200):
            text = self._log.read_text()
            if re.search("^ready: ", text, re.M):
                return
            if self._process.poll() is not None:
                raise RuntimeError(f"scripts/run ended:\n{text}")
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"scripts/run was not ready within two minutes:\n{text}")

    def stop(self):
        if not self._process:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)

    def control(self, *words):
        """supervisorctl; some of its good answers have a status other than 0."""
        return subprocess.run(
            ["supervisorctl", "-c", self.folder / "supervisord.conf", *words],
            capture_output=True, text=True, timeout=60,
        ).stdout

    def mamis(self, *words, text=""):
        settings = (self.folder / "supervisord.conf").read_text()
        program = re.search(r" (\S+)/mailer$", settings, re.M)[1] + "/mamis"
        return subprocess.run(
            [program, *words], input=text, capture_output=True, text=True, timeout=60, check=True,
            env={**os.environ, "MAMIS_ENV_FILE": str(self.folder / "mamis.env")},
        ).stdout

    def sql(self, text):
        """Runs SQL as the database's owner; returns lines of tab-separated values."""
        return subprocess.run(
            [REPO / "scripts/database", "sql", self.folder / "sockets/mariadb.sock", "mamis"],
            input=text, capture_output=True, text=True, timeout=30, check=True,
        ).stdout

    def mails(self, address, subject=""):
        """Mails that were handed over for this address, the newest first."""
        found = []
        for folder in ("new", "cur"):
            for path in (self.folder / "mail" / folder).iterdir():
                mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                if mail["To"] == address and subject in mail["Subject"]:
                    found.append((path.stat().st_mtime_ns, mail))
        return [mail for _, mail in sorted(found, key=lambda pair: pair[0], reverse=True)]

    def mail(self, address, subject="", seconds=15):
        """The newest mail to this address, waited for."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if mails := self.mails(address, subject):
                return mails[0]
            time.sleep(0.05)
        raise AssertionError(f"no mail 「{subject}」 within {seconds} seconds")

    def mailed_url(self, address, subject=""):
        """The one URL with a token in the newest mail."""
        urls = re.findall(r"http\S+[?]token=\S+", self.mail(address, subject).get_content())
        assert len(urls) == 1
        return urls[0]

    def members(self, people):
        """Imports members and issues their postcards; returns (login ID, password) for each.

        people: (surname, given name) pairs.
        """
        columns = (
            "member_number,family_name,given_name,family_name_kana,given_name_kana,"
            "registry_number,birth_date,postal_code,prefecture,address,email"
        )
        numbers = [f"T{time.time_ns() % 10**9:09}{index:02}" for index in range(len(people))]
        lines = [columns] + [
            f"{number},{surname},{given},,,,,,,,"
            for number, (surname, given) in zip(numbers, people)
        ]
        path = self.folder / "members-of-a-test.csv"
        path.write_text("\n".join(lines) + "\n")
        self.mamis("members", "import", str(path))
        cards = []
        for number in numbers:
            rows = list(csv.reader(io.StringIO(
                self.mamis("credentials", "issue", "--member", number, "--format", "csv"))))
            cards.append((rows[1][6], rows[1][7]))
        return cards
