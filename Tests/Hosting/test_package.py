"""The Debian package on a clean Debian 12, by the five documented steps; and what it is made of."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading

import pytest

from Stack.page import Page
from Stack.people import Person, goes_to
from Stack.stack import BIN_DIR, HANDLERS, REPOSITORY, until

from .machine import SITE, Machine, missing

# The site's certificate is its own.
pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS request")

PROGRAMS = [*HANDLERS, "keeper", "mailer", "mamis"]
VERSION = re.search(
    r'version = "(.+)"', (REPOSITORY / "Sources/mamis/Version.swift").read_text())[1]


def make(what, folder, bin_dir=BIN_DIR, **environment):
    """What scripts/WHAT makes in a folder."""
    folder.mkdir(exist_ok=True)
    result = subprocess.run(
        [REPOSITORY / "scripts" / what], capture_output=True, text=True, timeout=300,
        stdin=subprocess.DEVNULL, cwd=folder,
        env={**os.environ, "BIN_DIR": str(bin_dir), "DIST_DIR": str(folder), **environment})
    assert result.returncode == 0, result.stdout + result.stderr
    (made,) = folder.iterdir()
    return made


def steps():
    """The five documented steps: the commands of each."""
    text = (REPOSITORY / "docs/install.md").read_text().split("\nThat is all")[0]
    parts = re.split(r"^## \d\. (.+)$", text, flags=re.MULTILINE)[1:]
    found = {title: "\n".join(re.findall(r"```sh\n(.*?)```", body, re.DOTALL))
             for title, body in zip(parts[::2], parts[1::2])}
    assert len(found) == 5
    return found


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return make("deb", tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def machine(package):
    """A clean Debian on which the five steps were done."""
    if missing():
        pytest.skip(missing())
    with Machine(package) as running:
        running.run("\n".join(steps().values()))
        yield running


@pytest.fixture
def stand_ins(tmp_path):
    """Small programs under the names of ours: what is made of them is made quickly."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in PROGRAMS:
        shutil.copy("/usr/bin/env", folder / name)
    return folder


@pytest.mark.parametrize("what", ["dist", "deb"])
def test_the_same_programs_make_the_same_bytes(tmp_path, stand_ins, what):
    first = make(what, tmp_path / "first", stand_ins, TZ="Asia/Tokyo")
    for program in stand_ins.iterdir():
        os.utime(program, (1, 1))
    second = make(what, tmp_path / "second", stand_ins, TMPDIR=tempfile.mkdtemp(dir=tmp_path),
                  TZ="UTC", LANG="C")
    assert first.name == second.name
    assert VERSION in first.name
    assert first.read_bytes() == second.read_bytes()


def test_the_folder_where_a_program_was_built_leaves_no_trace(tmp_path, stand_ins):
    """Two builds of one source differ in a hash of their folders, and in the build's number."""
    trees = []
    for count in range(2):
        program = bytearray((BIN_DIR / "mailer").read_bytes())
        for section, head in [(".swift_modhash", 0), (".note.gnu.build-id", 16)]:
            headers = subprocess.run(["readelf", "-SW", BIN_DIR / "mailer"], capture_output=True,
                                     text=True, check=True).stdout
            place = re.search(rf"{re.escape(section)} +\w+ +\w+ (\w+) (\w+)", headers)
            start, size = int(place[1], 16) + head, int(place[2], 16) - head
            assert size >= 20
            program[start:start + size] = os.urandom(size)
        (stand_ins / "mailer").write_bytes(program)
        trees.append(tmp_path / f"tree{count}")
        subprocess.run([REPOSITORY / "scripts/dist", "tree", trees[-1]], check=True,
                       env={**os.environ, "BIN_DIR": str(stand_ins)})
    first, second = [(tree / "programs/mailer").read_bytes() for tree in trees]
    assert first == second
    assert str(REPOSITORY).encode() not in first
    assert subprocess.run([trees[0] / "programs/mailer", "--help"], env={}, timeout=30,
                          capture_output=True).returncode in (1, 78), "it still starts"


