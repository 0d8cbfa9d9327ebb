"""Telling the past: rows carry its moment, and nobody hears of it."""

from datetime import UTC, datetime

import pytest

from core.inventory import services as inventory
from core.kernel import audit, history
from core.kernel.models import AuditEntry
from tenants import context
from tenants.models import Job
from tenants.permissions import SYSTEM
from tests.factories.inventory import stock

pytestmark = pytest.mark.usefixtures("store")
LAST_YEAR = datetime(2025, 11, 25, 3, 0, tzinfo=UTC)


def jobs() -> int:
    with context.in_public():
        return Job.objects.count()


def test_a_past_movement_carries_its_moment_and_is_told_to_nobody() -> None:
    item = stock(0)
    before = jobs()

    with history.at(LAST_YEAR):
        inventory.receive(sku=item.variant.sku, location_id=item.location_id, quantity=4, actor=SYSTEM)

    assert item.movements.get(quantity=4).at == LAST_YEAR
    assert jobs() == before


def test_the_clock_runs_again_afterwards() -> None:
    item = stock(0)
    before = jobs()
    with history.at(LAST_YEAR):
        audit.write(actor=SYSTEM, action="test.past", subject="test", subject_id="1")

    inventory.receive(sku=item.variant.sku, location_id=item.location_id, quantity=4, actor=SYSTEM)

    assert AuditEntry.objects.get(action="test.past").at == LAST_YEAR
    assert item.movements.get(quantity=4).at.year >= 2026
    assert jobs() > before
