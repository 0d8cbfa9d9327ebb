"""Who walks through the shop."""

import pytest

from tenants.models import Store
from tests.factories.shopping import Shopper, shopper_at


@pytest.fixture
def shopper(store: Store) -> Shopper:
    """Dewi's browser at kopi: no scripts, English."""
    return shopper_at("kopi")
