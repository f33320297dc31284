"""Overload and slow connections, in small (`make soak` measures them in large)."""

import os
import signal
import socket
import threading

from Faults.load import Programs, ask, log_in_at_once, wrong_login
from Faults.slow import KINDS, SlowCrowd
from Stack.page import Page
from Stack.people import Browser
from Stack.stack import until

# The queue of a handler's socket (scripts/run, mamis@.socket), and the kernel's one more.
QUEUE = 129
TOO_MANY = QUEUE + 11


def test_whom_no_process_can_take_is_sent_away_at_once_and_all_others_are_answered(stack):
    pids = stack.pids("login")
    answers = []
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        # Nobody is served: so many wait as the queue holds, and the others are told at once.
        crowd = threading.Thread(
            target=log_in_at_once, args=(stack, TOO_MANY), kwargs={"answers": answers})
        crowd.start()
        until(lambda: len(answers) >= TOO_MANY - QUEUE, 30, "those for whom there is no room")
        sent_away = Browser(stack).post("/login", {"login_id": "A", "password": "b"}, timeout=10)
        assert ask(stack, "GET", "/health").status == 200, "the others' queues are their own"
        assert Browser(stack).get("/login").status_code == 200
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    crowd.join()

    statuses = [answer.status for answer in answers]
    assert set(statuses) == {422, 503}, statuses
    assert statuses.count(503) == TOO_MANY - QUEUE, statuses
    assert all(int(one.retry_after) > 0 for one in answers if one.status == 503)
    assert sent_away.status_code == 503
    assert int(sent_away.headers["Retry-After"]) > 0
    assert sent_away.headers["Cache-Control"] == "no-store"
    page = Page(sent_away.text)
    assert page.heading == "申し訳ありません。ただいまご利用いただけません"
    assert "混み合っている" in page.words and "再読み込み" in page.words
    assert sent_away.headers["X-Request-Id"] in page.words
    assert ask(stack, "POST", "/login", wrong_login()).status == 422, "as before"


def test_a_thousand_slow_connections_keep_nobody_out(stack):
    programs = Programs(stack)
    with SlowCrowd(stack.port, 1000) as crowd:
        # Some have just been closed by nginx, and come again within two seconds.
        until(lambda: programs.nginx_connections() >= 950, 30, "a thousand connections")
        assert set(crowd.openings()) == set(KINDS)
        for _ in range(10):
            assert ask(stack, "GET", "/login").status == 200
            assert ask(stack, "POST", "/login", wrong_login()).status == 422
            assert ask(stack, "GET", "/health").status == 200
        assert crowd.failures == 0
    until(lambda: programs.nginx_connections() < 50, 60, "their end")


def test_what_a_slow_body_has_sent_takes_no_place_in_a_queue(stack):
    """More half-sent logins than the queue holds: a whole one is answered."""
    slow = []
    try:
        for _ in range(QUEUE + 50):
            one = socket.create_connection(("127.0.0.1", stack.port))
            slow.append(one)
            one.sendall(b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n"
                        b"Content-Type: application/x-www-form-urlencoded\r\n\r\nlogin")
        assert ask(stack, "POST", "/login", wrong_login()).status == 422
    finally:
        for one in slow:
            one.close()
