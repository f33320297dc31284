"""faults - people register while everything breaks; afterwards nothing is lost and nothing twice.

    python Tests/Faults/faults.py [--registrations 500] [--faults 200] [--seed N] [--report FILE]

Starts a stack of its own (BIN_DIR: built programs), lets people in, kills, stalls, cuts and fills
by a plan that follows from the seed, waits until all is quiet and holds every person against the
database and the Maildir. Prints a line a fault and the report. Ends with 0 if all was well, 1 if
something was lost, twice or half there. The disk of the mails is a small tmpfs in a mount namespace
of the driver's own: that takes root. Without it, that one kind of fault is left out, and the report
says so.
"""

import argparse
import collections
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from Faults.crowd import Crowd  # noqa: E402
from Faults.havoc import Havoc, plan  # noqa: E402
from Faults.machine import circumstances, table  # noqa: E402
from Faults.rounds import Rounds  # noqa: E402
from Faults.verdict import Verdict  # noqa: E402
from Faults.wire import Wire  # noqa: E402
from Stack.stack import SETTINGS, Stack, until  # noqa: E402

# Mails are tried again soon and often: a run cannot wait for the hours that a real outage lasts.
RETRIES = "MAIL_RETRY_SECONDS=" + ",".join(["1"] * 10 + ["2"] * 30) + "\n"
MOUNTED = "MAMIS_FAULTS_MOUNTED"


def into_own_namespace():
    """Runs this program again where a mount is nobody else's; returns if that cannot be."""
    if MOUNTED in os.environ or os.geteuid() != 0:
        return
    unshare = ["unshare", "--mount", "--propagation", "private"]
    if subprocess.run([*unshare, "true"], capture_output=True).returncode == 0:
        os.execvpe(unshare[0], [*unshare, sys.executable, *sys.argv], {**os.environ, MOUNTED: "1"})


def mount_mail_disk(folder):
    """A disk of 16 MB for the mails; tells whether there is one."""
    mail = folder / "mail"
    mail.mkdir()
    if MOUNTED not in os.environ:
        return False
    return subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m,mode=700", "mamis-mail", mail],
                          capture_output=True).returncode == 0


class Health(Rounds):
    """Asks nginx for /health four times a second; remembers how long it did not answer 200."""

    PAUSE = 0.25

    def __init__(self, stack):
        super().__init__()
        self.stack = stack
        self.asked = self.good = 0
        self.longest = 0.0
        self._last = time.monotonic()

    def round(self):
        self.asked += 1
        is_good = self.stack.is_healthy()
        now = time.monotonic()
        self.good += is_good
        self.longest = max(self.longest, now - self._last)
        self._last = now if is_good else self._last


def break_things(crowd, havoc, kinds):
    """The faults of the plan, in step with the people who come; returns what was done."""
    began, done = time.monotonic(), []
    for place, kind in enumerate(kinds):
        crowd.let_in((place + 1) / len(kinds))
        time.sleep(havoc.choice.uniform(0.1, 0.8))
        victim = havoc.do(kind)
        done.append(kind)
        print(f"{time.monotonic() - began:7.1f} s  {place + 1:4}  {kind}: {victim}", flush=True)
    havoc.end()
    return done


