"""`mamis check --screen`: what it says of our own programs, of replacements and broken ones."""

import re
import shutil

import pytest

from Stack.people import number
from Stack.stack import HANDLERS

from .swapped_site import (  # noqa: F401 (fixtures)
    SWAPPED, browser, php, python, site, stack)


def check(stack, screen, *more):
    """The exit status, and the rules that are not kept."""
    result = stack.mamis("check", "--screen", screen, *more)
    assert result.stderr == "", result.stderr
    return result.returncode, re.findall(r"^not  (.*)$", result.stdout, re.MULTILINE)


PEOPLE = ["accounts", "sessions", "consents", "profiles", "staff", "tokens", "inquiries"]


def rows(stack):
    return [stack.sql(f"SELECT COUNT(*) FROM {table}") for table in PEOPLE]


@pytest.mark.parametrize("screen", HANDLERS)
def test_each_of_our_own_programs_keeps_the_contract(stack, screen):
    before = rows(stack)
    socket = f"unix:{stack.folder}/sockets/{screen}.sock"
    mailbox = f"checked{number()}@example.jp"
    assert check(stack, screen, "--at", socket) == (0, [])
    assert check(stack, screen, "--at", socket, "--good", mailbox) == (0, [])
    assert check(stack, screen, "--good", mailbox) == (0, []), "through the site"
    assert rows(stack) == before, "it leaves nothing"


def test_both_replacements_keep_the_contract(site, stack, php, python):
    for screen, name, script in [("inquiry", "inquiry-php", "inquiry.php"),
                                 ("terms", "terms-py", "terms.py")]:
        before = rows(stack)
        at = ["--at", f"unix:{site.folder}/sockets/{name}.sock",
              "--script", site.screens / script]
        mailbox = f"checked{number()}@example.jp"
        assert check(stack, screen, *at) == (0, [])
        assert check(stack, screen, *at, "--good", mailbox) == (0, [])
        assert check(stack, screen, "--good", mailbox) == (0, [])
        assert rows(stack) == before


# What a programmer might forget: words of screen.py or terms.py, what stands there instead, and the
# beginning of the rule that then is not kept.
SLIPS = {
    "keeps answers": ("screen.py", '"Cache-Control: no-store", ', "", "no answer may be kept"),
    "takes foreign posts": (
        "screen.py", "raise Refused(403)", "pass", "a POST from another site gets 403"),
    "believes any Origin": (
        "screen.py", 'else origin == settings["BASE_URL"])', "else True)",
        "a POST with a foreign Origin gets 403"),
    "answers 200": (
        "screen.py", "send(problem.status, ", "send(200, ", "a form that does not pass gets 422"),
    "forgets the control": (
        "screen.py", 'aria-invalid="true" ', "", "the page says so in every way"),
    "forgets the title": ("screen.py", "<title>エラー：", "<title>", "the page says so in every way"),
    "says nothing at the field": (
        "screen.py", """f'id="{error}">{html.escape(problem.sentence)}')""",
        """f'id="{error}">')""", "every required field that is empty is told"),
    "names no method": ("screen.py", '["Allow: POST"] if', "[] if", "another method gets 405"),
    "takes any size": ("screen.py", "> 65536", "> 6553600", "a body over 65536 bytes gets 413"),
    "takes any type": (
        "screen.py", "raise Refused(415)", "pass", "another content type gets 415"),
    "guesses at percents": (
        "screen.py", 'or re.search(rb"%(?![0-9A-Fa-f]{2})", body)', "",
        "malformed percent-encoding gets 400"),
    "guesses at bytes": (
        "screen.py", 'errors="strict"', 'errors="replace"', "malformed UTF-8 gets 400"),
    "tells its version": (
        "screen.py", '"Cache-Control: no-store", ',
        '"Cache-Control: no-store", "X-Powered-By: Python/3", ', "no answer names a program's"),
    "lets scripts read the cookie": ("terms.py", "; HttpOnly", "", "cookies are HttpOnly"),
    "goes elsewhere": (
        "terms.py", 'f"Location: {place}"', '"Location: /mypage"',
        "a form that passes leads to /email"),
    "keeps another text's hash": (
        "terms.py", "hashlib.sha256(text)", "hashlib.sha256(page)", "it is in the database"),
    "keeps the cookie itself": (
        "terms.py", "hashlib.blake2b(secret.encode(), digest_size=32)",
        "hashlib.sha256(secret.encode())", "it is in the database"),
}


@pytest.fixture(scope="module")
def slips(site):
    """Another fcgiwrap, for what is broken."""
    site.start_python(site.screens, "slips")
    return site


@pytest.mark.parametrize("slip", SLIPS)
def test_a_program_that_forgets_something_is_told(slips, stack, slip, tmp_path):
    file, right, wrong, rule = SLIPS[slip]
    folder = slips.folder / f"slip-{number()}"
    shutil.copytree(SWAPPED, folder)
    text = (folder / file).read_text()
    assert right in text, "the example has changed: this test breaks nothing any more"
    (folder / file).write_text(text.replace(right, wrong))
    status, broken = check(
        stack, "terms", "--at", f"unix:{slips.folder}/sockets/slips.sock",
        "--script", folder / "terms.py", "--good", "slips@example.jp")
    assert status == 1 and any(words.startswith(rule) for words in broken), broken


def test_a_form_that_loses_what_was_typed_is_told(site, stack):
    script = site.screens / "forgetful.php"
    text = (SWAPPED / "inquiry.php").read_text()
    assert "again('inquiry.html', $form, $problems)" in text
    script.write_text(text.replace("again('inquiry.html', $form", "again('inquiry.html', []"))
    status, broken = check(stack, "inquiry", "--at",
                           f"unix:{site.folder}/sockets/inquiry-php.sock", "--script", script)
    assert status == 1
    (rule,) = broken
    assert rule.startswith("everything that was typed is still there: name is lost; email is lost")


def test_a_program_that_is_not_there_is_told_in_one_line(stack):
    result = stack.mamis("check", "--screen", "inquiry", "--at", f"unix:{stack.folder}/none.sock")
    assert result.returncode == 1
    assert re.fullmatch(r"Error: connect to \S+/none\.sock: No such file or directory\n",
                        result.stderr)
