"""A browser without a screen: one person's requests, over sockets, for thousands at a time.

It keeps cookies, keeps its connection between a page and what belongs to it, and measures each
answer. No library stands between: the driver must not be what is measured.
"""

import asyncio
import time
import urllib.parse


class Refused(Exception):
    """An answer that the journey does not expect."""


class Figures:
    """Milliseconds by page, what went wrong, and how often somebody was sent away for a while."""

    def __init__(self):
        self.times, self.failures, self.sent_away = {}, [], 0

    def add(self, page, milliseconds):
        self.times.setdefault(page, []).append(milliseconds)

    def quantile(self, page, share):
        ordered = sorted(self.times[page])
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Visitor:
    """One person's browser, with an address of its own on this machine. One who `waits` comes back
    as often as a page says that it is too busy, after the time that it names."""

    def __init__(self, port, origin, number, figures, waits=False):
        self.port, self.origin, self.figures, self.waits = port, origin, figures, waits
        self.address = f"127.{1 + number // 62500 % 250}.{number // 250 % 250}.{1 + number % 250}"
        self.cookies, self.connection = {}, None

    async def get(self, page, path):
        return await self._request(page, "GET", path, b"")

    async def post(self, page, path, fields):
        body = urllib.parse.urlencode(fields, doseq=True).encode()
        return await self._request(page, "POST", path, body)

    async def leave(self):
        """Closes the connection: a browser does after a while."""
        if self.connection:
            self.connection[1].close()
            self.connection = None

    async def _request(self, page, method, path, body):
        head = [f"{method} {path} HTTP/1.1", f"Host: localhost:{self.port}",
                "User-Agent: Mozilla/5.0 (bench)"]
        if self.cookies:
            head.append("Cookie: " + "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        if method == "POST":
            head += [f"Origin: {self.origin}", f"Content-Length: {len(body)}",
                     "Content-Type: application/x-www-form-urlencoded"]
        message = "\r\n".join(head).encode() + b"\r\n\r\n" + body
        while True:
            start = time.monotonic()
            answer = await self._exchange(message)
            self.figures.add(page, (time.monotonic() - start) * 1000)
            if not (self.waits and answer[0] == 503 and "Retry-After" in answer[1]):
                return answer
            self.figures.sent_away += 1
            await self.leave()
            await asyncio.sleep(int(answer[1]["Retry-After"]))

    async def _exchange(self, message):
        if self.connection and self.connection[0].at_eof():
            await self.leave()
        if not self.connection:
            self.connection = await asyncio.open_connection(
                "127.0.0.1", self.port, local_addr=(self.address, 0))
        reader, writer = self.connection
        writer.write(message)
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = {}
        for line in lines[1:-2]:
            name, _, value = line.partition(": ")
            if name == "Set-Cookie":
                self._keep(value)
            headers[name] = value
        if headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(await reader.readline(), 16):
                body += await reader.readexactly(size)
                await reader.readexactly(2)
            await reader.readexactly(2)
        else:
            body = await reader.readexactly(int(headers.get("Content-Length", 0)))
        if headers.get("Connection") == "close":
            await self.leave()
        return int(lines[0].split()[1]), headers, body

    def _keep(self, line):
        name, _, value = line.partition(";")[0].partition("=")
        if value and "Max-Age=0" not in line:
            self.cookies[name] = value
        else:
            self.cookies.pop(name, None)


def expect(answer, status, place=None):
    """Holds an answer against what a journey expects."""
    found = answer[0], answer[1].get("Location")
    if found != (status, place):
        raise Refused(f"{found} instead of {status} {place}")
    return answer
