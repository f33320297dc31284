"""The programs that a handler is measured against, and the nginx that stands before all of them.

One nginx of one worker, with the production files, serves the handlers of the stack and, on ports
of their own, the same answers by floor.c and rival.php: what differs is the program alone.
"""

import contextlib
import http.client
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

from Stack.stack import BIN_DIR, REPOSITORY, free_port, until

from . import machine
from .recording import Facts, options_of, recorded, steps, write_rivals

HERE = pathlib.Path(__file__).parent

NGINX = """\
{user}
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid {work}/nginx.pid;
error_log {work}/nginx.log;
events {{ worker_connections 8000; }}
http {{
  client_body_temp_path {work}/body;
  fastcgi_temp_path {work}/fastcgi;
  proxy_temp_path {work}/proxy;
  scgi_temp_path {work}/scgi;
  uwsgi_temp_path {work}/uwsgi;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  set_real_ip_from 127.0.0.0/8;
  real_ip_header X-Forwarded-For;
  fastcgi_cache_path {work}/cache keys_zone=mamis_lookup:16m use_temp_path=off;
  include mamis/http.conf;
  access_log {work}/access.log mamis;
  server {{
    listen 127.0.0.1:{ours};
    root {repository}/www;
    set $sockets {sockets};
    include mamis/server.conf;
  }}
  server {{
    listen 127.0.0.1:{uncached};
    set $sockets {sockets};
    {common}
    location /lookup/ {{
      set $handler lookup; include mamis/handler.conf; include mamis/gzip.conf;
    }}
  }}
  server {{
    listen 127.0.0.1:{floor};
    set $sockets {work}/floor;
    {common}
{floors}
  }}
  server {{
    listen 127.0.0.1:{php};
    set $sockets {work};
    {common}
{phps}
  }}
}}
"""
COMMON = """set $method $asked_method; uninitialized_variable_warn off; server_tokens off;
    charset utf-8; error_log stderr emerg;
    include mamis/limits.conf; include mamis/headers.conf;"""

PHP = """\
[global]
error_log = {work}/php.log
daemonize = no
[rival]
{user}
listen = {work}/php.sock
listen.mode = 0666
pm = static
pm.max_children = {processes}
catch_workers_output = yes
php_admin_value[opcache.enable] = 1
php_admin_value[opcache.validate_timestamps] = 0
php_admin_value[display_errors] = stderr
"""


