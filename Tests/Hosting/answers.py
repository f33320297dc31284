"""One table of requests, and how the answers of two web servers are held against each other."""

import re

import requests as http
from urllib3 import HTTPHeaderDict

from Stack.people import VERSION
from Stack.stack import ADDRESSES

FORMS = ["/login", "/terms", "/email", "/password/forgot", "/inquiry"]
PAGES = ["/email/sent", "/register/complete", "/password/sent", "/password/complete",
         "/inquiry/sent"]
FILES = ["/css/base.css", "/js/main.js", "/images/favicon.svg", "/favicon.ico"]
LOOKUPS = ["/lookup/universities?q=東京", "/lookup/graduate-schools?q=東京",
           "/lookup/societies?q=内科", "/lookup/postal?code=1130021"]
UNKNOWN = ["/nothing", "/login/", "/Login", "/login.html", "/parts/header.html", "/.git/config",
           "/errors/404.html", "/register.html", "/.htaccess", "/cgi-bin/login", "/cgi-bin/",
           "/css/nothing.css", "/css/", "/mypage/", "/secretariat.html", "/robots.txt",
           "/lookup/nothing", "/login/code.html"]
# The figures of /metrics change with every request.
HANDLED = sorted(address for address, (handler, _) in ADDRESSES.items()
                 if handler and address not in [*FORMS, "/metrics"]
                 and not address.startswith("/lookup/"))
POSTED = FORMS + ["/register", "/register/confirm", "/password/reset", "/logout"]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

# Headers that must be the same, and on the answer once. (Others are the server's own affair.)
HEADERS = ["Content-Type", "Location", "Cache-Control", "Allow", "Set-Cookie", "Retry-After",
           "Clear-Site-Data", "Content-Disposition", "Strict-Transport-Security",
           "Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options",
           "X-Frame-Options", "Cross-Origin-Opener-Policy", "Permissions-Policy", "X-Request-Id"]


def requests():
    """Every request: a name, and what a browser does."""
    def asking(method, path, **more):
        return f"{method} {path}", lambda browser: browser.request(method, path, **more)

    def posting(what, path, fields, headers=None, **more):
        return f"POST {path} {what}", lambda browser: browser.post(path, fields, headers, **more)

    for path in ["/", *FORMS, *PAGES, *FILES, *LOOKUPS, *UNKNOWN, *HANDLED]:
        yield asking("GET", path)
        yield asking("HEAD", path)
    yield asking("HEAD", "/metrics")
    for path in ["/register?token=x", "/register?token=%zz", "/register?token=%ff",
                 "/password/reset?token=x", "/lookup/universities?q=%E3%81", "/login?next=/evil",
                 "/%6cogin", "/%ff", "/login%00", "/password%2Fsent",
                 "/register?token=" + "a" * 9000]:
        yield asking("GET", path)
    for path in [*PAGES, *FILES, "/nothing", "/login.html", "/"]:
        yield posting("a file", path, {"a": "b"})
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]:
        yield asking(method, "/login")
        yield asking(method, "/email/sent")
        yield asking(method, "/mypage")
        yield asking(method, "/nothing")
    for path in [*FORMS, *HANDLED, *LOOKUPS, "/metrics"]:
        yield posting("nothing", path, {})
        # Refused before anybody reads it.
        yield posting("of another site", path, {"body": "a" * 60_000},
                      {"Sec-Fetch-Site": "cross-site"})
    for path in [*POSTED, "/mypage", "/mypage/profile", "/secretariat/staff", "/health"]:
        yield posting("without origin", path, {}, {"Sec-Fetch-Site": None, "Origin": None})
        yield posting("too large", path, {"body": "a" * 65_536})
        yield posting("of another type", path, b"{}", {"Content-Type": "application/json"})
        yield posting("malformed", path, b"a=%zz", FORM)
        yield posting("not UTF-8", path, b"a=\xff", FORM)
    for path in FORMS:
        yield posting("bad", path, {
            "login_id": "x" * 40, "password": "", "email": "騨見山 \"'&<@", "name": "𠮷",
            "body": "こんにちは\r\n 𠮷田です", "version": "0", "category": "other"})
    yield posting("as multipart", "/login", None, files={
        "login_id": (None, "abc"), "password": (None, "")})
    yield posting("in pieces", "/login", iter([b"login_id=", b"x&password="]), FORM)
    yield posting("in too large pieces", "/login", iter([b"login_id=", b"x" * 90_000]), FORM)
    yield posting("as large as may be", "/login", {"filler": "a" * (65_536 - len("filler="))})
    yield posting("good", "/terms", {"agree": "yes", "version": VERSION})
    yield posting("by a stranger", "/secretariat/import", None, files={
        "file": ("a.csv", b"a" * 9_000_000)})
    yield posting("far too large", "/secretariat/import", None, files={
        "file": ("a.csv", b"a" * 12_000_000)})