def test_a_tarball_installs_itself_anywhere(tmp_path, stand_ins):
    tarball = make("dist", tmp_path / "dist", stand_ins)
    subprocess.run(["tar", "-C", tmp_path, "-xf", tarball], check=True)
    tree = tmp_path / tarball.name.removesuffix(".tar.xz")
    sums = subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=tree)
    assert sums.returncode == 0
    listed = {line.split("  ./")[1] for line in (tree / "SHA256SUMS").read_text().splitlines()}
    there = {str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()}
    assert there - listed == {"SHA256SUMS"} and not listed - there

    host = tmp_path / "host"
    install = {**os.environ, "DESTDIR": str(host), "PREFIX": "/opt/mamis"}
    subprocess.run([tree / "install"], env=install, check=True)
    settings = host / "etc/mamis/mamis.env"
    settings.write_text("BASE_URL=https://a.example\n")
    again = subprocess.run([tree / "install"], env=install, capture_output=True, text=True)
    assert again.returncode == 0 and "mamis.env stays" in again.stderr
    assert settings.read_text() == "BASE_URL=https://a.example\n", "what was edited stays"
    assert "\nWWW_DIR=/opt/mamis/share/mamis/www\n" in (
        host / "etc/mamis/mamis.env.new").read_text()

    placed = host / "opt/mamis"
    assert {path.name for path in (placed / "lib/mamis/handlers").iterdir()} == set(HANDLERS)
    assert {path.stem for path in (placed / "lib/mamis/groups").iterdir()} == set(HANDLERS)
    assert (placed / "bin/mamis").resolve() == placed / "lib/mamis/mamis"
    assert (placed / "share/mamis/www/login.html").is_file()
    for text in [*(placed / "lib/systemd/system").iterdir(), placed / "share/mamis/nginx/site.conf",
                 placed / "sbin/mamis-setup"]:
        assert not re.search(r"(?<!/opt/mamis)(/usr)?/(lib|share)/mamis", text.read_text()), text


def test_every_setting_of_the_file_is_one_that_programs_read():
    known = re.findall(
        r'^ +"([A-Z0-9_]+)":',
        (REPOSITORY / "Sources/Membership/Settings/Settings.swift").read_text(), re.MULTILINE)
    named = re.findall(
        r"^#?([A-Z0-9_]+)=", (REPOSITORY / "deploy/mamis.env").read_text(), re.MULTILINE)
    assert named and set(named) <= set(known)


def test_lintian_finds_nothing(package):
    result = subprocess.run(
        ["lintian", "--no-cfg", "--allow-root", "--fail-on", "error,warning", package], text=True,
        capture_output=True, timeout=240)
    assert (result.returncode, result.stdout) == (0, ""), result.stdout + result.stderr


def test_settings_and_site_are_the_administrators_to_edit(package):
    control = subprocess.run(["dpkg-deb", "--info", package, "conffiles"], capture_output=True,
                             text=True, check=True).stdout.split()
    for path in ["/etc/mamis/mamis.env", "/etc/nginx/mamis/handlers.conf",
                 "/etc/nginx/mamis/backends.conf", "/etc/default/mamis"]:
        assert path in control


def test_after_five_steps_nothing_is_out_of_order(machine):
    assert machine.run("mamis check").stdout == "all is in order\n"
    assert machine.run("mamis --version").stdout == f"{VERSION}\n"
    assert machine.run("systemctl is-enabled mamis.target").stdout == "enabled\n"
    assert machine.run("systemctl list-units --failed --plain --no-legend 'mamis*'").stdout == ""
    assert machine.run("command -v swift", check=False).returncode != 0
    assert machine.run("stat -c '%U:%G %a' /etc/mamis/my.cnf").stdout == "root:mamis 640\n"
    assert machine.run("stat -c '%U %a' /etc/mamis/my.cnf.owner").stdout == "root 600\n"
    assert machine.run("grep -lxF '[mamis]' /etc/mamis/*").stdout == "/etc/mamis/my.cnf.owner\n"


def test_the_login_page_comes_over_tls(machine):
    context = ssl.create_default_context(cafile=machine.root / f"etc/ssl/certs/{SITE}.pem")
    with machine.network():
        with socket.create_connection(("127.0.0.1", 443), 10) as plain:
            with context.wrap_socket(plain, server_hostname=SITE) as connection:
                assert connection.version() == "TLSv1.3"
        answer = machine.browser().get("/login")
    assert answer.status_code == 200
    assert Page(answer.text).heading == "ログイン"
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_a_doctor_registers_and_signs_in(machine):
    with machine.network():
        person = Person().register(machine.browser())
        machine.mail(person.email, 2)
        browser = machine.browser()
        goes_to(browser.log_in(person.login_id, person.password), "/mypage")
        assert person.name in browser.page("/mypage").words


