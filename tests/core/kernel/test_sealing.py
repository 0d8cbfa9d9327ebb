"""Secrets are bound to where they lie, and keys are rotated without anybody noticing."""

import base64

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core.kernel import audit, audit_chain, sealing
from core.kernel.models import AuditHead
from core.payments.models import PaymentMethod
from tenants import context
from tenants import sealing as cipher
from tenants.models import Store
from tenants.permissions import SYSTEM
from tests.factories.payments import SERVER_KEY, method

OLD = "test:dGVzdC1rZXktb25seS1mb3ItdGhlLXRlc3Qtc3VpdGU="
NEW = f"new:{base64.b64encode(b'n' * 32).decode()}"


@pytest.fixture
def midtrans(store: Store, batik: Store) -> PaymentMethod:
    """Keys of a provider, and an audit log with a chain; the other store's canaries were never sealed."""
    with context.in_store(batik):
        for column in sealing.columns():
            column.model._default_manager.update(**{column.name: ""})
    audit.write(actor=SYSTEM, action="test.done", subject="test", subject_id="1")
    context.run_last_acts()
    return method("MIDTRANS")


def rotate() -> None:
    call_command("rotate_sealing_keys")


def test_an_old_key_opens_until_it_is_rotated_away(midtrans: PaymentMethod, settings):
    settings.SEALING_KEYS = f"{NEW},{OLD}"
    assert sealing.unseal(midtrans.credentials, place=midtrans.place)["server_key"] == SERVER_KEY
    assert cipher.key_of(midtrans.credentials) == "test"

    rotate()
    settings.SEALING_KEYS = NEW

    midtrans.refresh_from_db()
    assert cipher.key_of(midtrans.credentials) == "new"
    assert sealing.unseal(midtrans.credentials, place=midtrans.place)["server_key"] == SERVER_KEY


def test_the_audit_chain_outlives_a_rotation(midtrans: PaymentMethod, settings):
    settings.SEALING_KEYS = f"{NEW},{OLD}"
    rotate()
    settings.SEALING_KEYS = NEW

    audit.write(actor=SYSTEM, action="test.later", subject="test", subject_id="1")
    context.run_last_acts()
    assert list(audit_chain.broken_links()) == []


def test_every_sealed_column_is_known_to_the_rotation(midtrans: PaymentMethod):
    """No text of the store still begins with the old key's name, in any column that there is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = "
            "current_schema() AND data_type IN ('text', 'character varying')"
        )
        found = set()
        for table, column in cursor.fetchall():
            sealed = r"^test\.[A-Za-z0-9+/]{24}"
            cursor.execute(f'SELECT 1 FROM "{table}" WHERE "{column}" ~ %s LIMIT 1', [sealed])
            found |= {f"{table}.{column}"} if cursor.fetchone() else set()

    assert {"payments_paymentmethod.credentials", "kernel_audithead.key"} <= found
    assert found <= {str(column) for column in sealing.columns()}


def test_a_rotation_that_was_stopped_goes_on(midtrans: PaymentMethod, settings, capsys):
    settings.SEALING_KEYS = f"{NEW},{OLD}"
    column = next(column for column in sealing.columns() if column.model is PaymentMethod)

    assert sealing.reseal(column) == 1
    assert sealing.reseal(column) == 0
    rotate()

    printed = capsys.readouterr().out
    assert "kopi: payments_paymentmethod.credentials: 0 sealed anew" in printed
    assert "kopi: kernel_audithead.key: 1 sealed anew" in printed
    assert printed.endswith("0 left\n")


def test_what_no_key_opens_is_named_and_the_rest_is_done(midtrans: PaymentMethod, settings, capsys):
    AuditHead.objects.update(key="lost.AAAA")
    settings.SEALING_KEYS = f"{NEW},{OLD}"

    with pytest.raises(CommandError, match="keep the old keys"):
        rotate()

    assert "kopi: kernel_audithead.key: BROKEN" in capsys.readouterr().out
    midtrans.refresh_from_db()
    assert cipher.key_of(midtrans.credentials) == "new"


@pytest.mark.parametrize("moved", ["row", "table", "store"])
def test_a_sealed_text_opens_nowhere_else(midtrans: PaymentMethod, batik: Store, moved: str):
    home = batik if moved == "store" else context.require_store()
    place = {"row": "payments_paymentmethod|COD", "table": "other|MIDTRANS"}.get(moved, midtrans.place)

    with context.in_store(home), pytest.raises(sealing.SealBroken):
        sealing.unseal(midtrans.credentials, place=place)


@pytest.mark.parametrize("text", ["", "test", "test.", "test.!!", "none.AAAA", "test.AAAA"])
def test_what_is_no_seal_is_refused(store: Store, text: str):
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(text, place="x")
