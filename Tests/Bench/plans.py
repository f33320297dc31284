"""How the server finds what it is asked for: EXPLAIN of every statement that the screens run."""

import os
import re
import signal

from Stack.stack import HANDLERS, REPOSITORY, until

from .recording import recorded
from .tour import everything

# What reads everything on purpose: the files that hold those statements, and why.
ALLOWED = {
    "MemberExport.swift": "an export reads what it exports",
    "AuditExport.swift": "an export reads what it exports",
    "OfficeSummary.swift": "figures of 事務局TOP, kept for a hundred times as long as they take",
    "OfficeFigures.swift": "figures of 事務局TOP, kept for a hundred times as long as they take",
    "SystemFigures.swift": "figures of /metrics, kept for a hundred times as long as they take",
    "StagedImport.swift": "an import reads the lines that it brings",
    "StagedImportWriting.swift": "an import reads the lines that it brings",
    "MastersImport.swift": "writes the master lists anew",
}
# Rows from which on a table is large, and a scan of it is told.
LARGE = 5_000
VERB = re.compile(r"^\(?(SELECT|INSERT|UPDATE|DELETE|WITH)\b")


def literals():
    """The SQL of Sources/: text on one line -> file. (Not that of seeding and of whole copies.)"""
    found = {}
    for path in sorted((REPOSITORY / "Sources").rglob("*.swift")):
        if path.name.startswith(("Bench", "Backup", "Tables")):
            continue
        text = path.read_text()
        for block in re.findall(r'"""\n(.*?)"""', text, re.DOTALL):
            found.setdefault(" ".join(block.replace("\\\n", "").split()), path.name)
        rest = re.sub(r'"""\n.*?"""', "", text, flags=re.DOTALL)
        for line in re.findall(r'"((?:SELECT|INSERT|UPDATE|DELETE) [^"\n]+)"', rest):
            found.setdefault(line, path.name)
    return {text: name for text, name in found.items() if VERB.match(text)}


class Plan:
    """One statement and what is wrong with the way it goes."""

    def __init__(self, words, text, source):
        self.words, self.text, self.source, self.scans = words, text, source, []

    def explain(self, stack, large):
        """Asks how the statement goes. Where an estimate says that a large table is read, and the
        statement only reads, it is run: a LIMIT may end it after a few rows."""
        self.scans = self._read(stack, "EXPLAIN", 8, large)
        if self.scans and self.text.lstrip("( ").startswith("SELECT"):
            self.scans = self._read(stack, "ANALYZE", 9, large)

    def _read(self, stack, how, column, large):
        """Large tables that are read from an end, with the rows of that column."""
        scans = []
        for row in stack.sql(f"SET NAMES utf8mb4 COLLATE utf8mb4_bin; {how} {self.text}"):
            name = table_of(row[2], self.text)
            rows = float(row[column]) if re.fullmatch(r"[\d.]+", row[column]) else 0
            if row[3] in ("ALL", "index") and name in large and rows > LARGE:
                scans.append(f"{name}: {row[3]}, {rows:,.0f} rows")
        return scans

    @property
    def is_allowed(self):
        return self.source in ALLOWED


def table_of(alias, text):
    """The table that an alias of a statement stands for."""
    found = re.search(rf"(?:FROM|JOIN|UPDATE|,)\s+`?(\w+)`?\s+(?:AS\s+)?{re.escape(alias)}\b", text)
    if found and found[1].upper() not in ("JOIN", "FROM", "LEFT", "STRAIGHT_JOIN"):
        return found[1]
    return alias


def restart_programs(stack):
    """So that each prepares its statements anew, within the recording."""
    old = set(stack.pids(*HANDLERS, "mailer"))
    for pid in old:
        os.kill(pid, signal.SIGTERM)
    until(lambda: (new := stack.pids(*HANDLERS, "mailer")) and len(new) == len(old)
          and not old & set(new), 60, "the restart of all programs")


def collect(stack, accounts):
    """Plans of the statements that a walk over the screens runs; of all others in Sources/, with
    made-up values; and the literals that are no statement by themselves."""
    with recorded(stack) as statements:
        restart_programs(stack)
        everything(stack, accounts)
        stack.no_more_mail()
    known = literals()
    plans, met = {}, set()
    for one in statements:
        if one.user in ("root", None) or not VERB.match(one.words):
            continue
        if one.words in plans:
            continue
        own = [text for text in known if text in one.words]
        met.update(own)
        source = known[max(own, key=len)] if own else "(unknown)"
        plans[one.words] = Plan(one.words, one.explainable(), source)
    rows = stack.sql(
        "SELECT table_name, table_rows FROM information_schema.tables WHERE table_schema = 'mamis'")
    large = {name for name, count in rows if count.isdigit() and int(count) > LARGE}
    for plan in plans.values():
        plan.explain(stack, large)
    others, parts = [], []
    for text, source in known.items():
        if text not in met:
            plan = Plan(text, with_values(text), source)
            try:
                plan.explain(stack, large)
                others.append(plan)
            except AssertionError:
                parts.append(text)
    return list(plans.values()), others, parts


def with_values(text):
    """A statement that the walk did not meet, with a value in the place of each question mark."""
    text = re.sub(r"LIMIT \?", "LIMIT 10", text)
    text = re.sub(r"JSON_TABLE\(\?", "JSON_TABLE('[]'", text)
    return text.replace("?", "'1'")
