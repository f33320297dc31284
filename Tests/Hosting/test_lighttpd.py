"""What is lighttpd's own: error pages as whole files, and handlers that come and go."""

import subprocess

import pytest

from Stack.page import Page
from Stack.stack import until

from .servers import generated


def test_a_handler_that_is_down_has_a_page_of_its_own_and_comes_back(lighttpd):
    browser = lighttpd.browser()
    with lighttpd.without("inquiry", "front"):
        answer = browser.post("/inquiry", {"name": "x"})
        assert answer.status_code in (500, 503)
        assert answer.headers["Content-Type"].lower() == "text/html; charset=utf-8"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert Page(answer.text).heading.startswith("申し訳ありません")
        assert browser.get("/inquiry").status_code == 200
        assert browser.post("/login", {"login_id": "", "password": ""}).status_code == 422
    until(lambda: browser.post("/inquiry", {"name": "x"}).status_code == 422, 20, "inquiry")


def test_the_error_pages_are_whole(lighttpd, nginx):
    """Whatever nginx puts in when it sends them is in the files."""
    folder = lighttpd.folder / "errors"
    pages = sorted(folder.iterdir())
    assert len(pages) > 10
    for path in pages:
        text = path.read_text()
        assert "<!--#" not in text, path.name
        assert "/inquiry" in Page(text).links, path.name
    sent = nginx.browser().get("/nothing").text.split()
    assert (folder / "404.html").read_text().split() == sent


def test_a_part_that_is_not_there_is_told(tmp_path):
    (tmp_path / "www/errors").mkdir(parents=True)
    (tmp_path / "www/errors/404.html").write_text('<!--#include virtual="/parts/none.html" -->\n')
    with pytest.raises(subprocess.CalledProcessError):
        generated("errors", str(tmp_path / "www"), str(tmp_path / "out"))
