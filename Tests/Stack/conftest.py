"""What the tests of the real stack share: one stack a run, and fresh browsers."""

import pathlib

import pytest

from .people import Browser, Person
from .stack import Stack


@pytest.fixture(scope="session")
def stack():
    with Stack() as running:
        yield running


@pytest.fixture
def browser(stack):
    return Browser(stack)


@pytest.fixture
def doctor(stack):
    """A doctor who has just registered, both mails arrived."""
    person = Person().register(Browser(stack))
    stack.mail(person.email, 2)
    return person


def pytest_collection_modifyitems(items):
    """What kills or stops parts of the stack comes near the end; the logs are read last."""
    order = {"test_outages": 1, "test_logs": 2}
    here = pathlib.Path(__file__).parent
    places = [place for place, item in enumerate(items) if item.path.parent == here]
    own = sorted((items[place] for place in places), key=lambda item: order.get(item.path.stem, 0))
    for place, item in zip(places, own):
        items[place] = item
