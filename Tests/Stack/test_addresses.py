"""Every address of the contract, asked for in every way: screens.md §2 and §3."""

import gzip
import re
import socket

import pytest

from .page import Page
from .people import Browser, goes_to
from .stack import ADDRESSES, HANDLERS, SIGNED_IN

FORMS = ["/login", "/terms", "/email", "/password/forgot", "/inquiry"]
PAGES = ["/email/sent", "/register/complete", "/password/sent", "/password/complete",
         "/inquiry/sent"]
# Without a session or token: where a handler's page sends a stranger.
ENTRANCES = {
    "/register": "/terms", "/register/confirm": "/terms", "/login/code": "/login",
    **{address: "/login" for address in SIGNED_IN},
}
LOOKUPS = ["/lookup/universities?q=東京", "/lookup/graduate-schools?q=東京",
           "/lookup/societies?q=内科", "/lookup/postal?code=1130021"]
MONITORS = ["/health", "/metrics"]
ASSETS = ["/css/base.css", "/css/form.css", "/js/main.js", "/images/favicon.svg"]
POSTED = FORMS + ["/register", "/register/confirm", "/password/reset", "/logout"]

HEADERS = {
    "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
}


def answers(browser):
    """One answer of every kind that a stranger can get, with a word that tells which."""
    for path in ["/", *FORMS, *PAGES, *ENTRANCES, *LOOKUPS, *ASSETS, *MONITORS, "/favicon.ico"]:
        yield f"GET {path}", browser.get(path)
        yield f"HEAD {path}", browser.request("HEAD", path)
    for path in ["/register?token=x", "/password/reset?token=x", "/password/reset", "/logout",
                 "/nothing", "/login.html", "/parts/header.html", "/errors/500.html", "/%ff",
                 "/lookup/nothing", "/register?token=%zz", "/login/"]:
        yield f"GET {path}", browser.get(path)
    for path in POSTED + PAGES + ["/mypage", "/secretariat", "/health", "/nothing"]:
        yield f"POST {path}", browser.post(path, {"nothing": ""})
        yield f"foreign POST {path}", browser.post(path, {}, {"Sec-Fetch-Site": "cross-site"})
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]:
        yield f"{method} /login", browser.request(method, "/login")
        yield f"{method} /email/sent", browser.request(method, "/email/sent")
    yield "POST too large", browser.post("/login", {"login_id": "a" * 70_000})
    yield "POST of text", browser.post("/login", b"x", {"Content-Type": "text/plain"})
    yield "POST malformed", browser.post(
        "/login", b"login_id=%zz", {"Content-Type": "application/x-www-form-urlencoded"})


@pytest.fixture(scope="module")
def everything(stack):
    return list(answers(Browser(stack)))


def test_every_answer_has_the_security_headers_once(everything):
    for what, answer in everything:
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value, (what, name)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "," not in policy, what
        assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(
            policy.split("; ")), what
        assert re.fullmatch(r"[0-9a-z]{6,40}", answer.headers["X-Request-Id"]), what
        assert "Permissions-Policy" in answer.headers, what


def test_no_answer_names_the_version_of_a_program(everything):
    for what, answer in everything:
        text = "\n".join(f"{key}: {value}" for key, value in answer.headers.items())
        assert answer.headers.get("Server") in (None, "nginx"), what
        for name in ["X-Powered-By", "Via"]:
            assert name not in answer.headers, what
        if "text/html" in answer.headers.get("Content-Type", ""):
            text += answer.text
        assert not re.search(
            r"(nginx|swift|mariadb|mysql|fastcgi|debian|openssl|libsodium)[/ -]?v?\d", text,
            re.IGNORECASE), what


def test_every_html_answer_is_utf8_and_japanese(everything):
    for what, answer in everything:
        if answer.status_code in (302, 303) or what.startswith("HEAD"):
            continue
        assert answer.content.decode("utf-8"), what
        if answer.status_code >= 400:
            assert answer.headers["Content-Type"].lower() == "text/html; charset=utf-8", what
        if "text/html" in answer.headers["Content-Type"]:
            page = Page(answer.text)
            assert page.all("html")[0][1].get("lang") == "ja", what
            assert page.title == f"{page.heading}｜〇〇医師会 会員情報システム" or (
                answer.status_code == 422 and page.title.startswith("エラー：")), what


def test_no_answer_of_a_handler_is_kept(everything):
    for what, answer in everything:
        path = what.split(" ")[-1]
        if answer.status_code >= 303 or path in ("/health", "/login"):
            assert answer.headers["Cache-Control"] == "no-store", (what, answer.status_code)