def test_a_member_signs_in_with_a_postcard_of_the_secretariat(machine):
    machine.run("cat >members.csv && mamis members import members.csv", stdin="member_number,"
                "family_name,given_name,family_name_kana,given_name_kana,registry_number,"
                "birth_date,postal_code,prefecture,address,email\n"
                "900001,日医,太郎,ニチイ,タロウ,123456,1975-04-01,113-8621,東京都,文京区,\n")
    issued = machine.run("mamis credentials issue --member 900001 --format csv").stdout
    login_id, password = issued.splitlines()[-1].split(",")[-2:]
    with machine.network():
        goes_to(machine.browser().log_in(login_id, password), "/terms")


def test_the_setup_may_be_run_again(machine):
    before = machine.run("sha256sum /etc/mamis/my.cnf*").stdout
    machine.run("mamis-setup")
    assert machine.run("sha256sum /etc/mamis/my.cnf*").stdout == before
    assert machine.run("mamis check").stdout == "all is in order\n"


def test_the_owner_of_the_database_leaves_the_file_of_the_handlers(machine):
    """A host of an older release has one file for all."""
    files = "cd /etc/mamis && sort my.cnf my.cnf.owner"
    before = machine.run(files).stdout
    machine.run("cd /etc/mamis; head -n 7 my.cnf >first; tail -n +8 my.cnf >rest; "
                "cat first my.cnf.owner rest >my.cnf; rm first rest my.cnf.owner")
    assert machine.run("mamis check").stdout == "all is in order\n", "it works until the setup"
    machine.run("mamis-setup")
    assert machine.run(files).stdout == before
    assert machine.run("grep -lxF '[mamis]' /etc/mamis/*").stdout == "/etc/mamis/my.cnf.owner\n"
    assert machine.run("stat -c '%U:%G %a' /etc/mamis/my.cnf").stdout == "root:mamis 640\n"
    assert machine.run("stat -c '%U %a' /etc/mamis/my.cnf.owner").stdout == "root 600\n"
    assert machine.run("mamis check").stdout == "all is in order\n"
    assert machine.run("runuser -u mamis -- cat /etc/mamis/my.cnf.owner",
                       check=False).returncode != 0


def test_an_upgrade_replaces_the_programs_and_loses_no_request(machine):
    machine.run("echo '# ours' >>/etc/nginx/mamis/handlers.conf")
    machine.run("sed -i s/=no/=yes/ /etc/default/mamis")
    process = "systemctl show --value -p MainPID mamis@login.service"
    answers, done = [], threading.Event()

    def ask():
        with machine.network():
            while not done.is_set():
                browser = machine.browser()
                answers.append(browser.post("/login", {"login_id": "", "password": ""}).status_code)

    with machine.network():
        machine.browser().post("/login", {"login_id": "", "password": ""})
    before = machine.run(process).stdout
    asking = threading.Thread(target=ask)
    asking.start()
    try:
        upgraded = machine.run(f"apt install --reinstall ./{machine.package.name}").stdout
        until(lambda: machine.run(process).stdout not in (before, "0\n"), 30, "the new login")
    finally:
        done.set()
        asking.join(60)
    assert "\nup to date\n" in upgraded and "not restarted" not in upgraded
    assert len(answers) > 10 and set(answers) == {422}
    assert machine.run("tail -n 1 /etc/nginx/mamis/handlers.conf").stdout == "# ours\n"


def test_an_upgrade_says_when_the_database_must_be_migrated(machine):
    (newest,) = machine.sql("SELECT MAX(name) FROM mamis.schema_migrations")[0]
    process = "systemctl show --value -p MainPID mamis@login.service"
    before = machine.run(f"sed -i s/=yes/=no/ /etc/default/mamis; {process}").stdout
    machine.sql("CREATE TABLE mamis.kept AS SELECT * FROM mamis.schema_migrations "
                f"WHERE name = '{newest}'; DELETE FROM mamis.schema_migrations "
                f"WHERE name = '{newest}'")
    told = machine.run(f"apt install --reinstall ./{machine.package.name}").stdout
    machine.sql("INSERT INTO mamis.schema_migrations SELECT * FROM mamis.kept; "
                "DROP TABLE mamis.kept")
    assert f"{newest} is not applied" in told and "mamis-setup" in told
    assert machine.run(process).stdout == before, "what runs goes on"


