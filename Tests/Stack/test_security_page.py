"""docs/security.md keeps in step: each rule has one row, and what a row points to exists."""

import functools
import re

import pytest

from .stack import REPOSITORY

PAGE = (REPOSITORY / "docs/security.md").read_text()
RULES = {f"R-{number}" for number in range(1, 76)}
STATES = {"met", "in part", "exception", "not applicable"}

# | R-1 | what is asked | state | how | shown by |
ROWS = [[cell.strip() for cell in line.strip("| \n").split(" | ")]
        for line in PAGE.splitlines() if re.match(r"\| R-\d+ \|", line)]
# `folder/file::what it must hold`
REFERENCES = sorted(set(re.findall(r"`([\w./-]+)::([^`]+)`", PAGE)))


@functools.cache
def text_of(path):
    """A file's text, its spaces and line ends made one; tests are named from Tests/."""
    for folder in ("Tests", "."):
        file = REPOSITORY / folder / path
        if file.is_file():
            return " ".join(file.read_text().split())
    raise AssertionError(f"{path} is no file")


def holds(path, what):
    """Whether a file of tests has a test of this name, or any other file these very words."""
    text = text_of(path)
    if path.endswith(".py"):
        return f"def {what}(" in text
    if path.startswith("nginx/") or not path.endswith("Tests.swift"):
        return " ".join(what.split()) in text
    names = (f"func `{what}`", f'@Test("{what}"', f'@Test( "{what}"', f"func {what}(")
    return any(name in text for name in names)


def test_every_rule_has_one_row():
    numbers = [row[0] for row in ROWS]
    assert sorted(numbers) == sorted(RULES)
    for row in ROWS:
        assert len(row) == 5 and all(row), row
        assert row[2] in STATES, row


def test_what_is_met_is_shown():
    """A rule that is met, wholly or in part, names a test or a line of configuration."""
    for number, _, state, _, shown in ROWS:
        if state in ("met", "in part"):
            assert re.search(r"`[\w./-]+::[^`]+`", shown), number


def test_what_is_not_met_has_its_reason():
    """Each rule in part or excepted is explained under its own words."""
    reasons = PAGE.split("\n## Exceptions", 1)[1].split("\n## ", 1)[0]
    for number, _, state, _, _ in ROWS:
        mentioned = re.search(rf"\b{number}\b", reasons) is not None
        assert mentioned == (state in ("in part", "exception")), number


@pytest.mark.parametrize("path, what", REFERENCES)
def test_what_the_page_points_to_is_there(path, what):
    assert holds(path, what), f"{path} has no {what}"


def test_a_wrong_pointer_is_found():
    """The test above can fail."""
    assert holds("Stack/test_login.py", "test_a_wrong_login_tells_nothing")
    assert not holds("Stack/test_login.py", "test_a_wrong_login_tells_everything")
    assert not holds("nginx/headers.conf", "add_header X-Frame-Options SAMEORIGIN always;")
    with pytest.raises(AssertionError):
        holds("Stack/test_nothing.py", "test_a_wrong_login_tells_nothing")


def test_the_pages_settings_and_their_values_are_the_programs():
    """A setting that the page names has the default that it names."""
    settings = (REPOSITORY / "Sources/Membership/Settings/Settings.swift").read_text()
    named = re.findall(r"`([A-Z][A-Z0-9_]+)`(?: \((\d[\d,]*)\))?", PAGE)
    assert len(named) > 10
    for name, value in named:
        assert f'"{name}"' in settings, name
        if value:
            assert f'"{name}": "{value.replace(",", "")}"' in settings, name


def test_its_links_lead_somewhere():
    for link in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert "://" in link or (REPOSITORY / "docs" / link).exists(), link
