"""A steady stream of requests, so many a second whatever the answers do, and what came of them."""

import collections
import http.client
import threading
import time
import urllib.parse


class Steady:
    """Use it in a `with` statement around what is done meanwhile.

    Every request reaches a handler: an empty login form, which comes back with 422. Each has a new
    connection, so that none hides behind another's.
    """

    CLIENTS = 20

    def __init__(self, stack, rate=200, path="/login", fields=None, expected=422):
        self.stack = stack
        self.rate = rate
        self.path = path
        self.expected = expected
        self.body = urllib.parse.urlencode(fields or {"login_id": "", "password": ""})
        self.ends = collections.Counter()
        self.slowest = 0.0
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._clients = [threading.Thread(target=self._client, args=[number], daemon=True)
                         for number in range(self.CLIENTS)]

    def __enter__(self):
        self.began = time.monotonic()
        for client in self._clients:
            client.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        for client in self._clients:
            client.join(60)
        self.seconds = time.monotonic() - self.began

    @property
    def sent(self):
        return sum(self.ends.values())

    @property
    def failed(self):
        return {end: count for end, count in self.ends.items() if end != self.expected}

    def __str__(self):
        return (f"{self.sent} requests in {self.seconds:.1f} s ({self.sent / self.seconds:.0f}/s), "
                f"slowest {self.slowest * 1000:.0f} ms, failed: {self.failed or 'none'}")

    def _client(self, number):
        due = self.began + number / self.rate
        while not self._stopping.is_set():
            time.sleep(max(0, due - time.monotonic()))
            due += self.CLIENTS / self.rate
            began = time.monotonic()
            end = self._request()
            took = time.monotonic() - began
            with self._lock:
                self.ends[end] += 1
                self.slowest = max(self.slowest, took)

    def _request(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=30)
        try:
            connection.request("POST", self.path, self.body, {
                "Origin": self.stack.origin, "Sec-Fetch-Site": "same-origin",
                "Content-Type": "application/x-www-form-urlencoded"})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
        finally:
            connection.close()
