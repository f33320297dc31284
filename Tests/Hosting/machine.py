"""A clean Debian 12 with a systemd of its own, in namespaces of this machine."""

import ctypes
import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager

from Stack.people import Browser
from Stack.stack import Stack, until

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "mamis"
# An older base is made anew, for the sake of its list of packages.
BASE_DAYS = 7
# What a Debian installed the usual way has, of what the five steps need.
INCLUDE = "systemd-sysv,dbus,ca-certificates,procps,openssl"
SITE = "member.example.or.jp"
MAILS = "var/spool/mails"

# Debian's own way to ask nothing; recommended packages (an MTA) would only cost time.
APT = """\
APT::Get::Assume-Yes "true";
APT::Install-Recommends "false";
Dpkg::Use-Pty "false";
"""
# In the place of an MTA: each mail is a file. It is called as any sendmail, from within the unit.
SENDMAIL = f"""\
#!/bin/sh
name=$(mktemp /{MAILS}/mail/tmp/XXXXXXXX)
cat >"$name" && mv "$name" /{MAILS}/mail/new/
"""


def missing():
    """Why there can be no such machine here, in words; or nothing."""
    if os.geteuid() != 0:
        return "a Debian with namespaces of its own needs root"
    for program in ["mmdebstrap", "systemd-nspawn", "nsenter"]:
        if not shutil.which(program):
            return f"a Debian of its own needs {program}"
    return ""


def base(package):
    """A tarball of a minimal Debian, with the packages that the five steps will ask for at hand."""
    needs = subprocess.run(["dpkg-deb", "-f", package, "Depends"], capture_output=True, text=True,
                           check=True).stdout
    name = hashlib.sha256((needs + INCLUDE + APT).encode()).hexdigest()[:12]
    tarball = CACHE / f"bookworm-{name}.tar"
    if tarball.exists() and time.time() - tarball.stat().st_mtime < BASE_DAYS * 86_400:
        return tarball
    CACHE.mkdir(parents=True, exist_ok=True)
    for old in CACHE.glob("bookworm-*.tar*"):
        old.unlink()
    apt = CACHE / "apt.conf"
    apt.write_text(APT)
    subprocess.run(
        ["mmdebstrap", "--quiet", "--format=tar", "--variant=apt", f"--include={INCLUDE}",
         "--skip=cleanup/apt",
         f"--customize-hook=copy-in {apt} /etc/apt/apt.conf.d",
         f"--customize-hook=upload {package} /mamis.deb",
         '--customize-hook=chroot "$1" apt-get install -qq --download-only mariadb-server nginx '
         "/mamis.deb",
         '--customize-hook=rm "$1/mamis.deb"',
         "bookworm", f"{tarball}.new", *sources()], check=True, stdin=subprocess.DEVNULL)
    pathlib.Path(f"{tarball}.new").rename(tarball)
    return tarball


def sources():
    """The mirrors of Debian that this machine uses itself."""
    folder = pathlib.Path("/etc/apt")
    found = [path for path in [folder / "sources.list",
                               *sorted((folder / "sources.list.d").glob("debian*"))]
             if path.exists() and "debian" in path.read_text()]
    return found or ["deb http://deb.debian.org/debian bookworm main"]


class Machine(Stack):
    """Boots when entered; its people, browsers and mails are those of a `Stack`."""

    def __init__(self, package):
        super().__init__(port=443)
        self.package = pathlib.Path(package)
        self.root = self.folder / "root"
        self.url, self.origin = "https://127.0.0.1", f"https://{SITE}"
        self.init = None

    def start(self):
        self.root.mkdir()
        subprocess.run(["tar", "-C", self.root, "-xf", base(self.package)], check=True)
        shutil.copy(self.package, self.root / "root")
        for box in ["new", "cur", "tmp"]:
            (self.root / MAILS / "mail" / box).mkdir(parents=True)
            (self.root / MAILS / "mail" / box).chmod(0o1777)
        sendmail = self.root / "usr/sbin/sendmail"
        sendmail.write_text(SENDMAIL)
        sendmail.chmod(0o755)
        with (self.folder / "console").open("wb") as console:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "systemd-nspawn", "--quiet", "--boot",
                 "--register=no", "--keep-unit", "--private-network", "--console=pipe",
                 f"--machine=mamis-{os.getpid()}", "-D", self.root],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        try:
            until(self._has_booted, 60, "the machine")
        except BaseException:
            self.stop()
            raise

    def _has_booted(self):
        assert self.process.poll() is None, (self.folder / "console").read_text()
        children = pathlib.Path(
            f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        if not children:
            return False
        self.init = int(children[0])
        state = self.run("systemctl is-system-running", check=False).stdout.strip()
        return state in ("running", "degraded")

    def stop(self):
        """The end of its first process is the end of all of them."""
        if self.process is None:
            return
        if self.init is not None:
            os.kill(self.init, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait(30)
        self.process = None

    def run(self, script, check=True, stdin=""):
        """A script on the machine, as root in its home."""
        result = subprocess.run(
            ["nsenter", f"--target={self.init}", "--all", "env", "-i", "HOME=/root",
             "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
             "DEBIAN_FRONTEND=noninteractive", "bash", "-euo", "pipefail", "-c", f"cd\n{script}"],
            input=stdin, text=True, capture_output=True, timeout=600)
        if check:
            assert result.returncode == 0, f"{script}\n{result.stdout}{result.stderr}"
        return result

    def sql(self, statement):
        rows = self.run("mariadb --batch --skip-column-names", stdin=statement).stdout
        return [line.split("\t") for line in rows.splitlines()]

    def mail_files(self, to=None):
        return (self.root / MAILS / "mail/new").iterdir()

    @contextmanager
    def network(self):
        """Within it, this thread's connections are the machine's own."""
        libc = ctypes.CDLL(None, use_errno=True)

        def enter(file):
            if libc.setns(file.fileno(), 0x40000000) != 0:
                raise OSError(ctypes.get_errno(), "setns")

        with open("/proc/thread-self/ns/net") as here, open(f"/proc/{self.init}/ns/net") as there:
            enter(there)
            try:
                yield
            finally:
                enter(here)

    def browser(self):
        """A browser that trusts whatever certificate the site has."""
        browser = Browser(self)
        browser.session.mount("https://", browser.session.get_adapter("http://"))
        browser.session.verify = False
        return browser
