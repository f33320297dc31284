"""Registration day: thousands of people go the whole way within an hour, compressed into minutes.

Arrivals follow a day's curve (fewer at its ends), think times are drawn from 0.5 to 1.5 of what
journey.py says, three in ten make mistakes, one in ten gives up somewhere. Think times and the cost
of a password's hash are shortened like the hour, so that hashing takes the share of the machine
that it takes in a real hour; everything else costs what it costs, that much faster.

Afterwards people come faster and faster, until a page's p99 is over 200 ms or something fails:
that rate, and who was busiest then, is what a machine of this kind carries.
"""

import asyncio
import math
import random
import time

from . import machine
from .cases import without_number
from .journey import Journey, Mailbox, Who
from .visitor import Figures, Visitor

HOUR = 3600
SLOWEST = 200  # milliseconds: the p99 that every page must keep, those with a hash (*) excepted
STEP = 20  # seconds of each rate of the climb


class Crowd:
    """Whom the seeded database has to offer."""

    def __init__(self, stack, seed):
        self.dice = random.Random(seed)
        self.run = stack.sql("SELECT COUNT(*) FROM accounts")[0][0]
        issued = stack.sql(
            "SELECT SUBSTRING(number, 6) FROM accounts WHERE status = 'issued' "
            "AND number LIKE 'BENCH%' ORDER BY id")
        self.members = [int(row[0]) for row in issued]
        self.doctors = without_number(stack)
        self.dice.shuffle(self.members)
        self.dice.shuffle(self.doctors)

    def next(self):
        """Seven in ten are members with a postcard."""
        is_member = self.dice.random() < 0.7
        number = (self.members if is_member else self.doctors).pop()
        return Who(number, is_member, self.dice, self.run)


def arrivals(people, seconds, dice):
    """The moments at which they come: a hill, 1.3 times the mean at its top."""
    moments = []
    while len(moments) < people:
        moment = dice.random()
        if dice.random() < (0.5 + math.sin(math.pi * moment)) / 1.5:
            moments.append(moment * seconds)
    return sorted(moments)


class Day:
    """People on their way, and what they saw; on a busy day they wait where they are asked to."""

    def __init__(self, stack, seed, waits=False):
        self.stack, self.crowd, self.waits = stack, Crowd(stack, seed), waits
        self.figures, self.mailbox = Figures(), Mailbox(stack.folder)
        self.registered = self.gave_up = self.under_way = self.most_under_way = 0

    async def person(self, delay, pace):
        await asyncio.sleep(delay)
        who = self.crowd.next()
        visitor = Visitor(
            self.stack.port, self.stack.origin, who.number, self.figures, self.waits)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            if await Journey(who, visitor, self.mailbox, pace).run():
                self.registered += 1
            else:
                self.gave_up += 1
        except Exception as error:  # each is a failure of the day, and told
            self.figures.failures.append(f"{type(error).__name__}: {error}"[:200])
        finally:
            self.under_way -= 1

    async def run(self, moments, pace):
        watching = asyncio.create_task(self.mailbox.watch())
        try:
            await asyncio.gather(*(self.person(moment, pace) for moment in moments))
        finally:
            watching.cancel()


def pids(stack):
    """Processes by what they are: nginx, each handler, the mailer, MariaDB."""
    found = {}
    for line in stack.control("status").splitlines():
        words = line.replace(",", "").split()
        if "pid" in words:
            name = words[0].split(":")[0]
            pid = int(words[words.index("pid") + 1])
            found.setdefault(name, []).extend([pid, *machine.children(pid)])
    return found


def worked(stack, act):
    """Runs `act` and gives, beside its seconds, the CPU seconds that everybody used meanwhile."""
    found = pids(stack)
    before = {name: machine.cpu(those) for name, those in found.items()}
    start, own, whole = time.monotonic(), time.process_time(), machine.whole()
    act()
    seconds, driver = time.monotonic() - start, time.process_time() - own
    used = {name: (machine.cpu(those) - before[name]) / 1e6 for name, those in found.items()}
    others = max(0.0, machine.whole() - whole - driver - sum(used.values()))
    return {"seconds": seconds, "driver": driver, "others": others, "cpu": used}


def pages(figures):
    """A line a page: how many, p50, p99, slowest."""
    return {page: {"count": len(times), "p50": figures.quantile(page, 0.5),
                   "p99": figures.quantile(page, 0.99), "slowest": max(times)}
            for page, times in sorted(figures.times.items())}


def told(day, use):
    return {**use, "pages": pages(day.figures), "registered": day.registered,
            "gave_up": day.gave_up, "failures": day.figures.failures[:20],
            "failed": len(day.figures.failures), "sent_away": day.figures.sent_away,
            "most_under_way": day.most_under_way,
            "mails": day.mailbox.read}


def simulate(stack, people, minutes, seed=1):
    """The day itself."""
    day = Day(stack, seed)
    moments = arrivals(people, minutes * 60, day.crowd.dice)
    pace = minutes * 60 / HOUR
    return told(day, worked(stack, lambda: asyncio.run(day.run(moments, pace)))) | {
        "people": people, "minutes": minutes}


def slow_pages(result):
    return [page for page, line in result["pages"].items()
            if line["p99"] > SLOWEST and not page.endswith("*")]


def climb(stack, first, factor=1.3, most=20, seconds=STEP):
    """More and more people a second, who hardly think; ends with the first rate that is too much,
    twice: once may be the machine's other work."""
    steps, rate, seed = [], first, 100
    for _ in range(most):
        for _ in range(2):
            seed += 1
            day = Day(stack, seed)
            people = int(rate * seconds)
            if people > min(len(day.crowd.doctors) * 2, len(day.crowd.members)):
                return steps
            moments = sorted(day.crowd.dice.random() * seconds for _ in range(people))
            step = told(day, worked(stack, lambda: asyncio.run(day.run(moments, 0.01))))
            step |= {"rate": rate, "slow": slow_pages(step)}
            if not step["slow"] and not step["failed"]:
                break
        steps.append(step)
        if step["slow"] or step["failed"]:
            break
        rate *= factor
    return steps


def hash_cost(share):
    """Settings of a hash that costs so much of the usual one."""
    passes = 2 if share > 0.5 else 1
    memory = max(64, int(19456 * min(1, share) * 2 / passes))
    return f"ARGON2_PASSES={passes}\nARGON2_MEMORY_KIB={memory}\n"