class Rivals:
    """Use it in a `with` statement: nothing is left running afterwards."""

    def __init__(self, stack, cases, processes, sides=("floor", "php")):
        self.stack, self.cases, self.processes = stack, cases, processes
        self.sides = sides
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="mb-"))
        self.ports = {name: free_port() for name in ("ours", "uncached", "floor", "php")}
        self._stop = contextlib.ExitStack()
        self.floors, self.php, self.nginx = {}, None, None

    def __enter__(self):
        with contextlib.ExitStack() as stop:
            stop.callback(shutil.rmtree, self.work)
            self._stop = stop
            os.chmod(self.work, 0o700)
            (self.work / "floor").mkdir()
            if self.sides:
                self._record()
                self._start_floor()
                self._start_php()
            self._start_nginx()
            self._stop = stop.pop_all()
        return self

    def __exit__(self, *_):
        self._stop.close()

    def port(self, side, case):
        if side != "ours":
            return self.ports[side]
        return self.ports["uncached" if case.uncached else "ours"]

    def path(self, side, case, request):
        """The same request's address at a rival: the case's name, and the query."""
        if side == "ours":
            return request.path
        return f"/{case.name}" + "".join(request.path.partition("?")[1:])

    def pids(self, side, case):
        """Who works for an answer: nginx, the program, the database."""
        database = int((self.stack.folder / "database/mariadb.pid").read_text())
        program = []
        if case.handler:
            program = {"ours": lambda: self.stack.pids(case.handler),
                       "floor": lambda: [one.pid for one in self.floors[case.name]],
                       "php": lambda: machine.children(self.php.pid)}[side]()
        return {"nginx": machine.children(self.nginx.pid),
                "program": program, "database": [database]}

    def answer(self, side, case, request):
        """Status and body of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port(side, case), timeout=30)
        headers = {"User-Agent": "bench", "X-Forwarded-For": request.client}
        if request.cookie:
            headers["Cookie"] = request.cookie
        if request.method == "POST":
            headers["Origin"] = self.stack.origin
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(request.method, self.path(side, case, request),
                           body=request.body or None, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    def as_cgi(self, case, request):
        """What the handler itself sends, started as a plain CGI program."""
        path, _, query = request.path.partition("?")
        environment = {
            "PATH": os.environ["PATH"], "MAMIS_ENV_FILE": str(self.stack.folder / "mamis.env"),
            "DB_GROUP": f"mamis-{case.group}", "GATEWAY_INTERFACE": "CGI/1.1",
            "REQUEST_METHOD": request.method, "SCRIPT_NAME": path, "REQUEST_URI": request.path,
            "QUERY_STRING": query, "REMOTE_ADDR": request.client, "REQUEST_ID": "0123456789",
            "SERVER_PROTOCOL": "HTTP/1.1", "REQUEST_SCHEME": "http", "HTTP_HOST": "localhost",
            "HTTP_USER_AGENT": "bench",
        }
        if request.cookie:
            environment["HTTP_COOKIE"] = request.cookie
        if request.method == "POST":
            environment.update(
                CONTENT_TYPE="application/x-www-form-urlencoded",
                CONTENT_LENGTH=str(len(request.body)), HTTP_ORIGIN=self.stack.origin)
        return subprocess.run(
            [BIN_DIR / case.handler], input=request.body.encode(), env=environment,
            capture_output=True, check=True, timeout=60).stdout

    def _record(self):
        for case in self.cases:
            if not case.handler:
                continue
            request = case.requests[-1]
            with recorded(self.stack) as statements:
                answer = self.as_cgi(case, request)
            facts = Facts(**request.facts)
            own = [one for one in statements
                   if one.user == f"mamis_{case.group}" and not is_of_start(one)]
            facts.account = self._account(request)
            write_rivals(self.work, case.name, answer, steps(own, facts),
                         options_of(self.stack, f"mamis-{case.group}"))
            case.statements = own

    def _account(self, request):
        """The account whose session, token or login ID a request brings."""
        secret = request.facts.get("secret", "")
        key = request.facts.get("login", "")
        hashed = Facts(secret=secret).texts
        digest = next(iter(hashed)).hex()
        rows = self.stack.sql(
            f"SELECT account_id FROM sessions WHERE token_hash = X'{digest}' UNION "
            f"SELECT account_id FROM tokens WHERE token_hash = X'{digest}' UNION "
            f"SELECT id FROM accounts WHERE login_key = '{key}' AND '{key}' <> ''")
        return int(rows[0][0]) if rows else None

    def _keep(self, process):
        def end():
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._stop.callback(end)
        return process

    def _start_floor(self):
        self.program = self.work / "floor-program"
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libmariadb", "libsodium"],
                               capture_output=True, text=True, check=True).stdout.split()
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", self.program,
                        HERE / "floor.c", *flags, "-lfcgi"], check=True)
        for case in self.cases:
            if not case.handler:
                continue
            environment = {**os.environ, "DB_OPTION_FILE": str(self.stack.folder / "my.cnf"),
                           "DB_GROUP": f"mamis-{case.group}"}
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(str(self.work / f"floor/{case.name}.sock"))
                listener.listen(1024)
                self.floors[case.name] = [
                    self._keep(subprocess.Popen(
                        ["setpriv", "--pdeathsig", "TERM", self.program, self.work / case.name],
                        stdin=listener.fileno(), env=environment))
                    for _ in range(self.processes)]

    def _start_php(self):
        user = "user = root\ngroup = root" if os.getuid() == 0 else ""
        (self.work / "php.conf").write_text(
            PHP.format(work=self.work, user=user, processes=self.processes))
        program = next(iter(sorted(pathlib.Path("/usr/sbin").glob("php-fpm*"))), "php-fpm")
        command = ["setpriv", "--pdeathsig", "TERM", program, "-F", "-y", self.work / "php.conf"]
        if os.getuid() == 0:
            command.append("-R")
        self.php = self._keep(subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        until((self.work / "php.sock").exists, 20, "PHP")

    def _start_nginx(self):
        names = [case.name for case in self.cases if case.handler and self.sides]
        floors = "".join(
            f"    location = /{name} {{ set $handler {name}; include mamis/handler.conf; }}\n"
            for name in names)
        phps = "".join(
            f"    location = /{name} {{ set $handler php; include mamis/handler.conf;\n"
            f"      fastcgi_param SCRIPT_FILENAME {HERE}/rival.php;\n"
            f"      fastcgi_param RIVAL_PLAN {self.work}/{name}.php; }}\n" for name in names)
        sockets = os.path.realpath(self.stack.folder / "sockets")
        (self.work / "mamis").symlink_to(REPOSITORY / "nginx")
        (self.work / "nginx.conf").write_text(NGINX.format(
            user="user root;" if os.getuid() == 0 else "", work=self.work, common=COMMON,
            repository=REPOSITORY, sockets=sockets, floors=floors, phps=phps, **self.ports))
        command = ["nginx", "-p", self.work, "-c", self.work / "nginx.conf", "-e",
                   self.work / "nginx.log"]
        path = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"}
        subprocess.run([*command, "-t", "-q"], check=True, env=path)
        self.nginx = self._keep(subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command], env=path))

        def serves():
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.ports["ours"]), 1).close()
                return True
        until(serves, 20, "nginx")


def is_of_start(statement):
    """What a program reads once, when it starts: the schema's number and master lists."""
    words = statement.words
    return not statement.values and any(
        f" FROM {table}" in words for table in
        ("schema_migrations", "prefectures", "specialties", "universities", "graduate_schools",
         "societies"))
