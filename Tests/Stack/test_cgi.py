"""Each handler as a plain CGI program, and what a host needs for it: design.md §3."""

import re
import shutil
import socket
import subprocess

import pytest

from .page import Page
from .stack import ADDRESSES, BIN_DIR, HANDLERS, REPOSITORY, SIGNED_IN

# Address, method and body; the answer's status and a header that it must have. Pages of people who
# are signed in send everybody else to the login.
REQUESTS = {
    **{ADDRESSES[address][0]: (address, "GET", "", 303, "Location: /login")
       for address in SIGNED_IN},
    "code": ("/login/code", "GET", "", 303, "Location: /login"),
    "confirm": ("/register/confirm", "GET", "", 303, "Location: /terms"),
    "email": ("/email", "POST", "email=x", 303, "Location: /terms"),
    "forgot": ("/password/forgot", "POST", "email=x", 422, "Cache-Control: no-store"),
    "health": ("/health", "GET", "", 200, "Content-Type: application/json; charset=UTF-8"),
    "inquiry": ("/inquiry", "POST", "name=x", 422, "Cache-Control: no-store"),
    "login": ("/login", "POST", "login_id=x", 422, "Cache-Control: no-store"),
    "logout": ("/logout", "POST", "", 303, "Location: /login"),
    "lookup": ("/lookup/universities", "GET", "", 200, "Cache-Control: public, max-age=3600"),
    "metrics": ("/metrics", "GET", "", 200,
                "Content-Type: text/plain; version=0.0.4; charset=utf-8"),
    "register": ("/register", "GET", "", 303, "Location: /terms"),
    "reset": ("/password/reset", "GET", "", 410, "Cache-Control: no-store"),
    "terms": ("/terms", "POST", "version=x", 422, "Cache-Control: no-store"),
}


def answer(stack, handler, path, method, body="", **more):
    """Status, header lines and body of a handler that is started for this one request."""
    environment = {
        "MAMIS_ENV_FILE": str(stack.folder / "mamis.env"), "GATEWAY_INTERFACE": "CGI/1.1",
        "SERVER_PROTOCOL": "HTTP/1.1", "REQUEST_METHOD": method, "REQUEST_URI": path,
        "SCRIPT_NAME": path, "QUERY_STRING": "", "REMOTE_ADDR": "127.9.9.9",
        "HTTP_SEC_FETCH_SITE": "same-origin", **more,
    }
    if method == "POST":
        environment.setdefault("CONTENT_TYPE", "application/x-www-form-urlencoded")
        environment.setdefault("CONTENT_LENGTH", str(len(body.encode())))
    result = subprocess.run(
        [BIN_DIR / handler], input=body.encode(), env=environment, capture_output=True, timeout=30)
    assert result.returncode == 0, result.stderr
    head, _, rest = result.stdout.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    return int(re.fullmatch(r"Status: (\d+) .+", lines[0])[1]), lines, rest.decode()


# The longest body, where it is not the usual 64 KB: screens.md §4a.
BODY_LIMITS = {"imports": 10 * 1_048_576 + 4096}


def test_every_handler_is_tried_here():
    assert sorted(REQUESTS) == sorted(HANDLERS)


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handler_answers_one_request_as_a_cgi_program(stack, handler):
    path, method, sent, status, header = REQUESTS[handler]
    got, lines, body = answer(stack, handler, path, method, sent)
    assert got == status
    assert header in lines
    assert f"Content-Length: {len(body.encode())}" in lines
    for name in ["Content-Security-Policy", "X-Content-Type-Options", "X-Request-Id",
                 "X-Frame-Options", "Referrer-Policy"]:
        assert len([line for line in lines if line.startswith(f"{name}: ")]) == 1, name
    if status == 422:
        assert Page(body).errors


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handler_checks_method_origin_size_and_type_by_itself(stack, handler):
    path = REQUESTS[handler][0]
    takes_posts = answer(stack, handler, path, "POST")[0] != 405
    assert answer(stack, handler, path, "DELETE")[0] == 405
    too_long = "a" * (BODY_LIMITS.get(handler, 65_536) + 1)
    foreign = {"HTTP_SEC_FETCH_SITE": "cross-site"}
    expected = [403, 413, 415, 400, 400] if takes_posts else [405] * 5
    assert [
        answer(stack, handler, path, "POST", **foreign)[0],
        answer(stack, handler, path, "POST", too_long)[0],
        answer(stack, handler, path, "POST", "{}", CONTENT_TYPE="application/json")[0],
        answer(stack, handler, path, "POST", "a=%zz")[0],
        answer(stack, handler, path, "POST", "a=b", CONTENT_LENGTH="10")[0],
    ] == expected


def test_no_answer_is_lost_with_a_body_that_nobody_read(stack):
    """As Apache's mod_cgid starts a program: one socket is standard input and output."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = subprocess.Popen([BIN_DIR / "login"], stdin=theirs, stdout=theirs, env={
            "MAMIS_ENV_FILE": str(stack.folder / "mamis.env"), "REQUEST_METHOD": "POST",
            "REQUEST_URI": "/login", "CONTENT_LENGTH": "90000", "REMOTE_ADDR": "127.9.9.9",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "HTTP_SEC_FETCH_SITE": "cross-site"})
        theirs.close()
        ours.settimeout(30)
        ours.sendall(b"a" * 90_000)
        ours.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := ours.recv(65_536):
            answer += piece
        assert process.wait(30) == 0
    assert answer.startswith(b"Status: 403 ")
    assert answer.rstrip().endswith(b"</html>")


def test_head_has_no_body(stack):
    status, lines, body = answer(stack, "reset", "/password/reset", "HEAD")
    assert (status, body) == (410, "")


def test_parameters_of_the_server_win_over_the_file_of_settings(stack):
    status, lines, _ = answer(
        stack, "logout", "/logout", "POST", BASE_URL="https://members.example.jp")
    (cookie,) = [line for line in lines if line.startswith("Set-Cookie: ")]
    assert status == 303
    assert cookie.startswith("Set-Cookie: __Host-session=;") and "; Secure" in cookie


def test_the_own_number_stands_on_the_answer(stack):
    _, lines, _ = answer(stack, "health", "/health", "GET", REQUEST_ID="abc1234567")
    assert "X-Request-Id: abc1234567" in lines
    _, lines, _ = answer(stack, "health", "/health", "GET", REQUEST_ID="<script>")
    assert not any("<script>" in line for line in lines)


@pytest.mark.parametrize("handler", HANDLERS + ["mailer"])
def test_a_host_needs_little_for_a_program(handler):
    assert (BIN_DIR / handler).stat().st_size <= 10_000_000
    needed = subprocess.run(["ldd", BIN_DIR / handler], text=True, capture_output=True).stdout
    assert "not found" not in needed
    assert not re.search(r"libswift|libFoundation|libicu", needed), "no Swift on the host"


def test_a_page_that_contradicts_its_fields_is_refused_at_start(stack, tmp_path):
    shutil.copytree(REPOSITORY / "www", tmp_path / "www")
    page = tmp_path / "www/login.html"
    page.write_text(page.read_text().replace('name="login_id"', 'name="user"'))
    result = subprocess.run(
        [BIN_DIR / "login", "--check"], text=True, capture_output=True, timeout=30,
        env={"MAMIS_ENV_FILE": str(stack.folder / "mamis.env"), "WWW_DIR": str(tmp_path / "www")})
    assert result.returncode == 78
    assert re.search(r"login\.html:\d+: ", result.stderr)
