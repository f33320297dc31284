"""Apache 2.4 in a private folder: with mod_fcgid, and as a web hotel has it."""

import os
import subprocess

import pytest

from Stack.stack import BIN_DIR, REPOSITORY

from .servers import NAME, Site, edited, generated

# What Debian's apache2.conf and its enabled modules bring; a web hotel has these, too.
MODULES = ["mpm_event", "authz_core", "authz_host", "dir", "mime", "alias", "rewrite", "headers",
           "include", "env", "setenvif", "deflate", "filter", "ssl", "socache_shmcb", "reqtimeout"]

MAIN = """\
ServerRoot @FOLDER@
DefaultRuntimeDir @FOLDER@
PidFile @FOLDER@/apache.pid
ErrorLog @FOLDER@/error.log
TypesConfig /etc/mime.types
@MODULES@
StartServers 1
ServerName localhost
<Directory />
  AllowOverride None
  Require all denied
</Directory>
<FilesMatch "^\\.ht">
  Require all denied
</FilesMatch>
"""


class Apache(Site):
    """What both have in common."""

    modules = []

    def main(self):
        modules = "\n".join(
            f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
            for name in [*MODULES, *self.modules])
        return edited(MAIN, {"@FOLDER@": self.folder, "@MODULES@": modules})

    def run_apache(self):
        command = ["apache2", "-D", "FOREGROUND", "-f", self.folder / "apache.conf"]
        # Apache does not serve as root. In a user namespace it is nobody special, and the files of
        # this test are its own.
        if os.geteuid() == 0:
            nobody = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
            if subprocess.run([*nobody, "true"], capture_output=True).returncode:
                pytest.skip("Apache does not serve as root, and no user namespace is allowed here")
            command = [*nobody, *command]
        self.run(*command, env={"PATH": os.environ["PATH"], "LANG": "C"})


class ApacheFcgid(Apache):
    """deploy/apache/mamis-fcgid.conf: Apache starts the handlers itself."""

    modules = ["unique_id", "http2", "fcgid"]

    def start(self):
        for part in ("apache", "apache-pages", "apache-programs", "apache-groups"):
            self.write(f"mamis/{part}.conf", generated(part))
        site = edited((REPOSITORY / "deploy/apache/mamis-fcgid.conf").read_text(), {
            f"Define MAMIS_NAME      {NAME}": f"Define MAMIS_NAME localhost:{self.port}",
            "ServerName ${MAMIS_NAME}": "ServerName localhost",
            "/usr/share/mamis/www": REPOSITORY / "www",
            "/usr/lib/mamis/handlers": BIN_DIR,
            "/var/log/apache2/mamis.log": self.folder / "access.log",
            "/etc/mamis/mamis.env": self.settings,
            "*:80>": f"127.0.0.1:{self.plain_port}>", "*:443>": f"127.0.0.1:{self.port}>",
            f"/etc/ssl/certs/{NAME}.pem": self.certificate,
            f"/etc/ssl/private/{NAME}.key": self.key,
        })
        self.write("apache.conf", self.main() + (
            f"Listen 127.0.0.1:{self.plain_port}\nListen 127.0.0.1:{self.port}\n"
            f"FcgidIPCDir {self.folder}/fcgid\n"
            f"FcgidProcessTableFile {self.folder}/fcgid.table\n") + site)
        self.run_apache()


class SharedHosting(Apache):
    """A web hotel: what make-site lays out, under an Apache that somebody else set up."""

    modules = ["cgid"]
    has_groups = False

    @property
    def home(self):
        return self.folder / "home"

    def make_site(self):
        subprocess.run(
            [REPOSITORY / "deploy/apache/shared-hosting/make-site", self.home], check=True,
            timeout=120, env={**os.environ, "BIN_DIR": str(BIN_DIR)}, stdout=subprocess.DEVNULL)

    def once(self, *arguments):
        """What the cron line does."""
        return subprocess.run(
            [self.home / "mamis/with", "mailer", *(arguments or ["--once"])], text=True,
            capture_output=True, timeout=60, env={"PATH": os.environ["PATH"]})

    def start(self):
        self.make_site()
        home = self.home
        # A web hotel's customer has one database user.
        (home / "mamis/mamis.env").write_text("".join(
            line for line in self.settings.read_text().splitlines(keepends=True)
            if not line.startswith(("WWW_DIR=", "SQL_DIR="))) + (
                f"WWW_DIR={home}/public_html\nSQL_DIR={home}/mamis/sql\n"))
        self.write("apache.conf", self.main() + f"""
ScriptSock {self.folder}/cgid.sock
Listen 127.0.0.1:{self.port}
Listen 127.0.0.1:{self.plain_port}
DocumentRoot {home}/public_html
<Directory {home}/public_html>
  AllowOverride All
  Require all granted
</Directory>
<VirtualHost 127.0.0.1:{self.port}>
  SSLEngine on
  SSLCertificateFile {self.certificate}
  SSLCertificateKeyFile {self.key}
</VirtualHost>
""")
        self.run_apache()