class Cut:
    """No answer: the server closed the connection."""

    status_code = None
    content = b""
    headers = HTTPHeaderDict()

    @property
    def raw(self):
        return self


def answers(site):
    """What a server answers: name of the request -> answer. Each time a browser without cookies."""
    found = {}
    browser = site.browser()
    for what, ask in requests():
        browser.session.cookies.clear()
        try:
            found[what] = ask(browser)
        except (http.ConnectionError, http.exceptions.ChunkedEncodingError):
            found[what] = Cut()
    return found


def _is_redirect(answer):
    return answer.status_code in (301, 302, 303)


def _headers(answer):
    """The headers of the list; what is random or a matter of taste is made alike."""
    found = {}
    for name in HEADERS:
        values = answer.raw.headers.getlist(name)
        if len(values) == 1:
            value = values[0]
            if name == "Content-Type":
                value = value.lower()
            elif name == "Allow":
                value = ", ".join(sorted(re.split(r", *", value)))
            elif name == "Set-Cookie":
                value = re.sub(r"=[\w-]{30,}", "=RANDOM", value)
            elif name == "X-Request-Id":
                assert re.fullmatch(r"[0-9a-z]{10,40}", value), value
                value = "NUMBER"
            found[name] = value
        elif values:
            found[name] = f"{len(values)} times: {values}"
    if _is_redirect(answer):
        found.pop("Content-Type", None)  # of a body that nobody sees
    return found


def _body(answer):
    """The lines of the body; that of a redirect is for nobody."""
    if _is_redirect(answer):
        return []
    if "version=" in answer.headers.get("Content-Type", ""):
        return ["figures, others each time"]  # /metrics
    text = answer.content.decode("utf-8", errors="backslashreplace")
    for number in (answer.headers.get("X-Request-Id"), "—"):
        if number:
            text = text.replace(f">{number}<", ">NUMBER<")
    return [line for line in text.splitlines() if line.strip()]


def differences(expected, got):
    """Every difference between two servers' answers: "request: aspect" -> (expected, got)."""
    found = {}
    assert expected.keys() == got.keys()
    for what, wanted in expected.items():
        answer = got[what]
        if wanted.status_code != answer.status_code:
            found[f"{what}: status"] = (wanted.status_code, answer.status_code)
        own, other = _headers(wanted), _headers(answer)
        for name in HEADERS:
            if own.get(name) != other.get(name):
                found[f"{what}: {name}"] = (own.get(name), other.get(name))
        if _body(wanted) != _body(answer):
            found[f"{what}: body"] = (_body(wanted)[:12], _body(answer)[:12])
    return found


def unexplained(found, reasons):
    """The differences that no reason covers, and the reasons that cover none.

    `reasons` is a table of regular expressions for "request: aspect", each with why a server cannot
    do otherwise, or need not.
    """
    used = {pattern for pattern in reasons for what in found if re.fullmatch(pattern, what)}
    left = {what: pair for what, pair in found.items()
            if not any(re.fullmatch(pattern, what) for pattern in reasons)}
    return left, sorted(set(reasons) - used)