def report(options, facts, done, crowd, verdict, health, havoc, seconds, has_disk):
    """The whole report, in Markdown."""
    seen = crowd.seen
    answers = {status: seen[status] for status in sorted(key for key in seen if key in range(600))}
    people = [
        ("people who registered, each answered with 303 → /register/complete",
         len(crowd.registered)),
        ("of these with a postcard (members)",
         sum(one.is_registered and one.is_member for one in crowd.people)),
        ("who stopped at the confirm screen and went on when all was quiet",
         sum(one.is_registered and one.pauses for one in crowd.people)),
        ("who stopped there for good: no account, the draft still there",
         sum(one.stops for one in crowd.people)),
        ("answers that never came (cut, or nginx died): sent again", seen["no answer"]),
        ("answers 503 by a screen, with everything typed in it", seen["form 503"]),
        ("answers 503 by nginx, or where no form is: sent again", seen["error page 503"]),
        ("answers 401 (a lost answer had the session), with everything typed", seen["form 401"]),
        ("drafts looked at again, word by word", seen["draft looked at"]),
        *verdict.figures.items(),
    ]
    counted = collections.Counter(done)
    wrong = "\n".join(f"- {one}" for one in verdict.wrong) or "Nothing."
    without = "" if has_disk else (
        "\nThe mail's disk was not filled: that needs root and a mount namespace.\n")
    return f"""# Faults survived

Made by `make faults`; a shorter run of the same is part of `make test`.

{facts}
- run: {options.registrations} registrations, {len(done)} faults, seed {options.seed},
  {seconds:.0f} s; two processes a handler, one mailer, one MariaDB
  (`innodb_flush_log_at_trx_commit = 1`)

## What was lost, half there or there twice

{wrong}

Held after the last fault, for each person who was told 「登録が完了しました」: one account of the
right kind, the profile, the specialties and societies in their order, the consent, one audit
line, the token used, the draft emptied, one completion mail by its Message-ID, and a login with the
chosen ID and password. For everybody: no profile without an account or the other way round, no
doctor's account that nobody asked for, no mail left behind, no answer with 500, every 503 with
`Retry-After`, and in every answer that has the form, all that was typed.

## What was broken
{without}
{table(["fault", "times"], [(kind, counted[kind]) for kind in sorted(counted)])}

Of the handlers, {havoc.in_hand} were in the middle of a request. MariaDB was stalled by SIGSTOP for
0.5 to 4 s; a killed program died by SIGKILL; connections were cut by `KILL CONNECTION` and, towards
the browsers, by a reset in both directions. A full disk of the mails had not a byte left for 2 to 5
s. The order follows from the seed; who is hit in the middle of what is chance.

`/health` answered 200 to {health.good} of {health.asked} questions while this went on; the longest
time without was {health.longest:.1f} s.

## What the people saw

{table(["", "count"], people)}

Answers by status: {", ".join(f"{status}: {count}" for status, count in answers.items())}.

## What this does not show

A loss of power: the programs die here, the kernel stays. What is answered is on disk by then
(MariaDB's log, and the Maildir's file and folder, are synced before), but no disk was switched off.
"""


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--registrations", type=int, default=500)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--report", type=pathlib.Path)
    options = parser.parse_args()
    into_own_namespace()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="mamis-faults-") as name:
        folder = pathlib.Path(name)
        has_disk = mount_mail_disk(folder)
        try:
            with Stack(folder, settings=SETTINGS + RETRIES) as stack:
                sys.exit(run(stack, options, has_disk))
        finally:
            if has_disk:
                subprocess.run(["umount", folder / "mail"], check=True)


def run(stack, options, has_disk):
    """Everything, on a running stack; returns the program's status."""
    facts = circumstances()
    kinds = plan(options.faults, options.seed, has_disk)
    wire = Wire(stack.port)
    crowd = Crowd(stack, options.registrations, options.seed)
    stack.url = wire.url
    health = Health(stack).begin()
    havoc = Havoc(stack, wire, options.seed)
    began = time.monotonic()
    try:
        done = break_things(crowd, havoc, kinds)
    finally:
        health.end()
        havoc.end()
        until(stack.is_healthy, 90, "health")
        crowd.finish()
    stack.no_more_mail()
    crowd.postman.round()
    verdict = Verdict(stack, crowd)
    text = report(
        options, facts, done, crowd, verdict, health, havoc, time.monotonic() - began, has_disk)
    wire.close()
    print(text)
    if options.report:
        options.report.write_text(text)
    is_whole = (not verdict.wrong and len(done) == options.faults
                and len(crowd.registered) == options.registrations)
    return 0 if is_whole else 1


if __name__ == "__main__":
    main()
