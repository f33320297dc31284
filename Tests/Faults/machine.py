"""What a report says of the machine and the programs that it was made with."""

import datetime
import os
import pathlib
import re
import subprocess

from Stack.stack import REPOSITORY


def _said(*command):
    result = subprocess.run(command, text=True, capture_output=True, check=False, cwd=REPOSITORY,
                            env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"})
    return (result.stdout + result.stderr).strip()


def circumstances():
    """Lines of Markdown: when, on what, with which versions."""
    memory = re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())
    system = re.search(r'PRETTY_NAME="(.+)"', pathlib.Path("/etc/os-release").read_text())
    mariadb = re.search(r"Ver ([\d.]+\d)", _said("mariadbd", "--version"))
    nginx = re.search(r"nginx/([\d.]+)", _said("nginx", "-v"))
    model = re.search(r"model name\s*: (.+)", pathlib.Path("/proc/cpuinfo").read_text())
    changed = "" if not _said("git", "status", "--porcelain", "Sources", "nginx") else ", edited"
    return "\n".join([
        f"- when: {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC, commit"
        f" {_said('git', 'rev-parse', '--short=10', 'HEAD')}{changed}",
        f"- machine: {os.cpu_count()} cores ({model[1] if model else 'unknown'}),"
        f" {round(int(memory[1]) / 1048576)} GiB; load when it began:"
        f" {os.getloadavg()[0]:.1f} (others work on it, too)",
        f"- software: {system[1] if system else 'unknown'}, MariaDB {mariadb[1]}, nginx {nginx[1]}",
    ])


def table(heads, rows):
    """A table in Markdown; numbers to the right."""
    def mark(place):
        numbers = all(re.fullmatch(r"[-–\d.,% a-z/]*", str(row[place])) for row in rows)
        return "--:" if numbers and place else "---"

    lines = [heads, [mark(place) for place in range(len(heads))], *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