def test_an_upgrade_says_when_a_group_of_programs_has_no_user_yet(machine):
    process = "systemctl show --value -p MainPID mamis@login.service"
    before = machine.run(f"cp -p /etc/mamis/my.cnf /root/kept.cnf; {process}").stdout
    # As on a host that was set up before there were metrics.
    machine.run("sed -i '/^\\[mamis-monitor]$/,/^$/d' /etc/mamis/my.cnf")
    told = machine.run(f"apt install --reinstall ./{machine.package.name}").stdout
    assert "database: no user yet for the groups of programs: mamis-monitor\n" in told
    assert "mamis-setup" in told and "is not applied" not in told
    assert machine.run(process).stdout == before, "what runs goes on"
    machine.run("mamis-setup")
    assert machine.run("mamis-setup --lacking").stdout == ""
    machine.run("cp -p /root/kept.cnf /etc/mamis/my.cnf; mamis-setup")
    assert machine.run("mamis check").stdout == "all is in order\n"


def operations(word):
    """The commands of the page about operations, of the one block with this word in it."""
    (found,) = [block for block in re.findall(
        r"```sh\n(.*?)```", (REPOSITORY / "docs/operations.md").read_text(), re.DOTALL)
        if word in block]
    return found


def test_new_passwords_of_the_database_as_the_page_about_operations_says(machine):
    passwords = "sed -n 's/^password = //p' /etc/mamis/my.cnf /etc/mamis/my.cnf.owner"
    before = machine.run(passwords).stdout.split()
    file = machine.run("stat -c '%U:%G %a' /etc/mamis/my.cnf").stdout
    asked = machine.run("date +%s").stdout.strip()
    machine.run(operations("ALTER USER"))
    between = machine.run(passwords).stdout.split()
    assert len(between) == len(before) and not set(between) & set(before)
    assert machine.run("stat -c '%U:%G %a' /etc/mamis/my.cnf").stdout == file
    sign_in = "mariadb --user=mamis_front --password={} mamis -e 'SELECT 1 FROM schema_migrations'"
    front = machine.run("grep '^\\[' /etc/mamis/my.cnf").stdout.split().index("[mamis-front]")
    for password in (before[front], between[front]):
        machine.run(sign_in.format(password))
    machine.run("mamis-setup")
    assert machine.run(passwords).stdout.split() == between
    machine.run(sign_in.format(between[front]))
    assert machine.run(sign_in.format(before[front]), check=False).returncode != 0
    with machine.network():
        assert machine.browser().get("/health").status_code == 200
    assert "database.unreachable" not in machine.run(
        f"journalctl -u 'mamis*' -o cat --since @{asked}").stdout
    assert machine.run("mamis check").stdout == "all is in order\n"


def test_the_drill_as_the_page_about_operations_says(machine):
    people = machine.sql("SELECT COUNT(*) FROM mamis.accounts")
    machine.run("install -d -m 700 /var/backups/mamis; mamis backup /var/backups/mamis")
    told = machine.run(operations("--into drill")).stdout
    assert "whole" in told and f"\n{people[0][0]}\t" in told
    assert machine.sql("SHOW DATABASES LIKE 'drill'") == []
    machine.run("copy=$(ls -t /var/backups/mamis/*.sql.gz | head -n 1)\n" + operations("--replace"))
    assert machine.sql("SELECT COUNT(*) FROM mamis.accounts") == people
    with machine.network():
        assert machine.browser().get("/health").status_code == 200


def test_a_purge_ends_everything_but_the_database(machine):
    people = machine.sql("SELECT COUNT(*) FROM mamis.accounts")
    told = machine.run("apt purge mamis").stdout
    assert "the database and its users stay" in told
    assert machine.run("ls /etc/mamis /usr/lib/mamis /run/mamis", check=False).stdout == ""
    assert machine.run("systemctl list-units --all --plain --no-legend 'mamis*'").stdout == ""
    assert machine.sql("SELECT COUNT(*) FROM mamis.accounts") == people
    assert int(people[0][0]) >= 2
