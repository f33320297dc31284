"""testssl.sh on the production site, with a certificate of our own; and gixy on its files."""

import json
import os
import pathlib
import subprocess
import sys

from . import report

OPTIONS = ["--quiet", "--color", "0", "--warnings", "batch", "--openssl-timeout", "10",
           "--connect-timeout", "10"]


def run(site, folder):
    """Asks the site's TLS everything; returns the open findings."""
    result = folder / "tls.json"
    words = ["testssl", *OPTIONS, "--jsonfile", result, f"https://localhost:{site.port}/"]
    out = subprocess.run([str(word) for word in words], text=True, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=900,
                         env={**os.environ, "TERM": "dumb"})
    (folder / "tls.log").write_text(out.stdout)
    said = json.loads(result.read_text())
    counts = {}
    for one in said:
        counts[one["severity"]] = counts.get(one["severity"], 0) + 1
    findings = [f"{one['severity']}: {one['id']}: {one['finding']}" for one in said
                if one["severity"] not in ("OK", "INFO", "DEBUG")]
    interesting = ("SSLv2", "SSLv3", "TLS1", "TLS1_1", "TLS1_2", "TLS1_3", "FS_ciphers",
                   "HSTS_time", "heartbleed", "ROBOT", "BREACH", "LUCKY13", "overall_grade")
    lines = [f"Answers: {', '.join(f'{count} {name}' for name, count in sorted(counts.items()))}.",
             "", "| check | answer |", "|---|---|"]
    lines += [f"| {one['id']} | {one['finding']} |" for one in said if one["id"] in interesting]
    said_version = next((line for line in report.output("testssl", "--version").splitlines()
                         if "testssl" in line), "testssl.sh 0.0")
    print(f"testssl: {counts}", flush=True)
    return report.write(
        "tls", "TLS of the production site: testssl.sh",
        f"testssl.sh {report.version(said_version)}",
        ["testssl " + " ".join(OPTIONS) + " --jsonfile FILE https://localhost:PORT/"], lines,
        findings, ["nginx as in `nginx/site.conf` and `nginx/tls.conf`, edited as an administrator "
                   "would; the certificate is one of our own for localhost (P-256)."])


def analyse(site, folder):
    """gixy on the site and all that it includes; returns the open findings."""
    gixy = pathlib.Path(sys.executable).parent / "gixy"
    out = subprocess.run([gixy, "--format", "json", site.folder / "nginx.conf"], text=True,
                         capture_output=True, timeout=120)
    said = json.loads(out.stdout)
    findings = [f"{one['severity']}: {one['plugin']}: {one['reason']} "
                f"({pathlib.Path(one['file']).name}:{one['line']})" for one in said]
    (folder / "gixy.json").write_text(out.stdout)
    print(f"gixy: {len(findings)} findings", flush=True)
    return report.write(
        "gixy", "nginx's configuration: gixy", "gixy-ng "
        + report.version(report.output(sys.executable, "-m", "pip", "show", "gixy-ng")),
        ["gixy --format json nginx.conf"], [], findings,
        ["The production site with everything that it includes. `make test` asks the same at each "
         "change (`Tests/Hosting/test_nginx.py`), and that a careless line is found."])
