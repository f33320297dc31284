"""Three machines in one: MariaDB Galera, handlers on two hosts, one nginx before them.

Each machine is a loopback address of its own, so that all ports are the ones of a real cluster and
the files of deploy/cluster/ are used as they are, with only the addresses changed.
"""

import copy
import os
import random
import re
import shutil
import signal
import socket
import subprocess

from Stack.stack import BIN_DIR, REPOSITORY, Stack, done, free_port, until

EXAMPLES = REPOSITORY / "deploy/cluster"
PROVIDER = "/usr/lib/galera/libgalera_smm.so"
PROCESSES = 2
# The copy of a whole server goes through an rsync that root's files refuse.
DROP = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
if os.getuid() != 0:
    DROP = []
SERVER = """\
[mariadbd]
datadir = {folder}/data
socket = {folder}/sock
pid-file = {folder}/pid
tmpdir = {folder}/tmp
innodb_buffer_pool_size = 64M
innodb_log_file_size = 32M
aria_pagecache_buffer_size = 8M
performance_schema = OFF
"""
# A folder an address. Every call is a file of its own: what is handed over twice is seen twice.
SENDMAIL = """\
#!/bin/sh
# sendmail FOLDER -i -f FROM -- TO
name=$(cat /proc/sys/kernel/random/uuid)
mkdir -p "$1/$6"
cat >"$1/$name" && mv "$1/$name" "$1/$6/$name"
"""


def what_lacks():
    """What this machine lacks for a cluster, in words; empty where it has all."""
    tools = [tool for tool in ("wsrep_sst_rsync", "rsync", "ss") if not shutil.which(tool)]
    packages = [] if os.path.exists(PROVIDER) else ["galera-4"]
    return " and ".join(packages + tools)


def free_network():
    """The first three numbers of loopback addresses that nobody listens on."""
    while True:
        network = f"127.{random.randint(64, 250)}.{random.randint(1, 250)}"
        try:
            for port in (3306, 4567, 9001):
                with socket.socket() as probe:
                    probe.bind((f"{network}.1", port))
            return network
        except OSError:
            continue


def spawn(arguments, log, drop=(), **more):
    """A program that dies with this process, whatever happens to it."""
    with open(log, "ab") as out:
        return subprocess.Popen(
            [*drop, "setpriv", "--pdeathsig", "KILL", *map(str, arguments)], stdout=out,
            stderr=out, **{"stdin": subprocess.DEVNULL, **more})


def programs(*groups):
    """handler -> group, of the table of addresses."""
    table = (REPOSITORY / "nginx/handlers.conf").read_text()
    found = dict(re.findall(r"set \$handler ([\w-]+);.*# (\w+)$", table, re.MULTILINE))
    return {name: group for name, group in found.items() if group in groups}


