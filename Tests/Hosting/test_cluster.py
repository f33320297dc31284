"""More than one machine (deploy/cluster/): three database servers, two hosts, one nginx.

Whatever goes away, nothing that was answered is lost, nothing is done twice, and service is back
within five seconds.
"""

import collections
import contextlib
import re
import signal
import subprocess
import time

import pytest

from Stack.crowd import Crowd
from Stack.page import Page
from Stack.people import Browser, Person, goes_to
from Stack.stack import until

from .cluster import EXAMPLES, Cluster, programs, what_lacks

pytestmark = pytest.mark.skipif(
    bool(what_lacks()), reason=f"a cluster needs {what_lacks()}, which this machine lacks")

GROUPS = ["front", "entry", "member", "account", "office", "records", "admin", "monitor"]
COMPLETE = "【会員情報システム】利用者登録が完了しました"


@pytest.fixture(scope="module")
def cluster():
    with Cluster() as running:
        yield running


def test_backends_name_every_handler_once(cluster):
    text = cluster.example("backends.conf")
    found = re.findall(r"^upstream mamis_(\w+) ", text, re.MULTILINE)
    assert found == list(programs(*GROUPS))
    ports = re.findall(r":(\d+) ", text)
    assert collections.Counter(ports) == {str(9001 + place): 2 for place in range(len(found))}


def test_option_file_and_users_name_every_group():
    table = set(programs(*GROUPS).values()) | {"mailer"}
    options, users = (EXAMPLES / "my.cnf").read_text(), (EXAMPLES / "users.sql").read_text()
    assert set(re.findall(r"^\[mamis-(\w+)\]$", options, re.MULTILINE)) == table
    assert set(re.findall(r"^user +=? ?mamis_(\w+)$", options, re.MULTILINE)) == table
    assert set(re.findall(r"^CREATE USER mamis_(\w+)@", users, re.MULTILINE)) == table


def test_check_asks_for_reads_that_wait(cluster):
    assert "wsrep_sync_wait" not in cluster.mamis("check").stdout
    node = cluster.nodes[0]
    node.sql("SET GLOBAL wsrep_sync_wait = 0")
    try:
        assert "set wsrep_sync_wait = 7" in cluster.mamis("check").stdout
    finally:
        node.sql("SET GLOBAL wsrep_sync_wait = 7")
        # Whoever connected in between would go on without waiting.
        for row in node.sql("SHOW PROCESSLIST"):
            if row[1].startswith("mamis"):
                with contextlib.suppress(RuntimeError):  # it has gone by itself
                    node.sql(f"KILL {row[0]}")


def test_what_was_saved_through_one_server_is_seen_through_every_other(cluster):
    """Even where the other one is two seconds behind."""
    saving, reading = cluster.nodes[:2]
    behind = subprocess.Popen(
        ["mariadb", "--no-defaults", f"--socket={reading.folder}/sock", "--user=root",
         "-e", "FLUSH TABLES WITH READ LOCK; SELECT SLEEP(2); UNLOCK TABLES"],
        stdout=subprocess.DEVNULL)
    try:
        until(lambda: [row for row in reading.sql("SHOW PROCESSLIST")
                       if row[7] == "SELECT SLEEP(2)"], 10, "the lock")
        saving.sql("INSERT INTO throttle_events (subject, at) VALUES ('just now', NOW())")
        assert behind.poll() is None
        seen = reading.sql("SELECT COUNT(*) FROM throttle_events WHERE subject LIKE 'just now%'")
        assert seen == [["1"]]
    finally:
        behind.wait(20)


def test_two_mailers_on_two_servers_send_each_mail_once(cluster):
    cluster.no_more_mail()
    cluster.sql("""
        INSERT INTO outbox (message_id, kind, recipient, subject, body, state, next_attempt_at,
          created_at)
        SELECT MD5(seq), 'registration', 'many@example.jp', CONCAT('mail ', seq), 'text',
          'waiting', UTC_TIMESTAMP(), UTC_TIMESTAMP()
        FROM seq_1_to_300""")
    cluster.no_more_mail()
    subjects = collections.Counter(mail.subject for mail in cluster.mails("many@example.jp"))
    assert subjects == {f"mail {number}": 1 for number in range(1, 301)}
    logs = [(host.folder / "mailer.log").read_text().count("mail_sent") for host in cluster.hosts]
    assert min(logs) > 20, "both had their share"


