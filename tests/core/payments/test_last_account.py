"""Members who change the bank accounts at the same moment: transfers are never offered without one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from core.payments import services as payments
from core.payments.models import BankAccount, PaymentMethod
from tenants import context
from tenants.models import Store
from tenants.permissions import SYSTEM
from tests.factories.payments import method

ROUNDS = 10

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(store: Store, *acts: Callable[[], object]) -> None:
    """Each on a connection of its own; a refusal is as good as a success."""
    start = Barrier(len(acts), timeout=30)

    def lane(act: Callable[[], object]) -> None:
        try:
            with context.in_store(store):
                connection.ensure_connection()
                start.wait()
                act()
        except payments.MethodIncomplete:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(lane, acts))


@pytest.fixture
def transfers(kopi: Store) -> PaymentMethod:
    with context.in_store(kopi):
        return method("MANUAL_TRANSFER")


def remove(account: BankAccount) -> None:
    payments.remove_bank_account(public_id=account.public_id, actor=SYSTEM)


def is_offered(transfers: PaymentMethod) -> bool:
    transfers.refresh_from_db()
    return transfers.is_enabled


def test_two_members_who_remove_the_last_two_accounts_end_transfers(kopi: Store, transfers: PaymentMethod):
    for number in range(ROUNDS):
        with context.in_store(kopi):
            one = BankAccount.objects.first() or add(f"12345670{number}")
            other = add(f"98765430{number}")
            payments.edit_method(code="MANUAL_TRANSFER", changes={"is_enabled": True}, actor=SYSTEM)
        at_once(kopi, lambda one=one: remove(one), lambda other=other: remove(other))

        with context.in_store(kopi):
            assert (BankAccount.objects.count(), is_offered(transfers)) == (0, False)


def test_nobody_offers_transfers_while_the_last_account_goes(kopi: Store, transfers: PaymentMethod):
    def offer() -> None:
        payments.edit_method(code="MANUAL_TRANSFER", changes={"is_enabled": True}, actor=SYSTEM)

    for number in range(ROUNDS):
        with context.in_store(kopi):
            last = BankAccount.objects.first() or add(f"12345670{number}")
        at_once(kopi, lambda last=last: remove(last), offer)

        with context.in_store(kopi):
            assert not is_offered(transfers)


def add(number: str) -> BankAccount:
    return payments.add_bank_account(bank="BCA", number=number, holder="Kopi Senja", actor=SYSTEM)
