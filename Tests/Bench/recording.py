"""What the server was asked: statements and their values, from MariaDB's general log.

The rivals of a handler run the very statements that it ran, so a comparison stays fair when a
handler learns to ask less.
"""

import contextlib
import hashlib
import re
import time

LINE = re.compile(
    rb"^(?:\d{6} [ \d]\d:\d\d:\d\d)?\t+ *(\d+) "
    rb"(Connect|Query|Prepare|Execute|Close stmt|Reset stmt|Quit|Init DB|Statistics|Fetch)"
    rb"(?:\t(.*))?$", re.DOTALL)
VALUE = rb"(NULL|-?\d+|'(?:[^'\\]|\\.|'')*')"
ESCAPES = {b"0": b"\0", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"Z": b"\x1a", b"b": b"\b"}


class Statement:
    """One that was run: its text with question marks, the text with values, the values."""

    def __init__(self, kind, user, text, ran=None):
        self.kind = kind  # Query or Execute
        self.user = user  # the database user, where the log has its beginning
        self.text = text
        self.ran = ran or text
        self.values = []
        if kind == "Execute":
            pattern = VALUE.join(map(re.escape, text.split(b"?")))
            found = re.fullmatch(pattern, self.ran, re.DOTALL)
            self.values = [plain(one) for one in found.groups()] if found else None

    @property
    def words(self):
        """The text on one line."""
        return " ".join(self.text.decode().split())

    def explainable(self):
        """The text with its values, those that are no UTF-8 in hexadecimal."""
        def literal(found):
            raw = plain(found[0])
            try:
                raw.decode()
                return found[0]
            except UnicodeDecodeError:
                return b"X'" + raw.hex().encode() + b"'"
        return re.sub(rb"'(?:[^'\\]|\\.|'')*'", literal, self.ran, flags=re.DOTALL).decode()


def plain(literal):
    """The value of an SQL literal: None, an int or bytes."""
    if literal == b"NULL":
        return None
    if literal[:1] != b"'":
        return int(literal)
    body = literal[1:-1].replace(b"''", b"'")
    return re.sub(rb"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), body, flags=re.DOTALL)


def parse(log):
    """The statements of a general log, in their order."""
    events = []
    for line in log.split(b"\n"):
        found = LINE.match(line)
        if found:
            events.append([int(found[1]), found[2].decode(), found[3] or b""])
        elif events:
            events[-1][2] += b"\n" + line
    prepared, users, statements = {}, {}, []
    for connection, kind, text in events:
        user = users.get(connection)
        if kind == "Connect":
            users[connection] = text.partition(b"@")[0].decode()
        elif kind == "Prepare":
            prepared.setdefault(connection, []).append(text)
        elif kind == "Query":
            statements.append(Statement("Query", user, text))
        elif kind == "Execute":
            own = [one for one in reversed(prepared.get(connection, []))
                   if skeleton(one, text)]
            statements.append(Statement("Execute", user, own[0] if own else text, text))
    return statements


def skeleton(prepared, ran):
    """Whether `ran` is `prepared` with values in the place of its question marks."""
    return re.fullmatch(VALUE.join(map(re.escape, prepared.split(b"?"))), ran, re.DOTALL)


@contextlib.contextmanager
def recorded(stack):
    """Collects what the server is asked in this block into the list that it gives.

    A handler prepares a statement once a connection: start handlers anew, or have them asked
    within the block, for each statement's text to be there.
    """
    path = stack.folder / "general.log"
    path.unlink(missing_ok=True)
    stack.sql(f"SET GLOBAL general_log_file = '{path}', GLOBAL general_log = ON")
    statements = []
    try:
        yield statements
    finally:
        time.sleep(0.2)
        stack.sql("SET GLOBAL general_log = OFF")
        statements += [one for one in parse(path.read_bytes())
                       if not one.text.startswith(b"SET GLOBAL general_log")]


class Facts:
    """What a recorded request brought, to tell its values from constants."""

    def __init__(self, secret="", login="", client="", browser="", account=None):
        self.account = account
        self.texts = {
            digest(secret.encode()): "h", digest(b"login\0" + login.encode()): "B",
            digest(b"client\0" + client.encode()): "C",
        }
        for text, name in ((login, "l"), (client, "c"), (browser, "u")):
            if text:
                self.texts[text.encode()] = name

    def spec(self, value):
        """The word of floor.c's plan for a bound value."""
        if value is None:
            return "n"
        if isinstance(value, int):
            return "a" if value == self.account else f"i{value}"
        if value in self.texts:
            return self.texts[value]
        if len(value) == 32:
            try:
                value.decode()
            except UnicodeDecodeError:
                return "r"
        return f"t{value.hex()}"


def digest(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def steps(statements, facts):
    """(kind, specs, SQL) of what a handler ran for one request. After a password's hash was read
    comes a step that checks it."""
    found = []
    for one in statements:
        words = " ".join(one.text.decode().split())
        if one.kind == "Query":
            if not words.startswith("SET NAMES"):
                found.append(("q", [], words))
            continue
        assert one.values is not None, one.ran
        found.append(("p", [facts.spec(value) for value in one.values], words))
        if words.startswith("SELECT id, kind, login_key, password_hash"):
            found.append(("v", [], ""))
    return found


def write_rivals(folder, name, answer, found, options):
    """The files that floor.c and rival.php work by. `answer` is what the handler sent as a plain
    CGI program; `options` are user, password and socket of its database."""
    head, body = answer.split(b"\r\n\r\n", 1)
    (folder / f"{name}.answer").write_bytes(answer)
    (folder / f"{name}.plan").write_text("".join(
        " ".join([kind, *specs]) + "\t" + sql + "\n" for kind, specs, sql in found))
    lines = head.decode().split("\r\n")
    status = int(lines[0].split()[1])
    steps_text = ",\n".join(
        f"[{php(kind)}, [{', '.join(map(php, specs))}], {php(sql)}]" for kind, specs, sql in found)
    place = f"mysql:unix_socket={options['socket']};dbname={options['database']};charset=utf8mb4"
    sent = [line for line in lines[1:] if not line.startswith("Content-Length")]
    (folder / f"{name}.php").write_text(
        f"""<?php
return [
    'dsn' => {php(place)},
    'user' => {php(options['user'])},
    'password' => {php(options['password'])},
    'status' => {status},
    'headers' => [{', '.join(map(php, sent))}],
    'steps' => [{steps_text}],
    'body' => {php(body.decode())},
];
""")


def php(text):
    """A string literal of PHP."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def options_of(stack, group):
    """A group of the stack's option file."""
    text = (stack.folder / "my.cnf").read_text()
    section = re.search(rf"^\[{group}\]\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)[1]
    return dict(re.findall(r"^([\w-]+) = (.*)$", section, re.MULTILINE))
