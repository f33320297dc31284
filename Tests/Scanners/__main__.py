"""scan - well-known scanners on a stack of its own; reports in docs/scans.

    python -m Scanners [sqlmap] [wapiti] [tls] [gixy]     all of them without a word

Run by scripts/scan. Only this machine is asked. Ends with 1 where a finding is open: fix it, or
write into report.py why it is none.
"""

import pathlib
import sys
import tempfile

from Hosting.servers import Nginx
from Stack.stack import SETTINGS, Stack

from . import sqlmap, tls, wapiti

# So wide that a scanner is not just paused, and quick; nothing else differs.
WIDE = SETTINGS + """\
ARGON2_PASSES=1
ARGON2_MEMORY_KIB=64
LOGIN_FAILURES_BEFORE_PAUSE=100000000
LOGIN_FAILURES_PER_DAY=100000000
CLIENT_FAILURES_PER_MINUTE=100000000
CLIENT_MAILS_PER_HOUR=100000000
SESSION_IDLE_SECONDS=28800
OFFICE_SESSION_IDLE_SECONDS=28800
"""


def main(wanted):
    wanted = wanted or ["sqlmap", "wapiti", "tls", "gixy"]
    open_findings = []
    with tempfile.TemporaryDirectory(prefix="mamis-scan-") as name:
        folder = pathlib.Path(name)
        with Stack(settings=WIDE) as stack:
            if {"tls", "gixy"} & set(wanted):
                with Nginx(stack) as site:
                    for word, scan in (("gixy", tls.analyse), ("tls", tls.run)):
                        if word in wanted:
                            open_findings += scan(site, folder)
            for word, scan in (("sqlmap", sqlmap), ("wapiti", wapiti)):
                if word in wanted:
                    open_findings += scan.run(stack, folder)
    for finding in open_findings:
        print(f"OPEN {finding}")
    return 1 if open_findings else 0


sys.exit(main(sys.argv[1:]))
