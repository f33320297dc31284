"""Measuring a stack from outside: answers and their times, memory, files, database connections."""

import asyncio
import dataclasses
import http.client
import itertools
import pathlib
import re
import secrets
import subprocess
import time
import urllib.parse

_addresses = itertools.count(1)


def new_address():
    """A client address that nobody else of this run has: limits go by address."""
    count = next(_addresses)
    return f"127.{3 + count // 62500}.{count // 250 % 250}.{count % 250 + 1}"


@dataclasses.dataclass
class Answer:
    """An answer in short; status 0: none came."""

    status: int
    seconds: float
    retry_after: str = ""
    words: str = ""


def wrong_login():
    """A form that costs a whole password check: nobody has the ID, which must not show."""
    return urllib.parse.urlencode(
        {"login_id": f"Nobody{secrets.token_hex(4)}", "password": "Kx7!wrong-w"})


def ask(stack, method, path, body=None):
    """One request on a connection and from an address of its own."""
    headers = {"Host": stack.origin.removeprefix("http://"), "Origin": stack.origin,
               "Content-Type": "application/x-www-form-urlencoded"}
    connection = http.client.HTTPConnection(
        "127.0.0.1", stack.port, timeout=60, source_address=(new_address(), 0))
    began = time.monotonic()
    try:
        connection.request(method, path, body, headers if body else {"Host": headers["Host"]})
        answer = connection.getresponse()
        words = answer.read().decode()
        return Answer(answer.status, time.monotonic() - began,
                      answer.headers.get("Retry-After", ""), words)
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, time.monotonic() - began, words=str(error))
    finally:
        connection.close()


def percentile(answers, share):
    """Milliseconds within which this share of the answers came."""
    times = sorted(answer.seconds for answer in answers)
    return round(times[min(int(len(times) * share), len(times) - 1)] * 1000) if times else 0


async def _log_in(stack, address, end, answers, pause):
    """At least once, and until `end` where there is a pause before the next."""
    origin = stack.origin
    while True:
        body = wrong_login()
        began = time.monotonic()
        try:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", stack.port, local_addr=(address, 0))
            writer.write((
                f"POST /login HTTP/1.1\r\nHost: {origin.removeprefix('http://')}\r\n"
                f"Origin: {origin}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}").encode())
            text = (await asyncio.wait_for(reader.read(), 90)).decode()
            writer.close()
            retry = re.search(r"^Retry-After: (\d+)", text, re.MULTILINE)
            answers.append(Answer(int(text.split(" ", 2)[1]), time.monotonic() - began,
                                  retry[1] if retry else "", text))
        except (OSError, TimeoutError, IndexError) as error:
            answers.append(Answer(0, time.monotonic() - began, words=str(error)))
        if pause is None or time.monotonic() >= end:
            return
        await asyncio.sleep(pause)


def log_in_at_once(stack, clients, seconds=0, pause=None, answers=None):
    """Wrong logins of so many clients at the same time; with a pause, again and again for so long.

    Their answers; into `answers`, too, as they come."""
    answers = [] if answers is None else answers

    async def all_of_them():
        end = time.monotonic() + seconds
        await asyncio.gather(*[_log_in(stack, new_address(), end, answers, pause)
                               for _ in range(clients)])

    asyncio.run(all_of_them())
    return answers


class Programs:
    """The processes of a stack, by name, and what they hold."""

    def __init__(self, stack):
        self.stack = stack
        self.supervisor = int((stack.folder / "sockets/supervisord.pid").read_text())

    @staticmethod
    def _below(pid, name):
        found = subprocess.run(["pgrep", "-x", "-P", str(pid), name], text=True,
                               capture_output=True)
        return [int(one) for one in found.stdout.split()]

    def pids(self, name):
        masters = self._below(self.supervisor, name)
        if name != "nginx":
            return masters
        return masters + [pid for master in masters for pid in self._below(master, "nginx")]

    def memory(self, name):
        """KiB of the programs of a name together: (of their own, proportional, resident)."""
        own = proportional = resident = 0
        for pid in self.pids(name):
            text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
            figures = {key: int(value) for key, value in re.findall(r"(\w+): +(\d+) kB", text)}
            own += figures["Anonymous"]
            proportional += figures["Pss"]
            resident += figures["Rss"]
        return own, proportional, resident

    def files(self, name):
        """Open files of the programs of a name, each."""
        return [len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir())) for pid in self.pids(name)]

    def database_connections(self):
        ((count,),) = self.stack.sql(
            "SELECT COUNT(*) FROM information_schema.processlist WHERE user LIKE 'mamis%'")
        return int(count)

    def nginx_connections(self):
        """What nginx itself counts as open, this question not included."""
        page = ask(self.stack, "GET", "/nginx-status").words
        return int(re.search(r"Active connections: (\d+)", page)[1]) - 1
