"""Rules that no single screen shows: what the sources, the pages and the tables must never have."""

import re
import subprocess

from .stack import BIN_DIR, HANDLERS, REPOSITORY

SOURCES = sorted((REPOSITORY / "Sources").rglob("*.swift"))
PAGES = sorted((REPOSITORY / "www").rglob("*.html"))


def places(pattern, files):
    """Where a pattern stands outside of comments: lines `file: text`."""
    return [f"{path.relative_to(REPOSITORY)}: {line.strip()}" for path in files
            for line in path.read_text().splitlines()
            if re.search(pattern, line) and not line.lstrip().startswith("//")]


def test_sql_is_a_literal_everywhere():
    """No function that handlers have takes SQL as text: the compiler refuses what was put together.

    Two take files of SQL whole: the command line's migrations and restores.
    """
    module = [path for path in SOURCES if path.parent.name == "MariaDB"]
    literal = places(r"public .*\b_ sql: StaticString", module)
    assert len(literal) > 8
    text = places(r"public .*\b(sql|text|query|statement): (borrowing |consuming )?(String|some)\b",
                  module)
    assert {re.search(r"func (\w+)", place)[1] for place in text} <= {"runScript", "administer"}
    callers = {place.split(":")[0] for place in places(r"\.(runScript|administer)\(", SOURCES)}
    assert callers and all(
        caller == "Sources/Membership/Office/Migrations.swift"
        or caller.startswith(("Sources/mamis/", "Sources/Membership/Backup/"))
        for caller in callers), callers
    # One function gives the server text without a placeholder, and it takes a literal, too.
    asked = {place.split(":")[0] for place in places(r"mysql_(real_)?query\(", SOURCES)}
    assert asked <= {"Sources/MariaDB/Connection.swift", "Sources/MariaDB/Database.swift"}


def test_no_handler_starts_a_program():
    """One file starts programs, without a shell; no handler calls it."""
    starts = places(r"\b(posix_spawnp?|execv\w*|execl\w*|popen|system|v?fork)\(", SOURCES)
    assert [place.split(":")[0] for place in starts] == ["Sources/Platform/Spawn.swift"]
    assert places(r'"/bin/(ba|da)?sh"|"sh", "-c"', SOURCES) == []
    handlers = [path for path in SOURCES if "handlers" in path.parts]
    assert {path.stem for path in handlers} >= set(HANDLERS)
    assert places(r"\b(Platform\.)?run\(\[|import Glibc", handlers) == []


def test_no_handler_names_a_file():
    """What a request says is never part of a file's name: handlers read and write no file."""
    handlers = [path for path in SOURCES if "handlers" in path.parts]
    assert places(r"\b(readFile|writeFile|replaceFile|isFile|folderNames|fopen)\(",
                  handlers) == []
    readers = {place.split(":")[0] for place in places(r"\breadFile\(", SOURCES)
               if "/Membership/" in place}
    assert readers <= {f"Sources/Membership/{name}.swift" for name in (
        "Masters/MasterFiles", "Office/Migrations", "Screens/Services", "Settings/Settings")}


def test_no_page_leads_where_somebody_typed():
    """Addresses in pages are our own; a slot stands behind a path of ours, never at the front."""
    found = [(path.name, kind, where) for path in PAGES
             for kind, where in re.findall(r'\b(href|src|action|formaction)="([^"]*)"',
                                           path.read_text())
             if not re.match(r"[/#]|mailto:|tel:|\?|\{(more|query|next|page)\}", where)]
    assert found == []
    assert sum(path.read_text().count("href=") for path in PAGES) > 50


def test_styles_and_scripts_are_our_own():
    """Nothing is loaded from elsewhere, and nothing stands inline."""
    for path in PAGES:
        text = path.read_text()
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text), path
        for tag in re.findall(r"<(?:link|script|img|iframe|object|embed)\b[^>]*>", text):
            assert not re.search(r'(href|src|data)="(?!/)', tag), (path, tag)
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
    for path in (REPOSITORY / "www/css").iterdir():
        assert not re.search(r"@import|https?:|//[a-z]|expression\(", path.read_text()), path
    for path in (REPOSITORY / "www/js").rglob("*.js"):
        assert not re.search(r"\beval\(|new Function|innerHTML|outerHTML|document\.write|"
                             r"insertAdjacentHTML", path.read_text()), path


def test_text_is_compared_byte_by_byte(stack):
    """No collation takes two characters for one: every text column is binary."""
    rows = stack.sql(
        "SELECT CONCAT(table_name, '.', column_name), collation_name "
        "FROM information_schema.columns WHERE table_schema = 'mamis' "
        "AND collation_name IS NOT NULL")
    assert len(rows) > 50
    assert [row for row in rows if row[1] not in ("utf8mb4_bin", "ascii_bin")] == []


def test_there_is_no_account_that_nobody_made(stack):
    """Tables and lists bring no account with them: demo.txt names all that a new stack has."""
    made = "".join(path.read_text() for path in (REPOSITORY / "sql").glob("*.sql"))
    assert "INTO accounts" not in made and "INTO staff" not in made
    assert stack.sql("SELECT COUNT(*) FROM accounts WHERE login_key IN "
                     "('admin', 'administrator', 'root', 'test', 'guest', 'mamis')") == [["0"]]


def test_linked_libraries_are_those_that_the_security_page_lists():
    """Every C library of a program stands in the table of dependencies."""
    page = (REPOSITORY / "docs/security.md").read_text()
    for program in ("register", "mamis"):
        linked = subprocess.run(["ldd", BIN_DIR / program], text=True, capture_output=True,
                                check=True, timeout=60).stdout
        names = {name for name in re.findall(r"^\s*(?:/\S*/)?([\w.+-]+\.so)\b", linked,
                                             re.MULTILINE) if not name.startswith("linux-")}
        assert len(names) > 5
        assert [name for name in sorted(names) if f"`{name}" not in page] == []
