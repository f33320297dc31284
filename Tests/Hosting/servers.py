"""The site behind other web servers, each in a private folder, on the stack's database.

Every server here runs the configuration that a host gets. What an administrator edits (name, ports,
certificate, paths) is edited here, too, and each edit must find its line.
"""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile

import requests

from Stack.people import Browser
from Stack.stack import ADDRESSES, BIN_DIR, REPOSITORY, free_port, until

NAME = "member.example.or.jp"
PROGRAMS = sorted({(handler, group) for handler, group in ADDRESSES.values() if handler})


def edited(text, edits):
    """The text after the administrator's edits: old -> new."""
    for old, new in edits.items():
        assert old in text, f"nothing to edit: {old}"
        text = text.replace(old, str(new))
    return text


def generated(*arguments):
    """What deploy/sites says."""
    return subprocess.run([REPOSITORY / "deploy/sites", *arguments], check=True, text=True,
                          stdout=subprocess.PIPE, timeout=60).stdout


def make_certificate(folder):
    """A certificate of our own for localhost; returns its file and its key's."""
    certificate, key = folder / "chain.pem", folder / "site.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         f"subjectAltName=DNS:localhost,DNS:{NAME},IP:127.0.0.1", "-out", certificate,
         "-keyout", key], check=True, capture_output=True, timeout=60)
    return certificate, key


class SecureBrowser(Browser):
    """A browser that knows the site's certificate."""

    def __init__(self, site, address=None):
        super().__init__(site, address)
        self.session.verify = str(site.certificate)


