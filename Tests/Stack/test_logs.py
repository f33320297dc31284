"""What the tests before left in the logs: nothing personal, no forged line, no unexpected error.

Before it looks, a person whose every word is unmistakable goes everywhere."""

import re
import secrets
import socket
import urllib.parse

import pytest

from .people import SECRETS, Browser, Person, goes_to, keep, new_password, number, postcard
from .stack import HANDLERS, done, until
from .test_logs_events import access

PROGRAMS = {f"{name}.log" for name in [*HANDLERS, "mailer"]}
# A line of ours: keys of letters, values that are plain or in quotes. (nginx has empty ones.)
VALUE = r'(?:[!#-<>-~]+|"(?:[^"\\]|\\.)*")'
LINE = re.compile(rf"time=\S+ \w+={VALUE}(?: \w+=(?:{VALUE})?)+")
# What ends a line or turns its direction, in the eyes of some reader.
BENDING = re.compile(
    "[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
FORGED = "time=2001-01-01T00:00:00Z level=error program=login event=forged.line account=1"
FORGERIES = [f"x{end}{FORGED}" for end in [
    "\n", "\r\n", "\x0b", "\x0c", "\x1b[2K\r", "\x85", "\u2028", "\u202e", '" ', '\\" ', "' ", " "]]

# Kept in every place that takes it; none of these words is in the programs or their settings.
FIELDS = {
    "family_name": "驫木澤", "given_name": "曉霞", "family_name_kana": "トドロキザワゾ",
    "given_name_kana": "アケガスミヱ", "former_family_name": "鵺野塚",
    "former_given_name": "朧月夜", "former_family_name_kana": "ヌエノヅカヰ",
    "former_given_name_kana": "オボロヅキヱ", "postal_code": "907-1801", "prefecture": "沖縄県",
    "address": "与那国町与那国９８７ゾルゲ荘", "mobile_phone": "080-7654-3219",
    "phone": "0980-87-6543", "fax": "0980-87-6542", "birth_date": "1961-07-23",
    "registry_date": "1988-05-29", "university": "", "university_other": "帝都黄泉平坂医科大学",
    "graduation_date": "1988-03-21", "graduate_department": "霊素解剖学専攻",
    "society_other": "日本霊素医学会",
}
WORDS = {
    "inquiry": "鵼のような声が電話口から聞こえます", "answer": "鵼ではなく虎鶫と思われます",
    "note": "折り返しは虎鶫の件として", "reason": "虎鶫の件で本人から申し出",
    "clerk": "鵲橋 灯籠子", "search": "驫木", "typed": "mistyped.tatarigami", "file": "鵺名簿",
}


@pytest.fixture(scope="module")
def used(stack):
    """The stack, after everything was done with unmistakable words."""
    keep(*FIELDS.values(), *WORDS.values(), FIELDS["mobile_phone"].replace("-", ""))
    person = Person(**FIELDS)
    browser = Browser(stack)
    register(person, browser)
    live_as_member(person, browser)
    work_in_office(person, Browser(stack))
    for text in FORGERIES:
        forge(stack, text)
    stack.no_more_mail()
    return stack


def register(person, browser):
    token = person.open_form(browser)
    assert person.fill(browser, token, registry_number="77", address="").status_code == 422
    goes_to(person.fill(browser, token), "/register/confirm")
    assert person.fields["address"] in browser.get("/register/confirm").text
    goes_to(browser.post("/register/confirm", {"action": "back"}), "/register")
    assert browser.get("/register").status_code == 200
    goes_to(browser.post("/register/confirm", {"action": "register"}), "/register/complete")
    browser.stack.mail(person.email, 2)


def live_as_member(person, browser):
    assert browser.log_in(WORDS["typed"], new_password()).status_code == 422
    assert browser.log_in(person.login_id, new_password()).status_code == 422
    # Into the wrong field, as it happens.
    assert browser.log_in(person.password, person.login_id).status_code == 422
    goes_to(browser.log_in(person.login_id, person.password), "/mypage")
    assert person.name in browser.get("/mypage").text
    version = browser.page("/mypage/profile").fields["version"]
    change = {**person.fields, "version": version, "main_specialty": "02"}
    assert browser.post("/mypage/profile", {**change, "phone": "x"}).status_code == 422
    goes_to(browser.post("/mypage/profile", change), "/mypage")
    address = f"tatarigami{number()}@example.jp"
    keep(address)
    ask = {"email": address, "email_confirm": address, "current_password": person.password}
    goes_to(browser.post("/mypage/email", ask), "/mypage/email")
    token = browser.stack.mail(address).token
    keep(token)
    form = {"token": token, "current_password": person.password}
    goes_to(browser.post("/mypage/email", form), "/mypage")
    question = {"name": person.name, "email": address, "phone": person.fields["mobile_phone"],
                "category": "other", "body": WORDS["inquiry"]}
    assert browser.post("/inquiry", {**question, "category": "x"}).status_code == 422
    goes_to(browser.post("/inquiry", question), "/inquiry/sent")
    forgot = {"email": address, "registry_number": person.fields["registry_number"],
              "birth_date": person.fields["birth_date"]}
    before = len(browser.stack.mails(address))
    goes_to(browser.post("/password/forgot", forgot), "/password/sent")
    until(lambda: any("/password/reset" in mail.body
                      for mail in browser.stack.mails(address)[before:]), what="the URL")
    token = [mail.token for mail in browser.stack.mails(address) if mail.token][-1]
    keep(token)
    new = new_password()
    form = {"token": token, "password": new, "password_confirm": new}
    goes_to(browser.post("/password/reset", form), "/password/complete")
    goes_to(browser.log_in(person.login_id, new), "/mypage")
    assert browser.get("/mypage/sessions").status_code == 200
    assert browser.get(f"/secretariat/members?q={WORDS['search']}").status_code == 403
    goes_to(browser.post("/logout", {}), "/login")


def work_in_office(person, browser):
    stack = browser.stack
    login_id, password = f"Torakaji{secrets.token_hex(4)}", new_password()
    done(stack.mamis("staff", "add", login_id, "--name", WORDS["clerk"], "--administrator",
                     stdin=f"{password}\n"))
    goes_to(browser.log_in(login_id, password), "/secretariat")
    for path in ["/secretariat", f"/secretariat/members?q={WORDS['search']}",
                 f"/secretariat/export.csv?q={WORDS['search']}",
                 f"/secretariat/export.csv?q={WORDS['search']}&encoding=cp932",
                 "/secretariat/staff", f"/secretariat/audit?person={login_id}",
                 f"/secretariat/audit.csv?person={login_id}", "/secretariat/inquiries"]:
        assert browser.get(path).status_code == 200, path
    ((member,),) = stack.sql(f"SELECT number FROM accounts WHERE login_id = '{person.login_id}'")
    page = f"/secretariat/members/{member}"
    assert person.name in browser.get(page).text
    version = browser.page(f"{page}?edit=yes").fields["version"]
    correction = {"action": "correct", **person.fields, "version": version,
                  "society_other": FIELDS["society_other"] + "東支部"}
    assert browser.post(page, {**correction, "birth_date": "x"}).status_code == 422
    assert browser.post(page, correction).status_code == 303
    assert browser.post(page, {"action": "suspend", "reason": WORDS["reason"]}).status_code == 303
    assert browser.post(page, {"action": "reinstate"}).status_code == 303
    import_and_print(browser, postcard(stack, family_name=FIELDS["former_family_name"])[0])
    ((inquiry,),) = stack.sql("SELECT MAX(id) FROM inquiries")
    page = f"/secretariat/inquiries/{inquiry}"
    for form in [{"action": "keep", "note": WORDS["note"]},
                 {"action": "answer", "answer": WORDS["answer"]}]:
        fields = browser.page(page).fields
        answer = browser.post(page, {
            "version": fields["version"][0], "seen_state": fields["seen_state"],
            "seen_category": fields["seen_category"], "new_state": fields["new_state"],
            "new_category": fields["new_category"], **form})
        goes_to(answer, page)
    clerk = {"action": "add", "login_id": f"Kasasagi{secrets.token_hex(4)}",
             "name": WORDS["clerk"], "email": f"kasasagi{number()}@example.jp",
             "role": "secretariat"}
    keep(clerk["login_id"], clerk["email"])
    goes_to(browser.post("/secretariat/staff", clerk), "/secretariat/staff")
    assert browser.post("/secretariat/staff", clerk).status_code == 422
    keep(stack.mail(clerk["email"]).token)


def import_and_print(browser, member):
    heading = "member_number,family_name,given_name,address,birth_date\n"
    good = f"{heading}{member},{FIELDS['family_name']},{FIELDS['given_name']}," \
           f"{FIELDS['address']},{FIELDS['birth_date']}\n"
    bad = f"{heading}{member},,{FIELDS['given_name']},{FIELDS['address']},昨日の虎鶫\n"
    keep("昨日の虎鶫")

    def upload(text, name):
        return browser.post("/secretariat/import", {"action": "look"},
                            files={"file": (name, text.encode(), "text/csv")})

    assert upload(bad, f"{WORDS['file']}.csv").status_code == 422
    staged = upload(good, f"{WORDS['file']}.csv")
    assert staged.status_code == 303, staged.text
    place = staged.headers["Location"]
    run = {"action": "import", "import": place.split("=")[1]}
    goes_to(browser.post("/secretariat/import", run), place)
    until(lambda: "追加した会員" in browser.get(place).text, what="the end of the import")
    page = browser.page("/secretariat/postcards")
    cards = browser.post("/secretariat/postcards", {
        "ticket": page.fields["ticket"][0], "choice": "one", "number": member, "format": "csv"})
    assert cards.status_code == 200
    login_id, password = cards.text.strip().splitlines()[-1].split(",")[-2:]
    keep(login_id, password, password.replace("-", ""))


def forge(stack, text):
    """Sends the text in every place whose content might come to stand in a log."""
    quoted = urllib.parse.quote(text)
    raw = text.encode().replace(b"\r", b"").replace(b"\n", b"")
    visitor = Browser(stack)
    for path in [f"/{quoted}", f"/login?{quoted}", f"/register?token={quoted}",
                 f"/secretariat/members/{quoted}", f"/secretariat/inquiries/{quoted}",
                 f"/lookup/universities?q={quoted}", f"/mypage/email?token={quoted}"]:
        assert visitor.get(path).status_code < 500, path
    for path in ["/login", "/inquiry", "/password/forgot", "/register", "/password/reset",
                 "/mypage/email", "/terms"]:
        for fields in [{quoted: "x"}, {"login_id": text, "password": text, "token": text,
                                       "email": text, "name": text, "agree": text}]:
            assert visitor.post(path, fields).status_code < 500, path
    files = {"file": (text, b"x", "text/csv"), quoted: (text, b"x", text.replace("\n", ""))}
    assert visitor.post("/secretariat/import", {"action": text}, files=files).status_code < 500
    for name in [b"User-Agent", b"Referer", b"X-Request-Id", b"X-Forwarded-For", b"Cookie",
                 b"Origin", b"Sec-Fetch-Site", b"Content-Type", b"Accept-Language", b"Host"]:
        value = b"session=" + raw if name == b"Cookie" else raw
        for line in [b"GET /mypage", b"POST /login"]:
            send(stack, line + b" HTTP/1.1\r\n" + name + b": " + value
                 + b"\r\nContent-Length: 3\r\nConnection: close\r\n"
                 + (b"" if name == b"Host" else b"Host: localhost\r\n") + b"\r\na=b")
    send(stack, raw.replace(b" ", b"") + b" /login HTTP/1.1\r\nHost: localhost\r\n\r\n")
    send(stack, b"GET /" + raw + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")


def send(stack, request):
    """What no client library would send."""
    with socket.create_connection(("127.0.0.1", stack.port), 10) as connection:
        connection.settimeout(20)
        connection.sendall(request)
        assert re.match(rb"HTTP/1\.1 [2-4]", connection.recv(65_536)), request


def lines(stack):
    """Every line of every log: handlers, mailer, nginx, MariaDB, supervisor."""
    for path in sorted((stack.folder / "log").iterdir()):
        for line in path.read_bytes().split(b"\n"):
            yield path.name, line.decode(errors="replace")


def spellings(word):
    """A word as it is, as part of an address, and as nginx writes what is not ASCII."""
    escaped = "".join(char if char.isascii() and char.isprintable() else
                      "".join(f"\\x{byte:02X}" for byte in char.encode()) for char in word)
    quoted = urllib.parse.quote(word)
    return {word, quoted, quoted.lower(), escaped}


def test_no_log_holds_a_name_an_address_a_password_or_a_token(used):
    """Numbers alone are left out: they come about by chance, in times and process numbers."""
    words = {spelling for word in SECRETS for spelling in spellings(word)
             if len(word.encode()) >= 6 and not re.fullmatch(r"[\d/-]{,12}", word)}
    assert set(WORDS.values()) < words and len(words) > 100
    pattern = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
    found = {(name, pattern.search(line)[0]) for name, line in lines(used) if pattern.search(line)}
    assert not found
    assert not [line for line in lines(used) if re.search(r"token=|騨見山|[?&]q=", line[1])]


def test_every_line_of_a_handler_is_one_event(used):
    strange = [(name, line) for name, line in lines(used) if name in PROGRAMS and line
               and not re.match(r"time=\S+ level=(info|warning|error) program=[a-z]+ event=[\w.]+",
                                line)]
    assert not strange


def test_no_line_is_forged(used):
    """Handlers' and nginx's lines keep their grammar whatever was sent."""
    own = [(name, line) for name, line in lines(used)
           if line and name in PROGRAMS | {"access.log"}]
    assert not [line for line in own if not LINE.fullmatch(line[1]) or BENDING.search(line[1])]
    assert not [line for line in lines(used) if line[1].startswith("time=2001")]
    kept = [line for _, line in own if "forged.line" in line]
    assert kept, "some of it is told, in quotes"
    outside = [re.sub(r'"(?:[^"\\]|\\.)*"', "", line) for line in kept]
    assert not [line for line in outside if "forged" in line]


def test_no_request_failed_inside(used):
    """Apart from a page that the missing database (MariaDB's error 2002 and its like) left bare."""
    assert not [line for _, line in lines(used) if "event=request.failed" in line
                or "event=page.unfurnished" in line and 'reason="MariaDB 20' not in line]


def test_an_answers_number_is_in_the_access_log(used):
    answer = Browser(used).get("/health")
    line = until(lambda: access(used, answer), what="its line")
    assert "path=\"/health\"" in line and "status=200" in line
