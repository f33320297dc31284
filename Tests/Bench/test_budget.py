"""What the programs weigh, against what is recorded."""

import pytest

from Stack.stack import Stack

from .budget import compare, measured, recorded


@pytest.fixture(scope="module")
def figures():
    with Stack() as stack:
        yield measured(stack)


def test_nothing_grew(figures):
    wrong, better = compare(figures, recorded())
    print("\n".join(f"better, worth a new record: {line}" for line in better))
    assert not wrong, (
        "over the budget; make it leaner, or run `make budget-record` and commit the record with"
        " the reason: " + "; ".join(wrong))


def test_no_handler_reaches_ten_million_bytes(figures):
    big = {name: size for (kind, name), (size, *_) in figures.items()
           if kind == "size" and name != "mamis" and size >= 10_000_000}
    assert not big


def test_growth_is_told():
    then = {("request", "x"): [1000, 50], ("size", "y"): [100]}
    assert compare({("request", "x"): [1100, 50], ("size", "y"): [100]}, then) == ([], [])
    assert compare({("request", "x"): [1101, 50], ("size", "y"): [100]}, then)[0] == [
        "request x: 1000 -> 1101 (+10.1 %)"]
    assert compare({("request", "x"): [1000, 56], ("size", "y"): [89]}, then) == (
        ["request x: 50 -> 56 (+12.0 %)"], ["size y: 100 -> 89 (-11.0 %)"])
    assert compare({("request", "x"): [1000, 50]}, then)[0] == ["size y: gone"]
    assert compare({**then, ("size", "z"): [1]}, then)[0] == ["size z: not recorded"]
