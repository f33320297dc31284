"""What a handler says on its connection: answers that are whole, however long; a connection that
ends at once where nothing more comes, and politely where something does."""

import contextlib
import socket
import struct
import subprocess
import time

import pytest

from .people import goes_to
from .stack import BIN_DIR, until

BEGIN, END, PARAMETERS, BODY, ANSWER = 1, 3, 4, 5, 6


def record(kind, content=b"", number=1):
    return struct.pack(">BBHHBB", 1, kind, number, len(content), 0, 0) + content


def opening(parameters, number=1, kept=False):
    """The records that begin a request."""
    pairs = b"".join(
        struct.pack(">II", len(name) | 1 << 31, len(value) | 1 << 31) + name.encode()
        + value.encode() for name, value in parameters.items())
    return (record(BEGIN, struct.pack(">HB5x", 1, kept), number)
            + record(PARAMETERS, pairs, number) + record(PARAMETERS, b"", number))


def answer(stream):
    """One answer up to the record that ends it: its bytes, the request's number."""
    content = b""
    while head := stream.read(8):
        _, kind, number, length, padding, _ = struct.unpack(">BBHHBB", head)
        piece = stream.read(length + padding)[:length]
        if kind == END:
            return content, number
        assert kind == ANSWER, piece
        content += piece
    raise AssertionError(f"it broke off after {len(content)} bytes")


def parts(content):
    """Head and body, which is as long as the head says."""
    head, body = content.split(b"\r\n\r\n", 1)
    length = head.split(b"Content-Length: ")[1].split(b"\r\n")[0]
    assert len(body) == int(length)
    return head.decode(), body


@pytest.fixture
def start(stack, tmp_path):
    """Starts a handler on a TCP port, where an end in bad order costs what was not read yet.

    Gives what connects to it, and what ends it and tells how often it waited for the other side to
    close: each time begins with shutdown()."""
    with contextlib.ExitStack() as stop:
        def start(program, group):
            calls = tmp_path / "calls"
            listener = stop.enter_context(socket.create_server(("127.0.0.1", 0)))
            process = subprocess.Popen(
                ["strace", "-D", "-o", calls, "-e", "trace=shutdown,exit_group",
                 BIN_DIR / program],
                stdin=listener, env=stack.variables(DB_GROUP=group))
            stop.callback(process.kill)

            def connect():
                return stop.enter_context(
                    socket.create_connection(listener.getsockname(), timeout=20))

            def waits():
                process.terminate()
                assert process.wait(60) == 0
                until(lambda: "exit_group" in calls.read_text(), 20, "its calls")
                return calls.read_text().count("shutdown(")
            return connect, waits
        yield start


GET = {"REQUEST_METHOD": "GET", "REQUEST_URI": "/email", "REMOTE_ADDR": "127.0.0.1",
       "REQUEST_ID": "abcdef0123", "QUERY_STRING": ""}


def test_a_short_answer_ends_its_connection_at_once(start):
    connect, waits = start("mypage", "mamis-member")
    connection = connect()
    connection.sendall(opening(GET) + record(BODY))
    with connection.makefile("rb") as stream:
        content, number = answer(stream)
        assert parts(content)[0].startswith("Status: 303 ") and number == 1
        assert stream.read() == b""
    assert waits() == 0


def test_a_long_answer_is_whole(start, browser, doctor):
    """The form of a profile, over a connection that ends and over one that is kept."""
    goes_to(browser.log_in(doctor.login_id, doctor.password), "/mypage")
    cookie = {"HTTP_COOKIE": f"session={browser.cookie('session')}"}
    connect, _ = start("profile", "mamis-member")
    bodies = set()
    kept = connect()
    with kept.makefile("rb") as stream:
        for turn in (1, 300):
            kept.sendall(opening(GET | cookie, turn, kept=True) + record(BODY, b"", turn))
            content, number = answer(stream)
            head, body = parts(content)
            assert head.startswith("Status: 200 ") and number == turn
            bodies.add(body)
    kept.close()
    once = connect()
    once.sendall(opening(GET | cookie) + record(BODY))
    with once.makefile("rb") as stream:
        content, _ = answer(stream)
        assert stream.read() == b""
    bodies.add(parts(content)[1])
    assert len(bodies) == 1 and len(bodies.pop()) > 20_000


def test_what_is_refused_unread_is_answered_whole(start):
    """A POST from elsewhere: its body is never read, and still nothing of the answer is lost."""
    connect, waits = start("email", "mamis-front")
    connection = connect()
    length = 60_000
    foreign = GET | {"REQUEST_METHOD": "POST", "HTTP_SEC_FETCH_SITE": "cross-site",
                     "CONTENT_TYPE": "application/x-www-form-urlencoded",
                     "CONTENT_LENGTH": str(length)}
    connection.sendall(opening(foreign) + record(BODY, b"a" * 30_000))
    time.sleep(0.2)
    connection.sendall(record(BODY, b"a" * 30_000) + record(BODY))
    time.sleep(0.2)
    with connection.makefile("rb") as stream:
        content, _ = answer(stream)
        head, body = parts(content)
        assert head.startswith("Status: 403 ") and b"</html>" in body
    connection.close()
    assert waits() == 1
