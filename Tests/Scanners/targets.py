"""What the scanners are let loose on: every form and every query, by somebody who may send it.

Each is signed in by itself, as a person of its own where the form changes that person: a scanner
that ends a session or locks somebody out spoils nobody else's turn.
"""

import dataclasses
import urllib.parse

from Stack.people import Browser, Person, new_password, postcard
from Stack.stack import ADDRESSES

PASSWORD = new_password()
SECRET = "A" * 43  # the form of a token or session that nobody has


@dataclasses.dataclass
class Target:
    """One request with its parameters; `file` makes it a form with an upload.

    `renew` is a page whose hidden `version` each request takes along: the form is then accepted
    (303) however often what it changes has been changed. `accepted` says that a good answer is 303.
    """

    method: str
    path: str
    fields: dict
    browser: Browser | None = None
    file: str = ""
    renew: str = ""
    accepted: bool = False

    @property
    def name(self):
        return f"{self.method} {self.path.split('?')[0].replace('*', '')}"

    @property
    def parameters(self):
        return list(self.fields) + (["file"] if self.file else [])

    def request(self, stack):
        """The request as it goes over the line; what sqlmap reads with -r."""
        pairs = [(name, value) for name, values in self.fields.items()
                 for value in ([values] if isinstance(values, str) else values)]
        coded = urllib.parse.urlencode(pairs)
        head = [f"Host: localhost:{stack.port}", f"Origin: {stack.origin}"]
        if self.browser:
            cookies = "; ".join(f"{one.name}={one.value}" for one in self.browser.session.cookies)
            head += [f"Cookie: {cookies}"] if cookies else []
        if self.method == "GET":
            path, body = f"{self.path}?{coded}" if coded else self.path, ""
        elif self.file:
            path, boundary = self.path, "----scan"
            parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}'
                     for name, value in pairs]
            parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; '
                         f'filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n{self.file}')
            body = "\r\n".join(parts) + f"\r\n--{boundary}--\r\n"
            head.append(f"Content-Type: multipart/form-data; boundary={boundary}")
        else:
            path, body = self.path, coded
            head.append("Content-Type: application/x-www-form-urlencoded")
        head.append(f"Content-Length: {len(body.encode())}")
        return f"{self.method} {path} HTTP/1.1\r\n" + "\r\n".join(head) + f"\r\n\r\n{body}"


def clerk(stack):
    """A browser in which an administrator of the secretariat is signed in."""
    browser = Browser(stack)
    assert browser.log_in(*stack.demo("secretariat")).headers["Location"] == "/secretariat"
    return browser


def member(stack):
    """Somebody who has registered, and the browser that they are signed in with."""
    person = Person().register(Browser(stack))
    browser = Browser(stack)
    assert browser.log_in(person.login_id, person.password).headers["Location"] == "/mypage"
    return person, browser


def front(stack):
    """What a stranger reaches, on the way to an account and beside it."""
    stranger = Person()
    for kind, query in [("universities", {"q": "東京"}), ("graduate-schools", {"q": "東京"}),
                        ("societies", {"q": "内科"}), ("postal", {"code": "1138621"})]:
        yield Target("GET", f"/lookup/{kind}", query)
    yield Target("POST", "/login", {"login_id": "demouser1", "password": "Wrong7!-word"})
    yield Target("POST", "/terms", {"agree": "yes", "version": "1"})
    agreed = Browser(stack)
    agreed.agree()
    yield Target("POST", "/email", {"email": "a@example.jp", "email_confirm": "a@example.jp"},
                 agreed)
    yield Target("POST", "/password/forgot", {
        "email": "a@example.jp", "login_id": "demouser1", "registry_number": "123456",
        "birth_date": "1975-04-01"})
    yield Target("POST", "/inquiry", {
        "name": "山田", "email": "a@example.jp", "phone": "0312345678", "category": "other",
        "body": "質問です。"})
    filling = Browser(stack)
    token = stranger.open_form(filling)
    yield Target("GET", "/register", {"token": token})
    assert stranger.fill(filling, token).status_code == 303
    yield Target("POST", "/register", {"token": token, **stranger.fields}, filling, accepted=True)
    drafted, browser = Person(), Browser(stack)
    token = drafted.open_form(browser)
    assert drafted.fill(browser, token).status_code == 303
    yield Target("POST", "/register/confirm", {"action": "back"}, browser)
    yield Target("GET", "/password/reset", {"token": SECRET})
    yield Target("POST", "/password/reset", {
        "token": SECRET, "password": PASSWORD, "password_confirm": PASSWORD})


