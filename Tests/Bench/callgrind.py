"""A handler under valgrind's callgrind: how many instructions it runs, the same each time."""

import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import tempfile

from Stack.stack import BIN_DIR

# Swift seeds its hash tables by chance: another order of keys is another number of instructions.
ALIKE = {"SWIFT_DETERMINISTIC_HASHING": "1"}


class Count:
    """Instructions and calls of malloc."""

    def __init__(self, instructions, mallocs):
        self.instructions = instructions
        self.mallocs = mallocs

    def __sub__(self, other):
        return Count(self.instructions - other.instructions, self.mallocs - other.mallocs)

    def __floordiv__(self, number):
        return Count(self.instructions // number, self.mallocs // number)


def _record(kind, content):
    """A FastCGI record, or several where the content is long, then none more."""
    records = b""
    for start in range(0, len(content), 65_000):
        piece = content[start:start + 65_000]
        records += struct.pack(">BBHHBB", 1, kind, 1, len(piece), 0, 0) + piece
    return records


def _pairs(parameters):
    result = b""
    for name, value in parameters.items():
        texts = [name.encode(), value.encode()]
        for text in texts:
            length = len(text)
            result += struct.pack(">B", length) if length < 128 else struct.pack(
                ">I", length | 0x8000_0000)
        result += b"".join(texts)
    return result


def ask(path, parameters, body):
    """One request to a FastCGI responder; its answer: status, headers, body."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(120)
        connection.connect(str(path))
        end = struct.pack(">BBHHBB", 1, 4, 1, 0, 0, 0)
        connection.sendall(
            _record(1, struct.pack(">HB5x", 1, 0)) + _record(4, _pairs(parameters)) + end
            + _record(5, body) + struct.pack(">BBHHBB", 1, 5, 1, 0, 0, 0))
        with connection.makefile("rb") as stream:
            answer = b""
            while head := stream.read(8):
                _, kind, _, length, padding, _ = struct.unpack(">BBHHBB", head)
                content = stream.read(length + padding)[:length]
                if kind == 6:
                    answer += content
    return answer


def _counted(file):
    text = file.read_text(errors="replace")
    names = set(re.findall(r"^c?fn=(\(\d+\)) malloc$", text, re.MULTILINE))
    calls = re.findall(r"^cfn=(\(\d+\)).*\ncalls=(\d+) ", text, re.MULTILINE)
    return Count(
        int(re.search(r"^(?:summary|totals): (\d+)", text, re.MULTILINE)[1]),
        sum(int(count) for name, count in calls if name in names))


def _command(program, file):
    return ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={file}",
            BIN_DIR / program]


def count(program, parameters, body, requests, variables, keep=None):
    """The whole life of a responder that answers one request so many times.

    Returns its Count and the last answer. `keep` names a file for callgrind's own record.
    """
    with tempfile.TemporaryDirectory(prefix="mamis-callgrind-") as folder:
        path = pathlib.Path(folder, "socket")
        file = pathlib.Path(keep or f"{folder}/counts")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen()
            process = subprocess.Popen(
                _command(program, file), stdin=listener, stderr=subprocess.DEVNULL,
                env={**os.environ, **variables, **ALIKE})
            try:
                answer = [ask(path, parameters, body) for _ in range(requests)][-1]
            finally:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(60)
                finally:
                    process.kill()
        return _counted(file), answer


def count_once(program, parameters, variables):
    """A plain CGI program's whole life, from its start to the end of its one answer."""
    with tempfile.TemporaryDirectory(prefix="mamis-callgrind-") as folder:
        file = pathlib.Path(folder, "counts")
        answer = subprocess.run(
            _command(program, file), stdin=subprocess.DEVNULL, capture_output=True, check=True,
            timeout=120, env={"PATH": os.environ["PATH"], **variables, **ALIKE, **parameters})
        return _counted(file), answer.stdout