class Node:
    """One of the database servers."""

    def __init__(self, cluster, number):
        self.folder = cluster.folder / f"node{number}"
        self.address = f"{cluster.network}.{number}"
        self.process = None
        for part in ("data", "tmp"):
            (self.folder / part).mkdir(parents=True)
        self.owned()
        first = f"{cluster.network}.1"
        cluster_file = cluster.example("galera.cnf").replace("gcache.size=512M", "gcache.size=32M")
        own = "\n".join(
            line if line.startswith("wsrep_cluster_address") else line.replace(first, self.address)
            for line in cluster_file.splitlines())
        self.options = self.folder / "server.cnf"
        self.options.write_text(SERVER.format(folder=self.folder) + own + "\n")

    def owned(self):
        """The server's folder is its user's."""
        if DROP:
            subprocess.run(["chown", "-R", "nobody:nogroup", self.folder], check=True)

    def install(self):
        """An empty server; the others get all of it from the first."""
        subprocess.run(
            [*DROP, "mariadb-install-db", "--no-defaults", f"--datadir={self.folder}/data",
             "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"],
            check=True, capture_output=True)

    def start(self, *arguments):
        self.process = spawn(
            ["mariadbd", f"--defaults-file={self.options}", *arguments], self.folder / "log",
            drop=DROP)

    def start_again(self):
        """As Debian's unit does: it goes on from the last transaction that its disk has."""
        recovery = subprocess.run(
            [*DROP, "mariadbd", f"--defaults-file={self.options}", "--wsrep-recover"], check=True,
            capture_output=True, text=True)
        found = re.findall(r"Recovered position: *(\S+)", recovery.stderr)
        self.start(f"--wsrep_start_position={found[-1]}")

    def sql(self, statement, database="mamis"):
        """Rows of text, as the server's root."""
        result = subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={self.folder}/sock", "--user=root", "--batch",
             "--skip-column-names", "--raw", database],
            input=statement, encoding="utf-8", capture_output=True, timeout=60)
        if result.returncode != 0:
            raise RuntimeError(result.stderr)
        return [line.split("\t") for line in result.stdout.splitlines()]

    def rows(self, database="mamis"):
        """Every row of every table, as statements in the order of their keys."""
        dump = subprocess.run(
            ["mariadb-dump", "--no-defaults", f"--socket={self.folder}/sock", "--user=root",
             "--hex-blob", "--skip-comments", "--skip-lock-tables", "--order-by-primary",
             "--no-create-info", "--skip-extended-insert",
             f"--ignore-table={database}.postal_codes", database],
            capture_output=True, text=True, check=True)
        return dump.stdout.splitlines()

    def status(self, name):
        rows = self.sql(f"SHOW STATUS LIKE '{name}'", "mysql")
        return rows[0][1] if rows else ""

    def is_synced(self):
        try:
            return self.status("wsrep_local_state_comment") == "Synced"
        except RuntimeError:
            assert self.process.poll() is None, (self.folder / "log").read_text()[-4000:]
            return False

    def kill(self):
        """As a loss of power, but the network says so at once."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


class Host:
    """The handlers of one association on one machine, and its mailer."""

    def __init__(self, folder, settings, options, handlers=None, listen=None):
        """`listen` makes the listening socket of a handler, by its name."""
        self.folder = folder
        self.handlers = handlers
        self.listen = listen
        self.processes = []
        self.folder.mkdir(mode=0o700)
        self.settings = folder / "mamis.env"
        self.options = folder / "my.cnf"
        self.options.write_text(options)
        self.settings.write_text(settings + f"DB_OPTION_FILE={self.options}\n")

    def start(self):
        for name, group in self.handlers.items():
            with self.listen(name) as listener:
                for _ in range(PROCESSES):
                    self.run(name, group, listener)
        self.run("mailer", "mailer", subprocess.DEVNULL)

    def run(self, program, group, stdin):
        self.processes.append(spawn(
            [BIN_DIR / program], self.folder / f"{program}.log", stdin=stdin, env={
                **os.environ, "MAMIS_ENV_FILE": str(self.settings), "DB_GROUP": f"mamis-{group}"}))

    def end(self, how):
        for process in self.processes:
            process.send_signal(how)
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes = []

    def kill(self):
        self.end(signal.SIGKILL)

    def stop(self):
        self.end(signal.SIGTERM)


class Cluster(Stack):
    """Use it in a `with` statement. `nodes` and `hosts` are the machines."""

    def __init__(self):
        super().__init__()
        self.network = free_network()
        self.nginx = None
        self.nodes = []
        self.hosts = []

    def example(self, name):
        """A file of deploy/cluster/ with the addresses of this cluster."""
        return (EXAMPLES / name).read_text().replace("10.0.0.", f"{self.network}.")

    # Coming and going.

    def start(self):
        self.folder.chmod(0o711)
        (self.folder / "sendmail").write_text(SENDMAIL)
        (self.folder / "sendmail").chmod(0o700)
        (self.folder / "mail").mkdir()
        try:
            self.start_database()
            backends = self.example("backends.conf")
            self.hosts = [self.host("mamis", number, backends) for number in (1, 2)]
            for host in self.hosts:
                host.start()
            self.start_nginx()
            until(self.is_healthy, 60, "health")
        except BaseException:
            self.stop()
            raise

    def stop(self):
        if self.nginx:
            self.nginx.terminate()
            self.nginx.wait()
        for host in self.hosts:
            host.stop()
        for node in reversed(self.nodes):
            node.stop()

    def start_database(self):
        """The first server, its tables and lists; then the others, which copy all of it."""
        self.nodes = [Node(self, number) for number in (1, 2, 3)]
        self.nodes[0].install()
        self.nodes[0].start("--wsrep-new-cluster")
        until(self.nodes[0].is_synced, 60, "the first database server")
        self.prepare("mamis")
        for node in self.nodes[1:]:
            node.start()
            until(node.is_synced, 60, "a database server's copy")

    # Associations.

    def host_settings(self):
        return (self.folder / "mamis.env").read_text() + (
            f"BASE_URL={self.origin}\nWWW_DIR={REPOSITORY}/www\nSQL_DIR={REPOSITORY}/sql\n"
            f"MAIL_DELIVERY=sendmail:{self.folder}/sendmail {self.folder}/mail\n"
            "DATABASE_PATIENCE_SECONDS=5\n")

    def option_file(self, name, first=1):
        """The example with this association's name, and another first server for each host."""
        order = [f"{self.network}.{(first - 1 + step) % 3 + 1}" for step in range(3)]
        text = re.sub(r"^host .*", f"host = {','.join(order)}", self.example("my.cnf"),
                      flags=re.MULTILINE)
        return re.sub(r"^(user|database)( += )mamis", rf"\1\2{name}", text, flags=re.MULTILINE)

    def prepare(self, name):
        """An association's database, users, tables, lists and rights, as users.sql says."""
        # All of 127.0.0.0/8 is this machine: a client comes from 127.0.0.1.
        users = self.example("users.sql").replace(f"{self.network}.%", "127.%")
        self.nodes[0].sql(re.sub(r"\bmamis(?=[_@. ])", name, users), "mysql")
        owner = Host(self.folder / f"owner-{name}", self.host_settings(), self.option_file(name))
        for arguments in (["migrate"], ["masters", "import", REPOSITORY / "sql/masters"]):
            done(self.mamis(*arguments, MAMIS_ENV_FILE=str(owner.settings)))
        grants = (REPOSITORY / "sql/grants.sql").read_text().replace("@localhost", "@'127.%'")
        self.nodes[0].sql(grants.replace("mamis_", f"{name}_"), name)

    def host(self, name, number, backends):
        """The handlers of a host, on its ports of backends.conf."""
        places = dict(re.findall(
            rf"{name}_(\w+) .*({re.escape(self.network)}\.{number}:\d+)", backends))

        def listen(handler):
            address, port = places[handler].split(":")
            return socket.create_server((address, int(port)), backlog=1024)

        return Host(self.folder / f"{name}-{number}", self.host_settings(),
                    self.option_file(name, number), programs("front", "entry", "member"), listen)

    def second_association(self, name):
        """Another association on the same servers and the same nginx: where its people go."""
        other = copy.copy(self)
        other.port = free_port()
        other.origin, other.url = f"http://localhost:{other.port}", f"http://127.0.0.1:{other.port}"
        other.prepare(name)
        backends = self.example("backends.conf")
        upstreams = backends[backends.index("\nupstream "):].replace("mamis_", f"{name}_")
        upstreams = upstreams.replace(":90", ":91")
        host = other.host(name, 1, upstreams)
        host.start()
        self.hosts.append(host)

        configuration = self.folder / "nginx/nginx.conf"
        text = configuration.read_text()
        server = text[text.index("  server {"):text.rindex("}")]
        server = server.replace(f":{self.port}", f":{other.port}").replace(
            "server_name localhost", f"server_name {name}")
        configuration.write_text(text[:text.rindex("}")] + server + "}\n")
        table = backends.replace("default  ", f"{name}  {name}_$handler;\n  default  ")
        (self.folder / "nginx/mamis/backends.conf").write_text(table + upstreams)
        self.nginx.send_signal(signal.SIGHUP)
        until(other.is_healthy, 20, "the second association's health")
        return other

    # nginx.

    def start_nginx(self):
        folder = self.folder / "nginx"
        shutil.copytree(REPOSITORY / "nginx", folder / "mamis")
        (folder / "mamis/backends.conf").write_text(self.example("backends.conf"))
        (self.folder / "log").mkdir()
        words = {"USER": "user root;" if os.getuid() == 0 else "", "LISTEN6": "",
                 "RUN": self.folder, "WWW": REPOSITORY / "www", "SOCKETS": self.folder,
                 "PORT": self.port}
        text = (REPOSITORY / "nginx/local.conf").read_text()
        for word, value in words.items():
            text = text.replace(f"@{word}@", str(value))
        (folder / "nginx.conf").write_text(text)
        self.nginx = spawn(
            ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", self.folder / "log/nginx"],
            self.folder / "log/nginx")

    # What the tests ask.

    def variables(self, **more):
        return {**os.environ, "MAMIS_ENV_FILE": str(self.folder / "owner-mamis/mamis.env"), **more}

    def mail_files(self, to=None):
        return (self.folder / "mail").glob(f"{to or '*'}/*")

    def sql(self, statement):
        """Rows of text, from a server that is alive."""
        node = next(node for node in self.nodes if node.process.poll() is None)
        return node.sql(statement)

    def until_whole(self):
        """Waits until all three servers have each other."""
        until(lambda: all(node.is_synced() and node.status("wsrep_cluster_size") == "3"
                          for node in self.nodes), 90, "three servers together")

    def compare(self):
        """Holds all servers' rows against each other."""
        first, *others = [node.rows() for node in self.nodes]
        assert len(first) > 100
        for rows in others:
            different = set(first) ^ set(rows)
            assert not different, sorted(different)[:10]