class Site:
    """One web server in a folder of its own. Use it in a `with` statement."""

    # Whether handlers have the database users of their groups; then the owner's is not at hand.
    has_groups = True

    def __init__(self, stack):
        self.stack = stack
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mamis-site-"))
        self.port, self.plain_port = free_port(), free_port()
        self.origin = f"https://localhost:{self.port}"
        self.url = f"https://127.0.0.1:{self.port}"
        self.certificate, self.key = make_certificate(self.folder)
        self.settings = self.folder / "mamis.env"
        self.processes = []

    # What people.py asks a stack for.

    def mails(self, to=None):
        return self.stack.mails(to)

    def mail(self, to, number=1):
        return self.stack.mail(to, number)

    def browser(self, address=None):
        return SecureBrowser(self, address)

    # Starting and stopping.

    def __enter__(self):
        try:
            self.write_settings()
            self.start()
            until(self.answers, 20, "an answer of the server")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        try:
            for process in reversed(self.processes):
                process.wait(20)
        finally:
            for process in self.processes:
                if process.poll() is None:
                    process.kill()
            shutil.rmtree(self.folder)

    def start(self):
        raise NotImplementedError

    def write_settings(self):
        users = (self.stack.folder / "my.cnf").read_text()
        if self.has_groups:
            users, count = re.subn(r"^\[mamis\]\n[^\[]*", "", users, flags=re.MULTILINE)
            assert count == 1
        self.write("my.cnf", users)
        lines = (self.stack.folder / "mamis.env").read_text()
        for key, value in [("BASE_URL", self.origin), ("DB_OPTION_FILE", self.folder / "my.cnf")]:
            lines, count = re.subn(rf"^{key}=.*$", f"{key}={value}", lines, flags=re.MULTILINE)
            assert count == 1
        self.write("mamis.env", lines)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run(self, *command, **more):
        """Starts a program that ends with this site, or with this very process."""
        with (self.folder / "output").open("ab") as out:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *command], stdout=out, stderr=out,
                **{"stdin": subprocess.DEVNULL, "cwd": "/", **more})
        self.processes.append(process)
        return process

    def answers(self):
        for process in self.processes:
            assert process.poll() is None, self.said()
        try:
            return requests.get(f"{self.url}/terms", verify=str(self.certificate), timeout=5).ok
        except requests.RequestException:
            return False

    def said(self):
        """Everything that the server and its handlers have written about themselves."""
        texts = [path.read_text(errors="replace") for path in self.folder.glob("*")
                 if path.name == "output" or path.suffix == ".log"]
        return "\n".join(texts)

    # Parts that several servers need.

    def variables(self, group):
        return {"PATH": os.environ["PATH"], "MAMIS_ENV_FILE": str(self.settings),
                "DB_GROUP": f"mamis-{group}"}

    def start_handlers(self, processes=1):
        """Each handler on a socket of its own name, as systemd's sockets do it; their folder."""
        sockets = self.folder / "sockets"
        sockets.mkdir()
        for handler, group in PROGRAMS:
            self.start_handler(sockets, handler, group, processes)
        return sockets

    def start_handler(self, sockets, handler, group, processes=1):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(sockets / f"{handler}.sock"))
            listener.listen(128)
            for _ in range(processes):
                self.run(BIN_DIR / handler, stdin=listener, env=self.variables(group))

    @contextlib.contextmanager
    def without(self, handler, group):
        """The only process of this handler is down meanwhile."""
        (process,) = [one for one in self.processes if str(one.args[-1]).endswith(f"/{handler}")]
        process.terminate()
        process.wait(20)
        try:
            yield
        finally:
            self.processes.remove(process)
            sockets = self.folder / "sockets"
            (sockets / f"{handler}.sock").unlink()
            self.start_handler(sockets, handler, group)

    def handshake(self, protocols=("h2", "http/1.1"), **limits):
        """A connection made with certain versions and ciphers: (version, cipher, protocol)."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        context.set_alpn_protocols(list(protocols))
        if "ciphers" in limits:
            # Also what nobody should take any more: the server must be the one to refuse.
            context.set_ciphers(f"{limits['ciphers']}:@SECLEVEL=0")
        if "version" in limits:
            context.minimum_version = context.maximum_version = limits["version"]
        with socket.create_connection(("127.0.0.1", self.port), 10) as connection:
            with context.wrap_socket(connection, server_hostname="localhost") as secure:
                return secure.version(), secure.cipher()[0], secure.selected_alpn_protocol()


class Nginx(Site):
    """nginx with the production site: nginx/site.conf, as it would be in sites-enabled/."""

    def start(self):
        self.write_site(self.start_handlers())
        self.run("nginx", "-p", self.folder, "-c", self.folder / "nginx.conf",
                 "-e", self.folder / "error.log", "-g", "daemon off;")

    def write_site(self, sockets):
        """The files of nginx/ in their place, and the site with its lines edited."""
        shutil.copytree(REPOSITORY / "nginx", self.folder / "mamis")
        for name in ("cache", "temp"):
            (self.folder / name).mkdir()
        self.write("site.conf", edited((REPOSITORY / "nginx/site.conf").read_text(), {
            f"/etc/ssl/certs/{NAME}.pem": self.certificate,
            f"/etc/ssl/private/{NAME}.key": self.key,
            f"https://{NAME}$": f"{self.origin}$",
            "  listen [::]:80;\n": "", "  listen [::]:443 ssl http2;\n": "",
            "listen 80;": f"listen 127.0.0.1:{self.plain_port};",
            "listen 443 ": f"listen 127.0.0.1:{self.port} ",
            f"server_name {NAME};": "server_name localhost;",
            "/var/log/nginx/mamis.log": self.folder / "access.log",
            "/var/cache/nginx-mamis": self.folder / "cache",
            "/usr/share/mamis/www": REPOSITORY / "www", "/run/mamis;": f"{sockets};",
        }))
        temporary = "".join(f"  {kind}_temp_path {self.folder}/temp/{kind};\n" for kind in (
            "client_body", "fastcgi", "proxy", "scgi", "uwsgi"))
        user = "user root;\n" if os.geteuid() == 0 else ""
        self.write("nginx.conf", (
            f"{user}worker_processes 1;\npid {self.folder}/nginx.pid;\n"
            f"events {{}}\nhttp {{\n{temporary}  include site.conf;\n}}\n"))


class NginxWithPrograms(Nginx):
    """The same, with every handler as plain CGI through fcgiwrap, as backends.conf explains."""

    has_groups = False

    def start(self):
        self.write_site(self.folder)
        backends = self.folder / "mamis/backends.conf"
        backends.write_text(edited(backends.read_text(), {
            "  default  unix:$sockets/$handler.sock;":
                f"  default  unix:{self.folder}/fcgiwrap.sock;"}))
        parameters = self.folder / "mamis/fastcgi_params"
        parameters.write_text(parameters.read_text() + (
            f"fastcgi_param SCRIPT_FILENAME {BIN_DIR}/$handler;\n"
            f"fastcgi_param MAMIS_ENV_FILE {self.settings};\n"))
        self.run("fcgiwrap", "-s", f"unix:{self.folder}/fcgiwrap.sock")
        until((self.folder / "fcgiwrap.sock").exists, what="fcgiwrap's socket")
        self.run("nginx", "-p", self.folder, "-c", self.folder / "nginx.conf",
                 "-e", self.folder / "error.log", "-g", "daemon off;")


class Lighttpd(Site):
    """deploy/lighttpd/mamis.conf, before handlers that somebody else has started."""

    def start(self):
        sockets = self.start_handlers()
        self.write("mamis-addresses.conf", generated("lighttpd", str(sockets)))
        generated("errors", str(REPOSITORY / "www"), str(self.folder / "errors"))
        (self.folder / "uploads").mkdir()
        text = (REPOSITORY / "deploy/lighttpd/mamis.conf").read_text()
        for line in ["server.username .*\n", "server.groupname .*\n",
                     r'\$SERVER\["socket"\] == "\[::\]:443" .*\n']:
            text, count = re.subn(line, "", text)
            assert count == 1, line
        self.write("lighttpd.conf", edited(text, {
            "server.port              = 80":
                f'server.bind = "127.0.0.1"\nserver.port = {self.plain_port}',
            "0.0.0.0:443": f"127.0.0.1:{self.port}",
            f"/etc/ssl/certs/{NAME}.pem": self.certificate,
            f"/etc/ssl/private/{NAME}.key": self.key,
            f"https://{NAME}$": f"{self.origin}$",
            "/usr/share/mamis/www": REPOSITORY / "www",
            "/var/lib/mamis/errors": self.folder / "errors",
            "/var/cache/lighttpd/uploads": self.folder / "uploads",
            "/var/log/lighttpd/error.log": self.folder / "error.log",
            "/var/log/lighttpd/mamis.log": self.folder / "access.log",
            "/run/lighttpd.pid": self.folder / "lighttpd.pid",
        }))
        self.run("lighttpd", "-D", "-f", self.folder / "lighttpd.conf")
