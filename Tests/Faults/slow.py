"""People (or attackers) with very slow connections: slow headers, slow bodies, slow reading."""

import errno
import resource
import socket

from Faults.rounds import Rounds

KINDS = ["headers", "body", "reading"]


def allow_many_files(wanted=8192):
    """Raises this process's own limit of open files as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


class Slow:
    """One slow connection; opened again when nginx has had enough of it."""

    # A request that its reader asks for again and again without reading the answers.
    PAGES = b"GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n" * 200

    def __init__(self, port, kind, address):
        self.port, self.kind, self.address = port, kind, address
        self.openings = 0
        self.socket = None
        self.open()

    def open(self):
        self.close()
        self.socket = socket.socket()
        if self.kind == "reading":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self.socket.bind((self.address, 0))
        self.socket.settimeout(10)
        self.socket.connect(("127.0.0.1", self.port))
        self.socket.sendall({
            "headers": b"GET /login HTTP/1.1\r\nHost: localhost\r\n",
            "body": b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n"
                    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nlogin_id=",
            "reading": self.PAGES,
        }[self.kind])
        self.socket.setblocking(False)
        self.openings += 1

    def go_on(self):
        """One more byte, if the connection still stands; else a new one."""
        try:
            if self.kind == "reading":
                is_open = bool(self.socket.recv(1))
            else:
                self.socket.send(b"X-A: b\r\n" if self.kind == "headers" else b"a")
                is_open = self._is_unanswered()
        except BlockingIOError:
            is_open = True
        except OSError:
            is_open = False
        if not is_open:
            self.open()

    def _is_unanswered(self):
        """An answer (408, or the end) means that nginx gave up."""
        try:
            self.socket.recv(1)
        except OSError as error:
            return error.errno in (errno.EAGAIN, errno.EWOULDBLOCK)
        return False

    def close(self):
        if self.socket:
            self.socket.close()


class SlowCrowd(Rounds):
    """So many slow connections, a third of each kind. Use it in a `with` statement."""

    PAUSE = 2  # seconds between two bytes

    def __init__(self, port, count):
        super().__init__()
        self.port, self.count = port, count
        self.slow, self.failures = [], 0

    def __enter__(self):
        allow_many_files()
        for place in range(self.count):
            address = f"127.2.{place // 250}.{place % 250 + 1}"
            self.slow.append(Slow(self.port, KINDS[place % len(KINDS)], address))
        return self.begin()

    def __exit__(self, *_):
        self.end()
        for one in self.slow:
            one.close()

    def round(self):
        for one in self.slow:
            try:
                one.go_on()
            except OSError:
                self.failures += 1  # not even a new connection; the next round tries again

    def openings(self):
        """How often connections of each kind were opened."""
        return {kind: sum(one.openings for one in self.slow if one.kind == kind)
                for kind in KINDS}