def my_page(stack):
    """What a member reaches; the second step of signing in, too."""
    person, browser = member(stack)
    yield Target("GET", "/mypage", {"page": "1"}, browser)
    page = browser.page("/mypage/profile")
    yield Target("POST", "/mypage/profile",
                 {name: values or [""] for name, values in page.fields.items()}, browser,
                 renew="/mypage/profile", accepted=True)
    yield Target("POST", "/mypage/profile", {"version": "1"}, browser)
    person, browser = member(stack)
    yield Target("POST", "/mypage/password", {
        "current_password": person.password, "password": PASSWORD,
        "password_confirm": "Another7!-one"}, browser)
    person, browser = member(stack)
    yield Target("POST", "/mypage/email", {
        "email": "b@example.jp", "email_confirm": "b@example.jp",
        "current_password": person.password}, browser)
    yield Target("GET", "/mypage/email", {"token": SECRET}, browser)
    yield Target("POST", "/mypage/email", {
        "token": SECRET, "current_password": person.password}, browser)
    _, browser = member(stack)
    yield Target("POST", "/mypage/sessions", {"session": SECRET, "action": "end"}, browser)
    person, browser = member(stack)
    yield Target("POST", "/mypage/two-factor", {
        "password": person.password, "code": "123456", "action": "begin"}, browser)
    _, browser = member(stack)
    yield Target("POST", "/logout", {"again": "1"}, browser)

    person, _ = member(stack)
    stack.sql("INSERT INTO second_factors (account_id, secret, confirmed_at) SELECT id, "
              f"REPEAT('x', 20), NOW() FROM accounts WHERE login_key = LOWER('{person.login_id}')")
    half = Browser(stack)
    assert half.log_in(person.login_id, person.password).headers["Location"] == "/login/code"
    yield Target("POST", "/login/code", {"code": "123456", "recovery_code": "abcd"}, half)


def secretariat(stack):
    """What the secretariat's administrators reach."""
    browser = clerk(stack)
    yield Target("GET", "/secretariat", {"page": "1"}, browser)
    yield Target("GET", "/secretariat/members", {
        "q": "日医", "status": "registered", "page": "1", "sort": "name"}, browser)
    number, _, _ = postcard(stack, family_name_kana="ニチイ", prefecture="東京都")
    yield Target("GET", f"/secretariat/members/{number}*", {
        "edit": "yes", "done": "issue"}, browser)
    page = browser.page(f"/secretariat/members/{number}?edit=yes")
    fields = {name: values or [""] for name, values in page.fields.items()}
    yield Target("POST", f"/secretariat/members/{number}", {**fields, "action": "correct"}, browser,
                 renew=f"/secretariat/members/{number}?edit=yes", accepted=True)
    yield Target("POST", f"/secretariat/members/{number}", {
        "version": "1", "action": "correct"}, browser)
    number, _, _ = postcard(stack)
    yield Target("POST", f"/secretariat/members/{number}", {
        "action": "suspend", "reason": "確認のため", "postcard": "1", "mail": "1", "other": "1"},
        browser)
    yield Target("GET", "/secretariat/import", {"file": "1", "added": "0", "changed": "0"}, browser)
    yield Target("POST", "/secretariat/import", {"action": "look"}, browser,
                 "member_number,family_name,given_name\r\n700900,日医,次郎")
    yield Target("POST", "/secretariat/import", {"action": "import", "import": "1"}, browser)
    yield Target("GET", "/secretariat/export.csv", {
        "q": "日医", "status": "registered", "encoding": "cp932", "replace": "yes"}, browser)
    yield Target("GET", "/secretariat/postcards", {"again": "yes"}, browser)
    yield Target("POST", "/secretariat/postcards", {
        "ticket": SECRET, "choice": "one", "number": "900001", "format": "csv"}, browser)
    Browser(stack).post("/inquiry", {
        "name": "山田", "email": "c@example.jp", "category": "other", "body": "質問です。"})
    ((inquiry,),) = stack.sql("SELECT MAX(id) FROM inquiries")
    yield Target("GET", "/secretariat/inquiries", {
        "state": "open", "category": "other", "before": "100"}, browser)
    yield Target("GET", f"/secretariat/inquiries/{inquiry}*", {"before": "1"}, browser)
    yield Target("POST", f"/secretariat/inquiries/{inquiry}", {
        "version": "1", "action": "keep", "answer": "お答えします。", "note": "済",
        "seen_state": "open", "seen_category": "other", "new_state": "closed",
        "new_category": "login"}, browser)
    for path in ("/secretariat/audit", "/secretariat/audit.csv"):
        yield Target("GET", path, {
            "action": "login", "person": "900001", "from": "2026/01/01", "until": "2026/12/31",
            "before": "9"}, browser)
    yield Target("POST", "/secretariat/staff", {
        "login_id": "scanned01", "name": "走査", "email": "d@example.jp", "role": "secretariat",
        "suspend": "0", "action": "add"}, browser)
    browser = clerk(stack)
    yield Target("POST", "/secretariat/two-factor", {
        "password": stack.demo("secretariat")[1], "code": "123456", "action": "begin"}, browser)


def targets(stack):
    """All of them; fails where a handler has come that nothing here asks."""
    every = [*front(stack), *my_page(stack), *secretariat(stack)]
    asked = {ADDRESSES[address][0] for target in every for address in ADDRESSES
             if _belongs(target.path.split("?")[0].rstrip("*"), address)}
    missing = {handler for handler, _ in ADDRESSES.values() if handler} - asked
    assert missing <= {"health", "metrics"}, f"nothing asks {sorted(missing)}"
    return every


def _belongs(path, address):
    return path == address or (
        address.endswith("900001") and path.startswith(address.removesuffix("900001")))
