"""What a new store needs to be paid."""

from django.utils.translation import gettext, override

from core.kernel import ids
from core.payments.models import MethodCode, PaymentMethod
from tenants.models import Store


def prepare(store: Store) -> None:
    """Make one row per way to pay, named in the store's language. Safe to run twice.

    Cash on delivery needs no account, so a new store can sell at once; the others wait for their details.
    """
    with override(store.language):
        PaymentMethod.objects.bulk_create(
            [
                PaymentMethod(
                    code=code,
                    title=title,
                    position=position,
                    is_enabled=code == MethodCode.COD,
                    endpoint_id=ids.new_id("hook"),
                )
                for position, (code, title) in enumerate(_titles())
            ],
            ignore_conflicts=True,
        )


def _titles() -> list[tuple[str, str]]:
    return [
        (MethodCode.MIDTRANS, gettext("QRIS, virtual account, e-wallet, card")),
        (MethodCode.MANUAL_TRANSFER, gettext("Bank transfer")),
        (MethodCode.COD, gettext("Cash on delivery")),
    ]
