"""What the tests of hosting share: one stack, and each web server before its database."""

import pytest

from Stack.stack import Stack

from .apache import ApacheFcgid, SharedHosting
from .servers import Lighttpd, Nginx, NginxWithPrograms


@pytest.fixture(scope="package")
def stack():
    with Stack() as running:
        yield running


def _site(kind):
    @pytest.fixture(scope="package")
    def site(stack):
        with kind(stack) as running:
            yield running
    return site


nginx = _site(Nginx)
nginx_with_programs = _site(NginxWithPrograms)
apache = _site(ApacheFcgid)
shared_hosting = _site(SharedHosting)
lighttpd = _site(Lighttpd)
