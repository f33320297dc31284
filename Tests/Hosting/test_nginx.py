"""nginx with the production site: HTTP/2, limits, what it tells whom, and its analyser."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from Stack.page import Page
from Stack.stack import free_port

# One request after the other over one connection: `rounds ADDRESS COUNT`; prints each status.
ROUNDS = """
import http.client, sys
address, count = sys.argv[1], int(sys.argv[2])
host, path = address.split("/", 1)
connection = http.client.HTTPConnection(host, timeout=30)
for _ in range(count):
    connection.request("GET", "/" + path)
    answer = connection.getresponse()
    answer.read()
    print(answer.status, answer.headers.get("Retry-After", "-"))
"""


def curl(nginx, *arguments):
    result = subprocess.run(
        ["curl", "--noproxy", "*", "--silent", "--cacert", nginx.certificate, *arguments],
        text=True, capture_output=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_a_browser_that_speaks_http_2_is_served_by_it(nginx):
    form = curl(nginx, "--http2", "--include", f"{nginx.origin}/login")
    assert form.startswith("HTTP/2 200")
    assert Page(form.partition("\n\n")[2]).heading == "ログイン"
    refused = curl(nginx, "--http2", "--include", "--header", "Sec-Fetch-Site: same-origin",
                   "--data", "login_id=x&password=", f"{nginx.origin}/login")
    assert refused.startswith("HTTP/2 422")
    assert Page(refused.partition("\n\n")[2]).errors
    for line in ["strict-transport-security: max-age=63072000", "x-frame-options: DENY"]:
        assert form.count(f"\n{line}\n") == refused.count(f"\n{line}\n") == 1


def test_the_configuration_passes_its_analyser(nginx):
    """Gixy finds nothing of any severity in the site and everything that it includes."""
    gixy = shutil.which("gixy", path=os.path.dirname(sys.executable))
    assert gixy, "gixy-ng is in Tests/requirements.txt"
    result = subprocess.run([gixy, "--format", "json", nginx.folder / "nginx.conf"],
                            text=True, capture_output=True, timeout=120)
    found = json.loads(result.stdout)
    assert [(one["plugin"], one["file"], one["line"], one["reason"]) for one in found] == []
    assert result.returncode == 0, result.stderr


def test_the_analyser_sees_what_the_site_includes(nginx, tmp_path):
    """The test above can fail: one careless line, in the deepest file, is found."""
    for name in ("nginx.conf", "site.conf", "mamis"):
        source = nginx.folder / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    careless = tmp_path / "mamis/static.conf"
    careless.write_text(careless.read_text() + "add_header X-Any thing;\n")
    gixy = os.path.join(os.path.dirname(sys.executable), "gixy")
    result = subprocess.run([gixy, "--format", "json", tmp_path / "nginx.conf"], text=True,
                            capture_output=True, timeout=120)
    assert "add_header_redefinition" in {one["plugin"] for one in json.loads(result.stdout)}


def test_another_site_s_name_gets_no_other_answer(nginx):
    answer = nginx.browser().get("/", headers={"Host": "evil.example"})
    assert answer.headers["Location"] == "/login"


def test_a_handler_that_is_down_takes_no_other_with_it(nginx):
    with nginx.without("inquiry", "front"):
        answer = nginx.browser().post("/inquiry", {"name": "x"})
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Cache-Control"] == "no-store"
        page = Page(answer.text)
        assert page.heading == "申し訳ありません。ただいまご利用いただけません"
        assert answer.headers["X-Request-Id"] in page.words
        assert nginx.browser().get("/inquiry").status_code == 200
        assert nginx.browser().post("/login", {"login_id": "", "password": ""}).status_code == 422


@pytest.fixture(scope="module")
def outside(nginx):
    """The site as others see it: asks from an address that is not this machine's loopback.

    In a network of its own, for here every address of the machine counts as this machine.
    """
    if subprocess.run(["unshare", "--user", "--map-root-user", "--net", "true"],
                      capture_output=True).returncode:
        pytest.skip("needs a network namespace, which this machine does not allow")
    port = free_port()
    text = (nginx.folder / "site.conf").read_text()
    text = text.replace(f"listen 127.0.0.1:{nginx.plain_port};", f"listen 127.0.0.1:{port + 1};")
    text = text.replace(f"listen 127.0.0.1:{nginx.port} ssl http2;",
                        f"listen 127.0.0.1:{port}; listen 203.0.113.7:{port};")
    text = text.replace(f"{nginx.folder}/cache", f"{nginx.folder}/cache-outside")
    main = (nginx.folder / "nginx.conf").read_text()
    main = main.replace("site.conf", "outside.conf").replace("nginx.pid", "outside.pid")
    main = main.replace(f"{nginx.folder}/temp", f"{nginx.folder}/temp-outside")
    (nginx.folder / "temp-outside").mkdir()
    nginx.write("outside.conf", text)
    nginx.write("outside-nginx.conf", main)

    def ask(*rounds):
        """Statuses (and Retry-After) for each `(host, path, count)`, by a server just started."""
        script = "\n".join([
            "set -e", "ip link set lo up", "ip address add 203.0.113.7/32 dev lo",
            f"nginx -p {nginx.folder} -c {nginx.folder}/outside-nginx.conf"
            f" -e {nginx.folder}/outside.log",
            f"trap 'kill $(cat {nginx.folder}/outside.pid)' EXIT",
            *(f'"{sys.executable}" -c "$ROUNDS" {host}:{port}{path} {count}; echo'
              for host, path, count in rounds)])
        result = subprocess.run(
            ["unshare", "--user", "--map-root-user", "--net", "bash", "-c", script], text=True,
            capture_output=True, timeout=120, env={**os.environ, "ROUNDS": ROUNDS})
        assert result.returncode == 0, result.stderr
        return [[tuple(line.split()) for line in part.splitlines()]
                for part in re.split(r"\n\n", result.stdout.strip())]

    return ask


def test_a_flood_from_one_address_is_slowed_and_told_when_to_come_again(outside):
    """20 a second, 200 at once: a hospital behind one address is not stopped, a script is."""
    (answers,) = outside(("203.0.113.7", "/terms", 600))
    assert {status for status, _ in answers[:200]} == {"200"}
    refused = [again for status, again in answers if status == "429"]
    assert len(refused) >= 20 and set(refused) == {"10"}
    assert {status for status, _ in answers} == {"200", "429"}


def test_this_machine_and_the_suggestions_are_not_counted(outside):
    here, suggestions, page = outside(
        ("127.0.0.1", "/terms", 400), ("203.0.113.7", "/lookup/postal?code=1130021", 400),
        ("203.0.113.7", "/terms", 1))
    assert {status for status, _ in here} == {"200"}
    assert {status for status, _ in suggestions} == {"200"}
    assert page == [("200", "-")]


def test_what_nginx_counts_is_for_this_machine_only(nginx, outside):
    text = nginx.browser("127.0.0.1").get("/nginx-status").text
    assert re.match(r"Active connections: \d+ ", text)
    here, others = outside(("127.0.0.1", "/nginx-status", 1), ("203.0.113.7", "/nginx-status", 1))
    assert (here, others) == ([("200", "-")], [("404", "-")])
    logged = re.findall(r'path="/nginx-status" .* status=(\d+)',
                        (nginx.folder / "access.log").read_text())
    assert set(logged) == {"404"}, "who asks for it in vain is"
