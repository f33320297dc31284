"""What the kernel says of processes: CPU time used, memory held. And what machine this is."""

import os
import pathlib
import re

TICK = 1_000_000 / os.sysconf("SC_CLK_TCK")


def children(pid):
    """The processes below this one, without those that nginx starts for a minute."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended
        if int(fields[1]) == pid:
            own = int(stat.parent.name)
            if not command(own).startswith("nginx: cache"):
                found += [own, *children(own)]
    return found


def command(pid):
    """What the process calls itself."""
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""  # it ended


def cpu(pids):
    """Microseconds of CPU time that these processes have used so far, all threads of theirs."""
    used = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        used += (int(fields[11]) + int(fields[12])) * TICK
    return used


def whole():
    """Seconds that all cores together were busy since the machine started, whoever it was for."""
    fields = [int(one) for one in pathlib.Path("/proc/stat").read_text().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) * TICK / 1e6


def memory(pid):
    """Kilobytes: its share of what it maps (PSS), and what is its alone."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    sizes = {name: int(size) for name, size in re.findall(r"^(\w+): +(\d+) kB", text, re.MULTILINE)}
    return {"pss": sizes["Pss"], "private": sizes["Private_Clean"] + sizes["Private_Dirty"]}


def description():
    """The machine's class, without its name."""
    info = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.*)$", info, re.MULTILINE)
    total = re.search(r"^MemTotal: +(\d+)", pathlib.Path("/proc/meminfo").read_text())
    return (f"{os.cpu_count()} cores ({model[1] if model else 'unknown'}), "
            f"{round(int(total[1]) / 1_048_576)} GiB, Linux {os.uname().release}")
