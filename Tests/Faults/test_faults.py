"""Registrations survive everything (`make faults` is the long run), and the verdict can see."""

import os
import pathlib
import re
import subprocess
import sys

from Faults.crowd import Crowd
from Faults.havoc import DISK, SHARES, plan
from Faults.verdict import Verdict

DRIVER = pathlib.Path(__file__).with_name("faults.py")


def test_what_was_answered_survives_whatever_breaks(tmp_path):
    """Forty registrations, fifteen faults, another plan each day. (Without root, or where no mount
    is allowed, the mail's disk is not filled; the report says so.)"""
    report = tmp_path / "report.md"
    result = subprocess.run(
        [sys.executable, DRIVER, "--registrations", "40", "--faults", "15", "--report", report],
        text=True, capture_output=True, timeout=600,
        env={key: value for key, value in os.environ.items() if key != "MAMIS_FAULTS_MOUNTED"})
    assert result.returncode == 0, result.stdout + result.stderr
    lines = re.findall(r"^ +[\d.]+ s +\d+  (.+?): (.+)$", result.stdout, re.MULTILINE)
    assert len(lines) == 15
    kinds = {kind for kind, _ in lines}
    assert kinds | {DISK} == set(SHARES), "each kind at least once"
    assert (DISK in kinds) != ("was not filled" in report.read_text())
    assert re.search(r"^\| people who registered.* \| 40 \|$", report.read_text(), re.MULTILINE)


def test_the_same_seed_is_the_same_plan():
    assert plan(200, 7, True) == plan(200, 7, True) != plan(200, 8, True)
    assert len(plan(200, 7, True)) == 200 and set(plan(200, 7, True)) == set(SHARES)
    assert DISK not in plan(200, 7, False)


def test_the_verdict_sees_what_is_lost_half_there_or_there_twice(stack):
    crowd = Crowd(stack, 9, seed=1)
    crowd.finish()
    stack.no_more_mail()
    crowd.postman.round()
    assert Verdict(stack, crowd).wrong == []

    registered = crowd.registered
    (stopped,) = [one.person for one in crowd.people if one.stops]
    assert len(registered) == 9

    def account(person):
        return stack.sql(f"SELECT id FROM accounts WHERE email = '{person.email}'")[0][0]

    half, unwitnessed, unbound, shuffled, misspelt = registered[:5]
    stack.sql(f"DELETE FROM profile_societies WHERE account_id = {account(half)}")
    stack.sql(f"DELETE FROM audit WHERE subject_id = {account(unwitnessed)}")
    stack.sql(f"DELETE FROM consents WHERE account_id = {account(unbound)}")
    stack.sql(f"UPDATE profile_specialties SET position = 9 - position"
              f" WHERE account_id = {account(shuffled)}")
    stack.sql(f"UPDATE profiles SET given_name = '?' WHERE account_id = {account(misspelt)}")
    lost, doubled, half_gone, lonely = registered[5:]
    crowd.postman.mails[lost.email] = [
        mail for mail in crowd.postman.mails[lost.email] if mail.token]
    twice = crowd.postman.mails[doubled.email]
    other = type(twice[-1]).__new__(type(twice[-1]))
    other.__dict__.update(twice[-1].__dict__, id="<another@localhost.example>")
    twice.append(other)
    stack.sql(f"DELETE FROM profiles WHERE account_id = {account(half_gone)}")
    stack.sql(f"UPDATE accounts SET password_hash = NULL WHERE id = {account(lonely)}")
    stack.sql("DELETE d FROM drafts d JOIN tokens t ON t.id = d.token_id"
              f" WHERE t.email = '{stopped.email}'")

    wrong = Verdict(stack, crowd).wrong
    for person, what in [
        (half, "societies"), (unwitnessed, "audit lines"), (unbound, "consents"),
        (shuffled, "specialties"), (misspelt, "profile"), (lost, "completion mails"),
        (doubled, "completion mails"), (half_gone, "profile"), (lonely, "cannot sign in"),
        (stopped, "the draft is gone"),
    ]:
        assert any(line.startswith(f"{person.email}: {what}") for line in wrong), (what, wrong)
    assert "accounts registered without a profile: 1" in wrong
