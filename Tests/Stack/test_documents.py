"""What the documentation names is there: links, settings, commands, files; in both languages."""

import functools
import re
import subprocess

import pytest

from .stack import BIN_DIR, HANDLERS, REPOSITORY

PAGES = {
    str(path.relative_to(REPOSITORY)): path.read_text()
    for path in sorted(REPOSITORY.rglob("*.md"))
    if not any(part.startswith(".") for part in path.relative_to(REPOSITORY).parts)
}
# Pages that say the same in both languages. (Others have a summary in the second one.)
PAIRS = [("docs/operations.md", "docs/operations.ja.md"), ("docs/logs.md", "docs/logs.ja.md")]
OPERATIONS = PAIRS[0]
FENCE = re.compile(r"^ *```[a-z]*\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


def test_every_page_was_found():
    assert {"README.md", "README.ja.md", "sql/README.md", *OPERATIONS} <= set(PAGES)


# Links.

def prose(text):
    """A page without its code."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


def headings(text):
    return re.findall(r"^(#+) (.+)$", FENCE.sub("", text), re.MULTILINE)


def anchors(text):
    """The headings of a page as GitHub names them in addresses."""
    found = []
    for _, words in headings(text):
        name = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        found.append(f"{name}-{found.count(name)}" if name in found else name)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page):
    folder = (REPOSITORY / page).parent
    # A sentence of code may be what is linked: `[`inquiry` in PHP](…)`.
    for target in re.findall(r"\]\(\s*([^)\s]+)\s*\)", FENCE.sub("", PAGES[page])):
        if re.match(r"https?:|mailto:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (folder / file).resolve() if file else REPOSITORY / page
        assert path.exists(), f"{page}: {target}"
        assert path.is_relative_to(REPOSITORY), f"{page}: {target}"
        if anchor:
            there = PAGES[str(path.relative_to(REPOSITORY))]
            assert anchor in anchors(there), f"{page}: {target}"


def test_both_readmes_lead_to_the_page_about_operations():
    assert "(docs/operations.md" in prose(PAGES["README.md"])
    assert "(docs/operations.ja.md" in prose(PAGES["README.ja.md"])


def test_the_road_map_names_every_folder():
    rows = re.findall(r"^\| (`[^|]*/`) \|", PAGES["README.md"], re.MULTILINE)
    named = set(re.findall(r"`([\w/]+)/`", " ".join(rows)))
    for name in named:
        assert (REPOSITORY / name).is_dir(), name
    # (C libraries have a folder beside the module that wraps them.)
    sources = {f"Sources/{path.name}" for path in (REPOSITORY / "Sources").iterdir()
               if not re.match("C[A-Z]", path.name)}
    assert sources | {"deploy", "docs", "nginx", "scripts", "sql", "Tests", "www"} <= named


# Settings.

def settings():
    """Every setting and its default, as the programs have them; None: it must be set."""
    text = (REPOSITORY / "Sources/Membership/Settings/Settings.swift").read_text()
    table = re.search(r"static let defaults: .*?\n  \]\n", text, re.DOTALL)[0]
    names = dict(re.findall(r'static let (\w+) = "([^"]*)"', text))
    found = {}
    for key, value in re.findall(r'^    "([A-Z0-9_]+)": (.+),$', table, re.MULTILINE):
        if value == "nil":
            found[key] = None
        elif value.startswith('"'):
            found[key] = value.strip('"')
        else:
            found[key] = names[value]
    assert len(found) == table.count("\n    ") > 40
    return found


@pytest.mark.parametrize("page, must, empty", [
    (OPERATIONS[0], "must be set", "empty"), (OPERATIONS[1], "必須", "なし")])
def test_the_table_of_settings_is_the_programs_own(page, must, empty):
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| ([^|]+) \| ([^|]+) \|$", PAGES[page], re.MULTILINE)
    told = {key: None if value == must else "" if value == empty else value.strip("`")
            for key, value, _ in rows}
    assert len(told) == len(rows)
    assert told == settings()


def test_the_file_of_settings_shows_their_defaults():
    defaults = settings()
    text = (REPOSITORY / "deploy/mamis.env").read_text()
    rows = re.findall(r"^(#?)([A-Z0-9_]+)=(.*)$", text, re.MULTILINE)
    assert len(rows) > 10
    for comment, key, value in rows:
        assert bool(comment) == (defaults[key] is not None), key
        assert value == (defaults[key] or ""), key


# Commands.

@functools.cache
def told_by(*command):
    """What `mamis help` says about a command."""
    result = subprocess.run(
        [BIN_DIR / "mamis", "help", *command], text=True, capture_output=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout


def subcommands(*command):
    listed = told_by(*command).partition("SUBCOMMANDS:")[2]
    return set(re.findall(r"^  ([a-z][\w-]*)(?: |$)", listed, re.MULTILINE))


def code(text):
    """Lines of code: those of blocks, and those between backticks."""
    blocks = "\n".join(FENCE.findall(text)).replace("\\\n", " ")
    return blocks.splitlines() + [
        " ".join(span.split()) for span in re.findall(r"`([^`]+)`", FENCE.sub("", text))]


def commands(text):
    """The words behind each `mamis` that stands where a shell looks for a program."""
    start = r"(?:^|[;&|(] *|\broot |\.cnf |/with |/release/)mamis +"
    for line in code(text):
        for words in re.split(start, line.strip())[1:]:
            yield re.split(r" *[;|&>)#]", words)[0].split()


@pytest.mark.parametrize("page", [page for page in PAGES if list(commands(PAGES[page]))])
def test_every_command_is_one(page):
    for words in commands(PAGES[page]):
        place, options = [], [word.partition("=")[0] for word in words if word.startswith("--")]
        if words[:1] == ["help"]:
            continue
        for word in words:
            if word not in subcommands(*place):
                break
            place.append(word)
        assert place or words[0].startswith("-"), f"mamis {' '.join(words)}"
        is_whole = len(words) == len(place)
        assert is_whole or not subcommands(*place) or not place, f"mamis {' '.join(words)}"
        for option in options:
            assert re.search(rf"{re.escape(option)}\b", told_by(*place)), f"{place} {option}"


def test_the_pages_name_every_command():
    """Whoever reads the page about operations learns of each subject of the command line."""
    for page in OPERATIONS:
        named = {words[0] for words in commands(PAGES[page]) if words}
        assert subcommands() - named <= {"members", "bench"}, page


@pytest.mark.parametrize("page", OPERATIONS)
def test_units_programs_and_files_are_there(page):
    text = "\n".join(code(PAGES[page]))
    units = set(re.findall(r"\bmamis@([\w-]+)", text))
    assert units and units <= set(HANDLERS)
    own = {path.name for path in (REPOSITORY / "deploy/systemd").iterdir()}
    assert set(re.findall(r"\bmamis(?:-\w+)?\.(?:service|target)\b", text)) <= own
    for name in re.findall(r"/etc/nginx/mamis/([\w.]+)", text):
        assert (REPOSITORY / "nginx" / name).exists(), name
    for name in re.findall(r"\bmamis-[a-z]+\b(?!\.)", text):
        assert (REPOSITORY / "deploy" / name).exists() or f"{name}.service" in own or (
            name == "mamis-www"), name


@pytest.mark.parametrize("page, logs", list(zip(OPERATIONS, PAIRS[1])))
def test_every_event_is_explained(page, logs):
    known = set(re.findall(r"^\| `([a-z_.]+)` \|", PAGES[logs], re.MULTILINE))
    # First halves of the events' names, to tell them from files.
    subjects = {event.partition(".")[0] for event in known if "." in event}
    named = {word for line in code(PAGES[page])
             for word in re.findall(r"(?<![\w.@/-])([a-z_]+\.[a-z_]+)(?![\w.])", line)
             if word.partition(".")[0] in subjects}
    named |= set(re.findall(r"event=([a-z_.]+)", PAGES[page]))
    assert len(named) > 8
    assert named <= known


# Two languages.

@pytest.mark.parametrize("english, japanese", PAIRS)
def test_both_languages_have_the_same_parts(english, japanese):
    levels = [[len(level) for level, _ in headings(PAGES[page])] for page in (english, japanese)]
    assert levels[0] == levels[1]
    rows = [re.findall(r"^\| `([\w.]+)` \|", PAGES[page], re.MULTILINE)
            for page in (english, japanese)]
    assert rows[0] == rows[1]


def test_both_languages_say_the_same_commands():
    blocks = [FENCE.findall(PAGES[page]) for page in OPERATIONS]
    assert len(blocks[0]) > 30 and blocks[0] == blocks[1]
