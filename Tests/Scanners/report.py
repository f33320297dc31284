"""The reports of the scanners: a page each in docs/scans, with what was run and what it means."""

import datetime
import pathlib
import re
import subprocess

from Stack.stack import REPOSITORY

FOLDER = REPOSITORY / "docs/scans"

# What a scanner may say, and what that means here: (scanner, pattern of the finding, verdict). A
# finding without a line is open, and the scan ends with an error.
OWN_CERTIFICATE = "The scan's own certificate, for two days; a site has one of its own."
VERDICTS = [
    ("wapiti", "Lack of anti CSRF token",
     "Meant so: where a POST comes from is checked by `Sec-Fetch-Site` and `Origin`, and one with "
     "neither is refused (docs/security.md R-17, R-56), so that forms stay files without a token."),
    ("wapiti", "^Cross Site Request Forgery: CSRF token '(token|version|ticket)' is not",
     "Such a hidden field is no guard against forgery: it is a mailed URL's token, the version "
     "that a change began from, or what makes a second click harmless. Forgery is refused as "
     "said above."),
    ("wapiti", "^LDAP Injection",
     "There is no LDAP here, and no library of it is linked. The scanner compares pages: a value "
     "with NUL or signs is refused in other words than a plain one."),
    ("wapiti", "Secure flag is not set in the cookie : session",
     "The local stack speaks plain http; under https the cookie is `__Host-session; Secure` "
     "(docs/security.md R-8)."),
    ("tls", "^CRITICAL: cert_chain_of_trust|cert_expirationStatus|cert_notAfter|cert_revocation",
     OWN_CERTIFICATE),
    ("tls", "DNS_CAArecord", "localhost has no such record; a site's name may have one."),
    ("tls", "engine_problem", "The scanner's own openssl; GOST ciphers are not offered."),
    ("tls", "cipher_order: NOT a cipher order",
     "Meant so (`ssl_prefer_server_ciphers off`, as Mozilla has it): all six are strong, and a "
     "telephone without AES in hardware takes ChaCha20."),
]


def verdict(scanner, finding):
    """Why a finding is none, or None while nobody has judged it."""
    for one, pattern, meaning in VERDICTS:
        if one == scanner and re.search(pattern, finding):
            return meaning
    return None


def output(*command):
    """What a program says, errors included."""
    return subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60).stdout.strip()


def commit():
    """What was scanned: the commit, and whether the sources differ from it."""
    name = output("git", "-C", REPOSITORY, "rev-parse", "--short=10", "HEAD")
    changed = output("git", "-C", REPOSITORY, "status", "--porcelain", "--", "Sources", "nginx",
                     "sql", "www")
    return name + (" with changes" if changed else "")


def version(text):
    """The number in what a program says about itself."""
    return re.search(r"\d+(?:\.\d+)+\S*", text)[0].rstrip(",")


def write(scanner, title, tool, commands, results, findings, notes=()):
    """docs/scans/SCANNER.md. Returns the findings that nobody has judged."""
    judged = [(finding, verdict(scanner, finding)) for finding in findings]
    open_findings = [finding for finding, meaning in judged if not meaning]
    server = version(output("/usr/sbin/nginx", "-v"))
    database = version(output("mariadbd", "--version").replace("Ver ", ""))
    lines = [
        f"# {title}", "",
        f"{datetime.date.today().isoformat()}, {tool}; commit {commit()}; nginx {server}, "
        f"MariaDB {database}. Written by `make scan`.", "",
        *(f"```sh\n{command}\n```" for command in commands), "", *notes, "",
        f"**{len(open_findings)} open findings**; "
        f"{len(findings) - len(open_findings)} judged below.",
        "",
    ]
    if judged:
        lines += ["| finding | verdict |", "|---|---|"]
        lines += [f"| {_cell(finding)} | {_cell(meaning or 'OPEN')} |"
                  for finding, meaning in judged]
        lines.append("")
    lines += results
    FOLDER.mkdir(exist_ok=True)
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines).rstrip() + "\n")
    pathlib.Path(FOLDER / f"{scanner}.md").write_text(text)
    return [f"{scanner}: {finding}" for finding in open_findings]


def _cell(text):
    return " ".join(text.split()).replace("|", "\\|")
