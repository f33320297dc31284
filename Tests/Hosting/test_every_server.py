"""The site behind each web server: the whole journey, and the same answers as nginx's."""

import re
import ssl

import pytest
import requests

from Stack.page import Page
from Stack.people import Person, goes_to, keep, postcard
from Stack.stack import ADDRESSES, HANDLERS

from .answers import FILES, PAGES, answers, differences, unexplained
from .answers import requests as requests_of_all

# Servers whose TLS is ours. (A web hotel's is the host's, and fcgiwrap's nginx is the same nginx.)
WITH_TLS = ["nginx", "apache", "lighttpd"]
OTHERS = ["apache", "shared_hosting", "lighttpd", "nginx_with_programs"]
SERVERS = ["nginx", *OTHERS]

# Mozilla's "intermediate" list, TLS 1.2's part.
GOOD_CIPHERS = {
    f"ECDHE-{key}-{cipher}" for key in ("ECDSA", "RSA")
    for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")}

# Where a server answers otherwise than nginx, and why that is so. Patterns of "request: aspect".
NOT_READ = "refused before our configuration is read: the server's own words"
NO_NUMBER = "what this server answers itself has no enquiry number"
REASONS = {
    "apache": {
        r"\w+ /\.htaccess: (status|body)":
            "Debian's own rule for .ht files says 403; it says nothing about whether one is there",
        r"GET /login%00: (status|body)": "an address that no file can have is unknown: 404",
        r"GET /password%2Fsent: .*": "Apache takes no encoded slash for a slash: 404",
    },
    "shared_hosting": {
        r"\w+ /\.htaccess: (status|body)": "as with apache",
        r"GET /login%00: .*": NOT_READ,
        r"GET /password%2Fsent: .*": NOT_READ,
        r"GET /register\?token=a{9000}: .*": NOT_READ,
        r"TRACE .*": "TraceEnable is the host's; TRACE tells a browser nothing, browsers send none",
        r"POST /login in (too large )?pieces: .*":
            "a CGI program is told the length of a body or has none; browsers always tell it",
        r".*: X-Request-Id": f"without mod_unique_id, {NO_NUMBER}",
    },
    "lighttpd": {
        r".*: X-Request-Id": NO_NUMBER,
        r"\w+ /css/nothing\.css: Cache-Control": "by address only, not by status; 5 minutes",
        r"\w+ /robots\.txt: Cache-Control": "by address only, not by status; it forbids nothing",
        r"GET /(register\?token=)?%ff: .*": NOT_READ,
        r"GET /login%00: .*": NOT_READ,
        r"GET /register\?token=a{9000}: .*": "431 instead of 414, and " + NOT_READ,
        r"TRACE .*": "it is the handler that refuses, or the address is unknown",
        r"POST /(mypage|health) too large: .*": "the handler is asked: its method comes first, 405",
        r"POST /secretariat/import far too large: .*": NOT_READ,
    },
    "nginx_with_programs": {},
}


@pytest.fixture(scope="module")
def expected(nginx):
    return answers(nginx)


@pytest.fixture(params=SERVERS)
def site(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(params=WITH_TLS)
def secure(request):
    return request.getfixturevalue(request.param)


def test_every_handler_is_asked_here():
    asked = {what.split(" ")[1].split("?")[0] for what, _ in requests_of_all()
             if what.startswith("POST ") and what.endswith(" of another site")}
    assert {ADDRESSES[path][0] for path in asked} == set(HANDLERS)


@pytest.mark.parametrize("server", OTHERS)
def test_it_answers_as_nginx_does(request, expected, server):
    found = differences(expected, answers(request.getfixturevalue(server)))
    left, idle = unexplained(found, REASONS[server])
    assert left == {}
    assert idle == [], "reasons for what does not differ"


def test_a_member_goes_from_the_postcard_to_my_page(site):
    person = Person()
    _, login_id, password = postcard(
        site.stack, registry_number=person.fields["registry_number"], birth_date="1963-04-01")
    keep(login_id, password)
    browser = site.browser()
    goes_to(browser.log_in(login_id, password), "/terms")
    token = person.open_form(browser)
    form = browser.page(f"/register?token={token}")
    assert form.fields["token"] == [token]
    wrong = person.fill(browser, token, given_name="")
    assert wrong.status_code == 422
    page = Page(wrong.text)
    assert set(page.errors) == {"given_name"}
    assert page.fields["family_name"] == [person.fields["family_name"]]
    goes_to(person.fill(browser, token), "/register/confirm")
    assert person.name in browser.page("/register/confirm").words
    goes_to(browser.post("/register/confirm", {"action": "register"}), "/register/complete")
    assert "ログインページに戻る" in browser.page("/register/complete").words
    site.mail(person.email, 2)

    answer = goes_to(browser.log_in(person.login_id, person.password), "/mypage")
    (cookie,) = answer.raw.headers.getlist("Set-Cookie")
    name, *attributes = re.split("; *", cookie)
    assert name.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes)
    assert not any(one.startswith("Domain") for one in attributes)
    assert person.name in browser.page("/mypage").words
    goes_to(browser.post("/logout", {}), "/login")
    goes_to(browser.get("/mypage"), "/login")
    goes_to(site.browser().get("/secretariat"), "/login")


@pytest.mark.parametrize("server, paths", [
    *((server, PAGES + FILES) for server in ("nginx", "lighttpd")),
    # Apache gives a page that is put together no tag.
    *((server, FILES) for server in ("apache", "shared_hosting")),
])
def test_what_a_browser_has_is_not_sent_again(request, server, paths):
    browser = request.getfixturevalue(server).browser()
    plain = {"Accept-Encoding": "identity"}
    for path in paths:
        answer = browser.get(path, headers=plain)
        tag = answer.headers["ETag"]
        again = browser.get(path, headers={**plain, "If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b""), path
        other = browser.get(path, headers={**plain, "If-None-Match": '"other"'})
        assert (other.status_code, other.content) == (200, answer.content), path


def test_what_everyone_may_see_is_compressed_where_asked_for(request):
    for server in ["nginx", "apache", "shared_hosting"]:
        browser = request.getfixturevalue(server).browser()
        for path in ["/terms", "/css/base.css", "/js/main.js"]:
            plain = browser.get(path, headers={"Accept-Encoding": "identity"})
            packed = browser.get(path, headers={"Accept-Encoding": "gzip"})
            assert packed.headers["Content-Encoding"] == "gzip", (server, path)
            assert "Accept-Encoding" in packed.headers["Vary"]
            assert packed.content == plain.content
            assert "Content-Encoding" not in plain.headers


def test_a_handlers_page_is_never_compressed(site):
    accept = {"Accept-Encoding": "gzip, deflate, br"}
    browser = site.browser()
    refused = browser.post("/login", {"login_id": "x" * 200, "password": ""}, accept)
    assert refused.status_code == 422 and len(refused.content) > 2000
    assert "Content-Encoding" not in refused.headers
    gone = browser.get("/register?token=x", headers=accept)
    assert gone.status_code == 410 and "Content-Encoding" not in gone.headers


def test_plain_http_leads_to_https_only(secure):
    plain = f"http://127.0.0.1:{secure.plain_port}"
    for path in ["/", "/login", "/register?token=abc-def"]:
        answer = requests.get(plain + path, allow_redirects=False, timeout=20)
        assert answer.status_code == 301
        assert answer.headers["Location"] == secure.origin + path
        assert "Set-Cookie" not in answer.headers
    evil = requests.get(f"{plain}/login", allow_redirects=False, timeout=20,
                        headers={"Host": "evil.example"})
    assert "evil" not in evil.headers.get("Location", "")
    posted = requests.post(f"{plain}/login", data={"login_id": "x", "password": "y"},
                           allow_redirects=False, timeout=20)
    assert posted.status_code == 301, "and nothing is done with it"


def test_browsers_are_told_to_stay_with_https(site):
    for path in ["/", "/login", "/mypage", "/nothing", "/css/base.css"]:
        (value,) = site.browser().get(path).raw.headers.getlist("Strict-Transport-Security")
        assert int(re.fullmatch(r"max-age=(\d+)", value)[1]) >= 365 * 24 * 3600, path


def test_http_2_is_offered_and_http_1_1_taken(secure):
    assert secure.handshake()[2] == "h2"
    assert secure.handshake(["http/1.1"])[2] == "http/1.1"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_tls_is_of_the_versions_and_ciphers_of_today(secure):
    assert secure.handshake()[0] == "TLSv1.3"
    version, cipher, _ = secure.handshake(version=ssl.TLSVersion.TLSv1_2)
    assert version == "TLSv1.2" and cipher in GOOD_CIPHERS
    for old in [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1]:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            secure.handshake(version=old, ciphers="ALL")
    # What is left when the good ones are taken away: nothing.
    bad = "ALL:COMPLEMENTOFALL:!eNULL:" + ":".join(f"!{name}" for name in sorted(GOOD_CIPHERS))
    with pytest.raises((ssl.SSLError, ConnectionError)):
        secure.handshake(version=ssl.TLSVersion.TLSv1_2, ciphers=bad)


def test_no_log_keeps_what_stands_behind_a_question_mark(secure):
    browser = secure.browser()
    token, agent = "T0ken" + "x" * 30, "Agent/of-nobody"
    browser.get(f"/register?token={token}", headers={
        "User-Agent": agent, "Referer": f"https://other.example/?{token}"})
    browser.get(f"/nothing?token={token}", headers={"Referer": f"https://other.example/?{token}"})
    browser.get(f"/css/nothing.css?token={token}", headers={"Referer": f"/?{token}"})
    text = secure.said()
    assert token not in text and agent not in text
    assert re.search(r'method=GET path="/(register|\.nothing)"', text)
