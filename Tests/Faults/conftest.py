"""What the tests of faults and load share: one stack."""

import pytest

from Stack.stack import Stack


@pytest.fixture(scope="package")
def stack():
    with Stack() as running:
        yield running
