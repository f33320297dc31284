"""How the database finds what the screens ask for, with 20,000 people in it.

`make bench` asks the same with a million. No time is measured: the server's own plans are read.
"""

import pytest

from Stack.stack import Stack

from . import plans

ACCOUNTS = 20_000


@pytest.fixture(scope="module")
def seeded():
    with Stack() as stack:
        # At once, and all of it: the statements of housekeeping are looked at, too.
        done = stack.mamis("bench", "seed", "--accounts", ACCOUNTS)
        assert done.returncode == 0, done.stderr
        yield stack


def test_the_same_people_are_made_again_and_again(seeded):
    counts = "SELECT (SELECT COUNT(*) FROM accounts), (SELECT COUNT(*) FROM name_keys), " \
             "(SELECT COUNT(*) FROM sessions)"
    before = seeded.sql(counts)
    again = seeded.mamis("bench", "seed", "--accounts", ACCOUNTS)
    assert f"accounts {ACCOUNTS}, sessions {ACCOUNTS + 1}\n" in again.stdout
    assert seeded.sql(counts) == before


def test_what_is_seeded_is_whole(seeded):
    """Every registered person has all that a registration leaves, and everybody can be found."""
    assert seeded.sql(
        "SELECT COUNT(*) FROM accounts a LEFT JOIN profiles p ON p.account_id = a.id "
        "LEFT JOIN consents c ON c.account_id = a.id LEFT JOIN roll r ON r.account_id = a.id "
        "WHERE a.number LIKE 'BENCH%' AND (a.registered_at IS NOT NULL AND (p.account_id IS NULL "
        "OR c.id IS NULL) OR a.kind = 'member' AND r.account_id IS NULL)") == [["0"]]
    assert seeded.sql("SELECT COUNT(*) FROM accounts a LEFT JOIN name_keys k ON k.account_id = a.id"
                      " WHERE a.number LIKE 'BENCH%' AND k.account_id IS NULL") == [["0"]]


def test_a_database_of_other_people_is_refused(seeded):
    """Under https: the demo's people of this stack are somebody else, too."""
    refused = seeded.mamis("bench", "seed", "--accounts", ACCOUNTS + 1,
                           BASE_URL="https://members.example.jp")
    assert refused.returncode == 1 and "nothing was done" in refused.stderr
    for number in ("0", "1000001"):
        assert seeded.mamis("bench", "seed", "--accounts", number).returncode != 0


def test_no_screen_reads_a_large_table_from_end_to_end(seeded):
    met, others, parts = plans.collect(seeded, ACCOUNTS)
    assert len(met) > 230, "the walk met fewer statements than there are"
    assert not [one.words for one in met if one.source == "(unknown)"]
    assert not parts
    scans = [(one.source, one.scans, one.words[:200]) for one in met + others
             if one.scans and not one.is_allowed]
    assert not scans
