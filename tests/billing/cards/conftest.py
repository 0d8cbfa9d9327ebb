"""A fake Stripe that knows our catalogue, and the people on both sides of it."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from billing.services import catalogue
from tenants.models import Store
from tests.billing.cards.stage import NOW, SECRET, Stage
from tests.fakes.server import FakeServer
from tests.fakes.stripe import FakeStripe


@pytest.fixture(scope="session")
def stripe_server() -> Iterator[FakeServer]:
    """Where the fake listens, for all tests of this process."""
    with FakeServer({"stripe": FakeStripe()}) as server:
        yield server


_told: dict[str, Any] = {}


@pytest.fixture
def fake(stripe_server: FakeServer, settings: Any, db: None) -> Iterator[FakeStripe]:
    """A fake of its own for this test, that knows what is for sale and nobody yet."""
    settings.STRIPE_API_BASE = stripe_server.url_of("stripe")
    settings.STRIPE_SECRET_KEY = FakeStripe.secret_key
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    settings.STRIPE_PATIENCE_SECONDS = 1.0
    clock = settings.DATA_DIR / "clock.txt"
    clock.unlink(missing_ok=True)
    made = FakeStripe(minute=0.01, shared_clock=clock)
    stripe_server.providers["stripe"] = made
    if not _told:
        catalogue.sync_catalogue(NOW)
        _told.update(copy.deepcopy(made.account.books.dump()))
    made.account.books.load(copy.deepcopy(_told))
    made.account.books.kinds["event"] = {}
    made.history.clear()
    yield made
    made.close()
    clock.unlink(missing_ok=True)


@pytest.fixture
def stage(fake: FakeStripe, kopi: Store) -> Stage:
    """Kopi before its seller has paid for anything."""
    return Stage(fake, kopi)