@pytest.mark.parametrize("path", FORMS + PAGES)
def test_a_form_and_a_page_are_files(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    page = Page(answer.text)
    assert "<!--#" not in answer.text
    assert page.summary is None and not page.errors
    assert page.title.startswith(page.heading)
    assert "/inquiry" in page.links, "help is on every page"


@pytest.mark.parametrize("path", FORMS + PAGES + ASSETS)
def test_what_is_static_has_an_etag_and_comes_once(browser, path):
    answer = browser.get(path)
    tag = answer.headers["ETag"]
    again = browser.get(path, headers={"If-None-Match": tag})
    assert again.status_code == 304 and not again.content
    assert again.headers["X-Content-Type-Options"] == "nosniff"
    assert browser.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", FORMS + ["/css/base.css", "/js/main.js", LOOKUPS[0]])
def test_what_everyone_may_see_is_compressed_where_asked_for(browser, path):
    answer = browser.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert "Content-Encoding" not in browser.get(
        path, headers={"Accept-Encoding": "identity"}).headers


def test_a_handlers_page_is_never_compressed(browser):
    accept = {"Accept-Encoding": "gzip, deflate, br"}
    refused = browser.post("/login", {"login_id": "x" * 200, "password": ""}, accept)
    assert refused.status_code == 422 and len(refused.content) > 2000
    assert "Content-Encoding" not in refused.headers
    gone = browser.get("/register?token=x", headers=accept)
    assert gone.status_code == 410 and "Content-Encoding" not in gone.headers


@pytest.mark.parametrize("path", ["/", *FORMS, *PAGES, *ENTRANCES, *LOOKUPS, *ASSETS, "/health",
                                  "/register?token=x", "/nothing"])
def test_head_is_get_without_a_body(browser, path):
    got, head = browser.get(path), browser.request("HEAD", path)
    assert head.status_code == got.status_code
    assert head.content == b""
    for name in ["Content-Type", "Location", "Cache-Control"]:
        assert head.headers.get(name) == got.headers.get(name), name


def test_the_front_door_is_the_login(browser):
    answer = browser.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")


@pytest.mark.parametrize("path, place", ENTRANCES.items())
def test_a_stranger_is_sent_to_where_one_can_go_on(browser, path, place):
    goes_to(browser.get(path), place)


@pytest.mark.parametrize("path", [
    "/nothing", "/login/", "/Login", "/login.html", "/parts/header.html", "/parts/contact.html",
    "/errors/404.html", "/register.html", "/css/nothing.css", "/.git/config", "/css/../login.html",
    "/lookup/nothing", "/mypage/", "/favicon.png",
])
def test_an_unknown_address_gets_a_page_of_its_own(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 404
    page = Page(answer.text)
    assert page.heading == "ページが見つかりません"
    assert "/login" in page.links


@pytest.mark.parametrize("path, methods, allowed", [
    ("/login", ["PUT", "DELETE", "PATCH", "OPTIONS"], {"POST"}),
    ("/logout", ["GET", "HEAD", "PUT"], {"POST"}),
    ("/register", ["PUT", "DELETE"], {"GET", "HEAD", "POST"}),
    ("/mypage", ["PUT", "POST"], {"GET", "HEAD"}),
    ("/secretariat", ["POST"], {"GET", "HEAD"}),
    ("/health", ["POST", "DELETE"], {"GET", "HEAD"}),
    ("/metrics", ["POST", "DELETE"], {"GET", "HEAD"}),
    ("/lookup/universities", ["POST"], {"GET", "HEAD"}),
    ("/email/sent", ["POST", "PUT", "DELETE"], {"GET", "HEAD"}),
    ("/register/complete", ["POST"], {"GET", "HEAD"}),
    ("/password/complete", ["POST"], {"GET", "HEAD"}),
])
def test_another_method_gets_405_with_what_is_allowed(browser, path, methods, allowed):
    for method in methods:
        answer = browser.request(method, path, data={"a": "b"} if method == "POST" else None)
        assert answer.status_code == 405, method
        told = {word.strip() for word in answer.headers["Allow"].split(",")}
        # A form's GET is the web server's own, so its handler need not name it.
        assert told - {"GET", "HEAD"} == allowed - {"GET", "HEAD"}, method
        assert method not in told
        if method != "HEAD":
            assert Page(answer.text).heading == "この方法では開けません"


def test_trace_is_refused(browser):
    assert browser.request("TRACE", "/login").status_code == 405


@pytest.mark.parametrize("path", POSTED)
def test_a_form_that_is_too_large_gets_413(browser, path):
    answer = browser.post(path, {"body": "a" * 65_536})
    assert answer.status_code == 413
    assert Page(answer.text).heading == "送られた内容が大きすぎます"


def test_a_form_as_large_as_may_be_is_read(browser):
    fields = {"login_id": "", "password": "x"}
    fields["filler"] = "a" * (65_536 - len("login_id=&password=x&filler="))
    assert browser.post("/login", fields).status_code == 422
    fields["filler"] += "a"
    assert browser.post("/login", fields).status_code == 413


@pytest.mark.parametrize("path", POSTED)
@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_another_content_type_gets_415(browser, path, kind):
    answer = browser.post(path, b"{}", {"Content-Type": kind or None})
    assert answer.status_code == 415
    assert Page(answer.text).heading == "この形式では受け取れません"


def test_a_form_may_also_come_as_multipart(browser):
    answer = browser.post("/login", None, files={"login_id": (None, "abc"), "password": (None, "")})
    assert answer.status_code == 422
    assert Page(answer.text).fields["login_id"] == ["abc"]


@pytest.mark.parametrize("body", [
    b"login_id=%zz&password=x", b"login_id=%8", b"login_id=%ff%fe&password=x",
    b"login_id=\xff&password=x", b"%E3%81=1",
], ids=["not hexadecimal", "cut short", "not UTF-8, encoded", "not UTF-8", "in a name"])
def test_what_cannot_be_read_gets_400(browser, body):
    answer = browser.post("/login", body, {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 400
    assert Page(answer.text).heading == "送られた内容を読み取れませんでした"


@pytest.mark.parametrize("path", ["/register?token=%zz", "/register?token=%ff",
                                  "/password/reset?token=%8", "/lookup/universities?q=%E3%81"])
def test_an_address_that_cannot_be_read_gets_400(browser, path):
    answer = raw(browser.stack, f"GET {path} HTTP/1.1")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert "送られた内容を読み取れませんでした".encode() in answer


def test_an_address_that_is_too_long_gets_414(browser):
    answer = browser.get("/register?token=" + "a" * 9000)
    assert answer.status_code == 414
    assert Page(answer.text).heading == "アドレスが長すぎます"


@pytest.mark.parametrize("lines", [
    "GET /login HTTP/1.1\r\nHost: a\r\nHost: b", "GET  HTTP/9", "\x00\x01", "POST /login HTTP/1.1",
])
def test_what_is_not_http_gets_an_answer_without_a_version(stack, lines):
    answer = raw(stack, lines)
    head = answer.split(b"\r\n\r\n")[0]
    assert re.match(rb"HTTP/1\.1 4\d\d ", answer)
    assert b"Server: nginx\r\n" in head + b"\r\n"
    assert not re.search(rb"nginx/\d", answer)


def raw(stack, lines):
    """The answer to a request that no browser would send."""
    with socket.create_connection(("127.0.0.1", stack.port), 10) as connection:
        connection.settimeout(20)
        end = "" if "Host" in lines else f"\r\nHost: localhost:{stack.port}"
        connection.sendall((lines + end + "\r\nConnection: close\r\n\r\n").encode("latin-1"))
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    return answer


def test_the_answer_depends_on_no_host_that_the_sender_chose(browser):
    answer = browser.get("/", headers={"Host": "evil.example"})
    assert "evil" not in answer.headers["Location"]
    answer = browser.get("/mypage", headers={"Host": "evil.example"})
    assert answer.headers["Location"] == "/login"


@pytest.mark.parametrize("path, name", [
    ("/lookup/universities?q=東京大", "東京大学"), ("/lookup/universities?q=とうきょうだい", "東京大学"),
    ("/lookup/graduate-schools?q=東京大", "東京大学大学院"),
    ("/lookup/societies?q=内科", "日本内科学会"),
])
def test_lookup_finds_part_of_a_name(browser, path, name):
    answer = browser.get(path)
    assert answer.headers["Content-Type"].lower() == "application/json; charset=utf-8"
    matches = answer.json()["matches"]
    assert any(name in match["name"] or match["name"] in name for match in matches), matches
    assert len(matches) <= 20
    assert set(matches[0]) == {"name", "kana", "former"}


def test_lookup_takes_what_was_typed_literally(browser):
    for sign in ["%25", "_", "%5C", "'", "%22%3E"]:
        assert browser.get(f"/lookup/universities?q={sign}").json()["matches"] == []


def test_lookup_finds_the_place_of_a_postal_code(browser):
    for code in ["1130021", "113-0021", "１１３００２１"]:
        (match,) = browser.get(f"/lookup/postal?code={code}").json()["matches"]
        assert match == {"postal_code": "113-0021", "prefecture": "東京都", "city": "文京区",
                         "town": "本駒込"}
    assert browser.get("/lookup/postal?code=9999999").json() == {"matches": []}


def test_lookups_answers_may_be_kept(browser):
    answer = browser.get(LOOKUPS[0])
    assert "public" in answer.headers["Cache-Control"]
    again = browser.get(LOOKUPS[0], headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert "Set-Cookie" not in answer.headers


def test_health_tells_that_the_database_answers(browser):
    answer = browser.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok"})


def test_every_handler_has_a_line_and_an_address_here():
    assert {handler for handler, _ in ADDRESSES.values() if handler} == set(HANDLERS)
    tried = {path.split("?")[0] for path in FORMS + PAGES + LOOKUPS + POSTED + MONITORS}
    assert set(ADDRESSES) - tried - set(ENTRANCES) == set(), "an address that no test asks for"


def test_compressed_and_plain_are_the_same_page(browser):
    plain = browser.get("/terms", headers={"Accept-Encoding": "identity"}).content
    answer = browser.get("/terms", headers={"Accept-Encoding": "gzip"}, stream=True)
    packed = answer.raw.read()
    assert gzip.decompress(packed) == plain
    assert len(packed) < len(plain) / 2
