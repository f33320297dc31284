"""A POST is taken from our own pages only: screens.md §3."""

import pytest

from .page import Page
from .people import Browser, keep
from .test_addresses import POSTED

HERE = "our own"


@pytest.mark.parametrize("site, origin, passes", [
    ("same-origin", HERE, True),
    ("same-origin", None, True),
    ("none", None, True),  # an address typed, a bookmark
    (None, HERE, True),  # a browser without Sec-Fetch-Site
    ("same-site", HERE, False),  # another site of the association's domain
    ("cross-site", HERE, False),
    ("cross-site", None, False),
    ("cross-site", "https://evil.example", False),
    ("nonsense", HERE, False),
    (None, "https://evil.example", False),
    (None, "null", False),
    (None, None, False),
    (None, "host", False),  # equal to the Host that the sender chose
    (None, "https variant", False),
    (None, "other port", False),
])
def test_where_a_post_may_come_from(stack, site, origin, passes):
    browser = Browser(stack)
    origins = {
        HERE: stack.origin, "host": "http://evil.example", "other port": "http://localhost:1",
        "https variant": stack.origin.replace("http:", "https:"),
    }
    headers = {"Sec-Fetch-Site": site, "Origin": origins.get(origin, origin)}
    if origin == "host":
        headers["Host"] = "evil.example"
    before = stack.sql("SELECT COUNT(*) FROM inquiries")
    keep("origin.table@example.jp")
    answer = browser.post("/inquiry", {
        "name": "騨見山 花", "email": "origin.table@example.jp", "category": "other",
        "body": "表のとおりです。"}, headers)
    after = stack.sql("SELECT COUNT(*) FROM inquiries")
    if passes:
        assert answer.status_code == 303 and after != before
    else:
        assert answer.status_code == 403 and after == before, "refused, and nothing done"
        assert Page(answer.text).heading == "このページはご覧いただけません"


@pytest.mark.parametrize("path", POSTED)
def test_every_form_refuses_another_sites_post(browser, path):
    for headers in [{"Sec-Fetch-Site": "cross-site"},
                    {"Sec-Fetch-Site": None, "Origin": "https://evil.example"},
                    {"Sec-Fetch-Site": None, "Origin": None}]:
        answer = browser.post(path, {"action": "register"}, headers)
        assert answer.status_code == 403
        assert "Set-Cookie" not in answer.headers


def test_method_comes_before_origin_and_origin_before_size_and_type(browser):
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert browser.post("/mypage", {}, foreign).status_code == 405
    assert browser.post(
        "/login", b"{}", {**foreign, "Content-Type": "application/json"}).status_code == 403
