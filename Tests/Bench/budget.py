"""What a program may weigh: measured, recorded, and held against the record.

    python -m Bench.budget            measures and compares (scripts/budget does it)
    python -m Bench.budget --record   writes Tests/Bench/budget.txt anew
    python -m Bench.budget --profile FOLDER   keeps callgrind's records of the requests there

Counted are bytes, instructions and calls of malloc, never seconds: the numbers are the same on a
busy machine. A stack of its own serves as the database and opens the session and the mailed URL.
"""

import argparse
import pathlib
import sys
import urllib.parse

from Stack.people import Browser, Person
from Stack.stack import BIN_DIR, HANDLERS, Stack

from .callgrind import count, count_once

RECORD = pathlib.Path(__file__).with_name("budget.txt")
# More than this times the record fails; less than that much below it is worth a new record.
MOST = 1.10
BETTER = 0.90
# A request's share is the difference of two runs: what the first request alone needs is in both.
FEW, MANY = 10, 30

EXPLANATION = """\
# What the programs weigh: measured by `make budget`, written by `make budget-record`.
#
# A check fails where something grows by more than 10 % and this file does not change with it.
#
#   size PROGRAM BYTES               stripped, as it goes onto a host
#   start PROGRAM INSTRUCTIONS       one plain CGI request, from exec to exit, that needs no database
#   cold PROGRAM INSTRUCTIONS        one plain CGI request with its connection to the database
#   request NAME INSTRUCTIONS MALLOCS   one more request to a running FastCGI responder
"""

# Typed alike each time, two things wrong: the registry number and the repeated password.
FORM = {
    "login_id": "tanaka4821", "password": "Kx7!52ab1c9f04-w", "password_confirm": "another",
    "registry_number": "12345", "registry_date": "昭和63年4月20日",
    "family_name_kana": "ダミヤマ", "given_name_kana": "ﾀﾛｳ", "family_name": "騨見山",
    "given_name": "𠮷郎", "former_family_name_kana": "", "former_given_name_kana": "",
    "former_family_name": "", "former_given_name": "", "postal_code": "1138621",
    "prefecture": "東京都", "address": "文京区本駒込2ー28ー16", "mobile_phone": "09011112222",
    "phone": "03-3946-2121", "fax": "", "birth_date": "S38.4.1", "sex": "male",
    "main_specialty": "01", "specialty": ["01", "02"], "university": "東京大学",
    "university_other": "", "graduation_date": "1988年3月", "graduate_school": "",
    "graduate_school_date": "", "graduate_department": "", "degree_date": "",
    "society": ["日本内科学会", "", ""], "society_other": "",
}


class Case:
    """A request of one handler, and the status that it must get."""

    def __init__(self, name, program, group, address, status, body="", cookie=""):
        self.name = name
        self.program = program
        self.group = group
        self.status = status
        self.body = body.encode()
        path, _, query = address.partition("?")
        self.parameters = {
            "GATEWAY_INTERFACE": "CGI/1.1", "SERVER_PROTOCOL": "HTTP/1.1",
            "REQUEST_METHOD": "POST" if body else "GET", "REQUEST_URI": address,
            "SCRIPT_NAME": path, "QUERY_STRING": query, "REMOTE_ADDR": "192.0.2.1",
            "REQUEST_ID": "0123456789", "HTTP_HOST": "localhost", "HTTP_COOKIE": cookie,
            "HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_ACCEPT": "text/html",
            "HTTP_ACCEPT_LANGUAGE": "ja", "HTTP_USER_AGENT":
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/142.0.0.0 Safari/537.36",
        }
        if body:
            self.parameters["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
            self.parameters["CONTENT_LENGTH"] = str(len(self.body))

    def variables(self, stack):
        # valgrind writes its own files while the program runs, which a confined one may not.
        return {"CONFINE": "off", "MAMIS_ENV_FILE": str(stack.folder / "mamis.env"),
                "DB_GROUP": f"mamis-{self.group}"}

    def check(self, answer):
        assert answer.startswith(f"Status: {self.status} ".encode()), (self.name, answer[:200])


def cases(stack):
    """The requests that are counted; people of a fresh stack make them."""
    doctor = Person()
    browser = Browser(stack)
    token = doctor.open_form(browser)
    doctor.register(browser, token)
    browser = Browser(stack)
    assert browser.log_in(doctor.login_id, doctor.password).headers["Location"] == "/mypage"
    session = browser.cookie("session")
    newcomer = Person()
    form = urllib.parse.urlencode(
        {"token": newcomer.open_form(Browser(stack)), **FORM}, doseq=True)
    university = "/lookup/universities?" + urllib.parse.urlencode({"q": "東京"})
    return [
        Case("refused-form", "register", "entry", "/register", 422, body=form),
        Case("my-page", "mypage", "member", "/mypage", 200, cookie=f"session={session}"),
        Case("lookup", "lookup", "front", university, 200),
        Case("empty", "mypage", "member", "/mypage", 303),
    ]


def measured(stack, profile=None):
    """Every figure: (kind, name) -> numbers."""
    figures = {
        ("size", name): [(BIN_DIR / name).stat().st_size]
        for name in [*HANDLERS, "keeper", "mailer", "mamis"]
    }
    for case in cases(stack):
        variables = case.variables(stack)
        kept = profile and pathlib.Path(profile, f"{case.name}.callgrind")
        few, answer = count(case.program, case.parameters, case.body, FEW, variables)
        case.check(answer)
        many, _ = count(case.program, case.parameters, case.body, MANY, variables, kept)
        one = (many - few) // (MANY - FEW)
        figures["request", case.name] = [one.instructions, one.mallocs]
        if case.name != "refused-form":
            once, answer = count_once(case.program, case.parameters, variables)
            case.check(answer)
            kind = "start" if case.name == "empty" else "cold"
            figures[kind, case.program] = [once.instructions]
    return figures


def written(figures):
    lines = [" ".join(map(str, [kind, name, *numbers]))
             for (kind, name), numbers in figures.items()]
    return EXPLANATION + "\n" + "\n".join(lines) + "\n"


def recorded():
    lines = [line.split() for line in RECORD.read_text().splitlines()]
    return {(line[0], line[1]): [int(number) for number in line[2:]]
            for line in lines if line and line[0] != "#"}


def compare(figures, record):
    """What grew too much, is not recorded, or is gone; and what is worth a new record."""
    wrong, better = [], []
    for key in sorted(figures.keys() | record.keys()):
        name = " ".join(key)
        if key not in figures or key not in record:
            wrong.append(f"{name}: {'not recorded' if key in figures else 'gone'}")
            continue
        for now, then in zip(figures[key], record[key], strict=True):
            change = f"{name}: {then} -> {now} ({(now / then - 1) * 100:+.1f} %)"
            if now > then * MOST:
                wrong.append(change)
            elif now < then * BETTER:
                better.append(change)
    return wrong, better


def main():
    parser = argparse.ArgumentParser(prog="budget")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--profile", metavar="FOLDER")
    options = parser.parse_args()
    with Stack() as stack:
        figures = measured(stack, options.profile)
    if options.record:
        RECORD.write_text(written(figures))
        return
    print(written(figures).removeprefix(EXPLANATION).strip())
    wrong, better = compare(figures, recorded())
    for line in better:
        print("better, worth a new record:", line)
    if wrong:
        sys.exit("over the budget; make it leaner, or run `make budget-record` and commit the"
                 " record with the reason:\n  " + "\n  ".join(wrong))


if __name__ == "__main__":
    main()
