"""SIGTERM at the worst moments: while a program starts; and after the last look whether somebody
asked to end, a moment before the wait for work. It ends the program all the same, though nobody asks
again and no work comes."""

import pathlib
import signal
import socket
import struct
import subprocess
import time

import pytest

from .stack import BIN_DIR


@pytest.fixture(scope="module")
def late_signal(tmp_path_factory):
    library = tmp_path_factory.mktemp("late-signal") / "late_signal.so"
    source = pathlib.Path(__file__).with_name("late_signal.c")
    subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, source],
                   check=True, timeout=60)
    return library


@pytest.fixture
def start(stack, late_signal):
    """Starts a program that gets the signal just before it waits so; none outlives its test."""
    started = []

    def start(program, wait, stdin=subprocess.DEVNULL, **more):
        variables = stack.variables(SIGNAL_BEFORE=wait, LD_PRELOAD=str(late_signal), **more)
        process = subprocess.Popen(
            [BIN_DIR / program], stdin=stdin, stderr=subprocess.PIPE, text=True, env=variables)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def record(kind, content=b""):
    return struct.pack(">BBHHBB", 1, kind, 1, len(content), 0, 0) + content


@pytest.fixture
def listener(tmp_path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        listener.listen()
        yield listener


def test_before_the_wait_for_a_connection(start, listener):
    handler = start("lookup", "accept", stdin=listener, DB_GROUP="mamis-front")
    assert handler.wait(60) == 0


def test_before_the_wait_for_the_next_request_of_a_connection(start, listener):
    handler = start("lookup", "poll", stdin=listener, DB_GROUP="mamis-front")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(listener.getsockname())
        name, value = b"REQUEST_METHOD", b"PUT"
        pair = bytes([len(name), len(value)]) + name + value
        # The web server keeps the connection for its next request.
        connection.sendall(record(1, struct.pack(">HB5x", 1, 1)) + record(4, pair) + record(4)
                           + record(5))
        with connection.makefile("rb") as stream:
            answer = stream.read()  # up to the end of the connection, which is the program's
    assert b"Status: 405 " in answer
    assert handler.wait(60) == 0


def test_while_a_program_starts(stack, listener):
    for milliseconds in range(0, 60, 2):
        handler = subprocess.Popen([BIN_DIR / "lookup"], stdin=listener, stderr=subprocess.DEVNULL,
                                   env=stack.variables(DB_GROUP="mamis-front"))
        try:
            time.sleep(milliseconds / 1000)
            handler.terminate()
            assert handler.wait(60) in (0, -signal.SIGTERM), f"after {milliseconds} ms"
        finally:
            handler.kill()
            handler.wait()


def test_before_the_mailer_sleeps(start):
    mailer = start("mailer", "sleep", MAIL_POLL_MILLISECONDS="3600000", DB_GROUP="mamis-mailer")
    assert mailer.wait(60) == 0
    assert "event=ended" in mailer.stderr.read()