def test_a_server_and_a_host_are_killed_under_load(cluster):
    cluster.no_more_mail()
    before = int(cluster.sql("SELECT COUNT(*) FROM accounts")[0][0])
    with Crowd(cluster, 8, patience=40) as crowd:
        time.sleep(6)
        first = time.monotonic()
        cluster.nodes[0].kill()
        time.sleep(8)
        second = time.monotonic()
        cluster.hosts[0].kill()
        time.sleep(8)
        third = time.monotonic()
        cluster.nodes[0].start_again()
        until(cluster.nodes[0].is_synced, 60, "the killed server")
        cluster.hosts[0].start()
        time.sleep(6)
        end = time.monotonic()
    cluster.until_whole()
    cluster.no_more_mail()

    silences = {
        "a database server was killed": crowd.longest_silence(first, second),
        "a host was killed": crowd.longest_silence(second, third),
        "both came back": crowd.longest_silence(third, end),
    }
    print("\nlongest silence:", {what: f"{time:.1f} s" for what, time in silences.items()})
    print(f"registered: {len(crowd.registered)}; answers:", dict(crowd.seen))
    print("conflicts:", [(node.status("wsrep_local_cert_failures"),
                          node.status("wsrep_local_bf_aborts")) for node in cluster.nodes])
    assert len(crowd.registered) > 20
    assert max(silences.values()) <= 5

    cluster.compare()
    for node in cluster.nodes:
        rows = node.sql("SELECT login_id FROM accounts JOIN profiles ON account_id = id"
                        " WHERE registered_at IS NOT NULL")
        found = collections.Counter(row[0] for row in rows)
        assert all(found[person.login_id] == 1 for person in crowd.registered)
        accounts = int(node.sql("SELECT COUNT(*) FROM accounts")[0][0])
        assert accounts == before + len(crowd.registered), "none that nobody knows of"
    for person in crowd.registered:
        sent = [mail.id for mail in cluster.mails(person.email) if mail.subject == COMPLETE]
        # Twice only by a mailer that was killed between handing over and its mark.
        assert len(set(sent)) == 1, person.email
    twice = sum(len(cluster.mails(person.email)) > 2 for person in crowd.registered)
    assert twice <= 2, "no more than the mailers that were killed had in hand"


def isolate(node, yes=True):
    """Cuts a server off from the others; its clients still reach it."""
    node.sql(f"SET GLOBAL wsrep_provider_options = 'gmcast.isolate={int(yes)}'", "mysql")


def is_alone(node):
    return node.status("wsrep_cluster_status") != "Primary"


def test_a_server_that_lost_the_others_is_passed_over(cluster):
    """It still takes connections, and the first host asks it first: nobody notices."""
    people = [(Browser(cluster), Person()) for _ in range(4)]
    tokens = [person.open_form(browser) for browser, person in people]
    isolate(cluster.nodes[0])
    try:
        until(lambda: is_alone(cluster.nodes[0]), 20, "a server alone")
        for (browser, person), token in zip(people, tokens):
            person.register(browser, token)
            assert browser.get("/health").status_code == 200
    finally:
        isolate(cluster.nodes[0], False)
    cluster.until_whole()
    cluster.compare()


def test_a_server_that_hangs_is_passed_over(cluster):
    """As one whose power went: nothing tells its clients, which wait for it once each."""
    with Crowd(cluster, 8, patience=40):
        time.sleep(1)
        cluster.nodes[0].process.send_signal(signal.SIGSTOP)
        time.sleep(12)
    try:
        for _ in range(4):
            Person().register(Browser(cluster))
    finally:
        cluster.nodes[0].process.send_signal(signal.SIGCONT)
    cluster.until_whole()
    cluster.no_more_mail()
    cluster.compare()


def test_without_a_majority_nothing_is_taken_and_nothing_typed_is_lost(cluster):
    browser, person = Browser(cluster), Person()
    token = person.open_form(browser)
    goes_to(person.fill(browser, token), "/register/confirm")
    for node in cluster.nodes:
        isolate(node)
    try:
        until(lambda: all(map(is_alone, cluster.nodes)), 20, "every server alone")
        answer = browser.post("/register", {"token": token, **person.fields})
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
        assert Page(answer.text).fields["family_name"] == [person.fields["family_name"]]
        confirm = browser.post("/register/confirm", {"action": "register"})
        assert confirm.status_code == 503
        health = browser.get("/health")
        assert (health.status_code, health.json()) == (503, {"database": "unreachable"})
    finally:
        for node in cluster.nodes:
            isolate(node, False)
    cluster.until_whole()
    until(cluster.is_healthy, 20, "health")
    goes_to(browser.post("/register/confirm", {"action": "register"}), "/register/complete")
    cluster.mail(person.email, 2)


def test_two_associations_on_one_cluster_know_nothing_of_each_other(cluster):
    other = cluster.second_association("minato")
    person = Person()
    ours, theirs = Browser(cluster), Browser(other)
    person.register(ours)
    cluster.mail(person.email, 2)
    # Address, ID and registry number are free there: it is another database.
    goes_to(theirs.agree(), "/email")
    goes_to(theirs.ask_for_mail(person.email), "/email/sent")
    token = other.mail(person.email, 3).token
    assert ours.get(f"/register?token={token}").status_code == 410, "their URL, our page"
    person.register(theirs, token)
    assert other.mail(person.email, 4).body.count(other.origin) > 0

    goes_to(ours.log_in(person.login_id, person.password), "/mypage")
    assert ours.get("/mypage").status_code == 200
    theirs.session.cookies.update(ours.session.cookies)
    goes_to(theirs.get("/mypage"), "/login")

    for name, stranger in [("mamis", "minato"), ("minato", "mamis")]:
        options = (cluster.folder / f"owner-{name}/my.cnf").read_text()
        users = dict(re.findall(r"^user += (\w+)\npassword += (\S+)$", options, re.MULTILINE))
        assert len(users) == len(GROUPS) + 2, "a user a group, the mailer's, the owner's"
        for user, password in users.items():
            seen = subprocess.run(
                ["mariadb", "--no-defaults", f"--host={cluster.network}.1", f"--user={user}",
                 "--batch", "--skip-column-names", "-e", "SHOW DATABASES"],
                env={"MYSQL_PWD": password, "PATH": "/usr/bin"}, capture_output=True, text=True)
            assert set(seen.stdout.split()) == {"information_schema", name}, seen.stderr
    assert cluster.sql("SELECT COUNT(*) FROM minato.accounts") == [["1"]]
