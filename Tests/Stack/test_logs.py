"""What the tests before left in the logs: nothing personal, and no error that nobody asked for."""

import re

from .people import SECRETS, Browser
from .stack import HANDLERS


def lines(stack):
    for path in sorted((stack.folder / "log").iterdir()):
        for line in path.read_text(errors="replace").splitlines():
            yield path.name, line


def test_no_log_holds_a_name_an_address_a_password_or_a_token(stack):
    """Numbers alone are left out: they come about by chance, in times and process numbers."""
    words = {word for word in SECRETS if len(word) >= 6 and not re.fullmatch(r"[\d/-]{,12}", word)}
    pattern = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
    found = [(name, line) for name, line in lines(stack) if pattern.search(line)]
    assert not found
    assert not [line for line in lines(stack) if re.search(r"token=|騨見山|[?&]q=", line[1])]


def test_every_line_of_a_handler_is_one_event(stack):
    names = {f"{name}.log" for name in [*HANDLERS, "mailer"]}
    strange = [line for name, line in lines(stack) if name in names
               and not re.match(r'time=\S+ level=\w+ program=\w+ event=[\w.]+', line)]
    assert not strange


def test_no_request_failed_inside(stack):
    """Apart from a page that the missing database (MariaDB's error 2002 and its like) left bare."""
    assert not [line for _, line in lines(stack) if "event=request.failed" in line
                or "event=page.unfurnished" in line and 'reason="MariaDB 20' not in line]


def test_an_answers_number_is_in_the_access_log(stack):
    answer = Browser(stack).get("/health")
    number = answer.headers["X-Request-Id"]
    (line,) = [line for name, line in lines(stack)
               if name == "access.log" and f"enquiry={number} " in line]
    assert "path=\"/health\"" in line and "status=200" in line
