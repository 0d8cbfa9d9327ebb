"""The kernel's own promises: numbers, seals, events, audit."""

import pytest
from django.db import transaction

from core import events
from core.kernel import audit, outbox, profile, sealing, sequences
from tenants import context, work
from tenants.models import Job, Store
from tenants.permissions import SYSTEM

pytestmark = pytest.mark.usefixtures("store")


def test_numbers_have_no_gaps_after_a_rollback():
    assert sequences.next_number("order", start=1001) == 1001
    with transaction.atomic():
        assert sequences.next_number("order") == 1002
        transaction.set_rollback(True)

    assert sequences.next_number("order") == 1002


def test_a_sealed_secret_opens_only_where_it_was_sealed(other_store: Store):
    sealed = sealing.seal({"key": "rahasia"}, place="payments|1")

    assert sealing.unseal(sealed, place="payments|1") == {"key": "rahasia"}
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(sealed, place="payments|2")
    with context.in_store(other_store), pytest.raises(sealing.SealBroken):
        sealing.unseal(sealed, place="payments|1")


def test_an_edit_of_the_profile_is_audited_with_before_and_after():
    profile.edit(changes={"legal_name": "PT Kopi Senja"}, actor=SYSTEM)

    entry = audit.history("profile", "1")[0]
    assert profile.current().legal_name == "PT Kopi Senja"
    assert entry.changes == {"legal_name": ["", "PT Kopi Senja"]}
    assert entry.actor_name == "SmartSeller"


def test_an_event_becomes_one_duty_per_handler_and_runs_in_its_store(store: Store):
    heard: list[tuple[int, str]] = []

    def note(event: events.StockLow) -> None:
        heard.append((event.variant_id, context.require_store().slug))

    before = outbox._handlers.get(events.StockLow, [])
    outbox._handlers[events.StockLow] = []
    try:
        outbox.on(events.StockLow)(note)
        outbox.record(events.StockLow(variant_id=7, location_id=1))
        with context.in_public():
            assert Job.objects.filter(store=store, state="WAITING").count() == 1
        assert work.work_until_idle() == 1
    finally:
        outbox._handlers[events.StockLow] = before

    assert heard == [(7, "kopi")]
