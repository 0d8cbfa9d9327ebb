"""One fresh fake for each test, with the same plans on its shelf."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contracts.fake_stripe.lab import SECRET, Lab, stock
from tests.fakes.receiver import Receiver
from tests.fakes.server import FakeServer
from tests.fakes.stripe import FakeStripe


@pytest.fixture(scope="session")
def shelf() -> tuple[dict[str, Any], dict[str, str]]:
    """The plans, made once by the SDK."""
    fake = FakeStripe()
    with FakeServer({"stripe": fake}) as server:
        made = Lab(fake, Receiver(), server)
        stock(made)
        fake.account.books.kinds.pop("event")
        return fake.account.books.dump(), made.prices


@pytest.fixture
def lab(shelf: tuple[dict[str, Any], dict[str, str]]) -> Iterator[Lab]:
    """A fake with plans, and a receiver of its events."""
    fake, receiver = FakeStripe(minute=0.0005), Receiver()
    fake.account.books.load(copy.deepcopy(shelf[0]))
    with FakeServer({"stripe": fake, "receiver": receiver}) as server:
        fake.listen(server.url_of("receiver"), SECRET)
        yield Lab(fake, receiver, server, dict(shelf[1]))
