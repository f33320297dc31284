"""wapiti, every module that works without the internet: as a stranger, a member, the office."""

import json
import pathlib
import subprocess
import sys

from . import report
from .targets import clerk, member

# What identifies other people's products or asks services of the internet.
WITHOUT = ["cms", "htp", "network_device", "nikto", "wapp", "wp_enum", "takeover", "log4shell",
           "ssl", "https_redirect"]
SECONDS = 150  # for the crawl, each of three times
MODULE_SECONDS = 20


def command(stack, cookies, folder, name):
    """The command line for somebody with these cookies."""
    url = f"{stack.origin}/"
    starts = [url, f"{url}login", f"{url}mypage", f"{url}secretariat", f"{url}register",
              f"{url}inquiry", f"{url}terms", f"{url}email", f"{url}password/forgot"]
    words = [pathlib.Path(sys.executable).parent / "wapiti", "-u", url,
             "-m", ",".join(["all", *(f"-{one}" for one in WITHOUT)]),
             "--scope", "domain", "-l", "2", "--flush-session", "--no-bugreport", "-v", "1",
             "--max-scan-time", SECONDS, "--max-attack-time", MODULE_SECONDS, "--tasks", "4",
             "--max-files-per-dir", "20", "-t", "10",
             "--endpoint", f"{url}nobody-there", "-x", f"{url}logout",
             "--store-session", folder / "session", "--store-config", folder / "config",
             "-H", f"Origin: {stack.origin}", "-f", "json", "-o", folder / f"{name}.json"]
    for start in starts[1:]:
        words += ["-s", start]
    if cookies:
        # What would end the session or put another in its place is left to the stranger.
        words += ["-C", cookies]
        for path in ("terms", "login", "mypage/sessions"):
            words += ["-x", f"{url}{path}"]
    return [str(word) for word in words]


def run(stack, folder):
    """Scans the site three times; returns the open findings."""
    browsers = {"a stranger": (None, ""), "a member": (member(stack)[1], "profile"),
                "an administrator": (clerk(stack), "audit")}
    findings, lines, shown = [], ["| as | addresses | findings by category |", "|---|---|---|"], ""
    for name, (browser, here) in browsers.items():
        cookies = browser and "; ".join(
            f"{one.name}={one.value}" for one in browser.session.cookies)
        words = command(stack, cookies, folder, name.split()[1])
        shown = shown or " ".join(words[1:])
        with (folder / f"{name}.log").open("w") as log:
            subprocess.run(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True,
                           timeout=SECONDS + 60 * MODULE_SECONDS)
        said = json.loads((folder / f"{name.split()[1]}.json").read_text())
        counts = {}
        for kind in ("vulnerabilities", "anomalies"):
            for category, ones in said[kind].items():
                for one in ones:
                    counts[category] = counts.get(category, 0) + 1
                    finding = f"{category}: {one['info']} ({one['method']} {one['path']})"
                    if finding not in findings:
                        findings.append(finding)
        pages = said["infos"]["crawled_pages_nbr"]
        access = (stack.folder / "log/access.log").read_text()
        if browser and access.count(f'handler="{here}" ') < 5:
            findings.append(f"{name} was not signed in")
        told = ", ".join(f"{category} {count}" for category, count in counts.items()) or "none"
        lines.append(f"| {name} | {pages} | {told} |")
        print(f"wapiti as {name}: {pages} addresses, {told}", flush=True)
    for secret in (str(folder), f":{stack.port}"):
        shown = shown.replace(secret, {str(folder): "TMP"}.get(secret, ""))
    return report.write(
        "wapiti", "A crawler that attacks what it finds: wapiti",
        f"wapiti {report.version(report.output(sys.executable, '-m', 'pip', 'show', 'wapiti3'))}",
        ["wapiti " + shown + " [-C COOKIE -x …/terms -x …/login -x …/mypage/sessions]"],
        lines, findings,
        [f"Three times, each at most {SECONDS} s for the crawl and {MODULE_SECONDS} s for each "
         "module: as a stranger, as a member, as "
         "an administrator of the secretariat. All modules but those that look for other "
         "people's products by lists from the internet (" + ", ".join(WITHOUT[:6]) +
         "), ask services there (takeover, log4shell), or look at TLS, which the local stack has "
         "not (ssl, https_redirect: see tls.md)."])
