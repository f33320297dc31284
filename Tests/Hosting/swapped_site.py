"""A stack in which `inquiry` can be PHP behind PHP-FPM and `terms` Python behind fcgiwrap."""

import os
import pathlib
import re
import secrets
import shutil
import subprocess

import pytest

from Stack.people import Browser
from Stack.stack import REPOSITORY, Stack, until

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
        password = secrets.token_urlsafe(18)
        self.stack.sql(f"CREATE OR REPLACE USER {user}@localhost IDENTIFIED BY '{password}'")
        self.options.touch(0o600)
        with self.options.open("a") as options:
            options.write(
                f"[{group}]\nsocket = {self.folder}/sockets/mariadb.sock\nuser = {user}\n"
                f"password = {password}\ndatabase = mamis\ndefault-character-set = utf8mb4\n\n")
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
        # One process: those that it forks with -c would outlive it.
        process = self.start(
            ["fcgiwrap", "-s", f"unix:{path}"], "terms-py.out",
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
