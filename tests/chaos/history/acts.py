"""The acts of the clients, each one call of the services that people, programs and gateways end up in."""

import random
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from core.catalog.models import Variant
from core.checkout import services as checkout
from core.checkout.services import Purchase
from core.customers.models import Customer
from core.fulfilment import services as fulfilment
from core.inventory import services as inventory
from core.inventory.models import Allocation, Location, StockItem, StockMovement
from core.kernel.money import Money
from core.orders import services as orders
from core.orders.models import Order
from core.payments import services as payments
from core.payments.models import Payment
from core.payments.ports import GatewayNotice, Outcome
from core.shipping.models import ShippingMethod
from tenants.permissions import SHOPPER, SYSTEM
from tests.chaos.history.goods import GOLD, SOLD

PHONES = ("081234567890", "081234567891")
# A gateway repeats itself and overtakes itself: any of these may come at any time, to anybody.
WORDS = ("PAID", "PAID", "PAID", "FAILED", "EXPIRED", "CANCELLED")
_HOT = 6


def invent(chance: random.Random) -> tuple[str, dict[str, Any]] | None:
    """What a client does next; None when it wants an order and there is none yet."""
    kind = chance.choices(list(_LIKELY), weights=list(_LIKELY.values()))[0]
    told = _INVENT[kind](chance)
    return None if told is None else (kind, told)


def _basket(chance: random.Random) -> dict[str, Any]:
    skus = chance.sample(SOLD, chance.choice((1, 1, 2)))
    return {"wanted": {sku: chance.randint(1, 3) for sku in skus}, "phone": chance.choice(PHONES)}


def _some_order(chance: random.Random) -> dict[str, Any] | None:
    newest = list(Order.objects.order_by("-pk").values_list("number", flat=True)[:_HOT])
    return {"number": chance.choice(newest)} if newest else None


def _about_order(**choices: tuple[Any, ...]) -> Callable[[random.Random], dict[str, Any] | None]:
    def told(chance: random.Random) -> dict[str, Any] | None:
        order = _some_order(chance)
        return order and {**order, **{name: chance.choice(each) for name, each in choices.items()}}

    return told


def _goods(chance: random.Random) -> dict[str, Any]:
    return {"sku": chance.choice(SOLD), "place": chance.choice((0, 1)), "quantity": chance.randint(1, 4)}


def _gold(chance: random.Random) -> dict[str, Any]:
    return {"sku": chance.choice((GOLD, GOLD, *SOLD)), "source": chance.choice((0, 1)), "quantity": 2}


_LIKELY = {
    "place": 24,
    "word": 20,
    "cancel": 9,
    "refund": 9,
    "ship": 7,
    "expire": 4,
    "restock": 8,
    "transfer": 9,
    "reserve": 5,
    "gold": 8,
    "sums": 6,
}
_INVENT: dict[str, Callable[[random.Random], dict[str, Any] | None]] = {
    "place": _basket,
    "word": _about_order(outcome=WORDS),
    "cancel": _about_order(restock=(True, True, False)),
    "refund": _about_order(share=(1, 2, 3)),
    "ship": _about_order(),
    "expire": _about_order(),
    "restock": _goods,
    "transfer": _gold,
    "reserve": _goods,
    "gold": lambda _: {},
    "sums": lambda _: {},
}


def do(kind: str, call_id: str, told: dict[str, Any]) -> Any:
    """Do it in the store in force. Returns what the caller learns; raises what the service raises."""
    return _DO[kind](call_id, told)


def _place(call_id: str, told: dict[str, Any]) -> str:
    now = timezone.now()
    known = dict(Variant.objects.filter(sku__in=told["wanted"]).values_list("sku", "public_id"))
    wanted = [(known[sku], units) for sku, units in told["wanted"].items()]
    cart = checkout.create_cart(language="id", now=now, wanted=wanted)
    purchase = Purchase(
        name="Dewi",
        phone=told["phone"],
        address_line="Jalan Dago 1",
        region_code="32.73.02.1004",
        shipping_method=ShippingMethod.objects.values_list("public_id", flat=True).get(),
        payment_method="MIDTRANS",
        note=call_id,
    )
    return checkout.place_order(cart_id=cart.public_id, purchase=purchase, now=now, actor=SHOPPER).number


def _payment(told: dict[str, Any]) -> Payment:
    return Payment.objects.select_related("order").get(order__number=told["number"])


def _word(call_id: str, told: dict[str, Any]) -> bool:
    payment = _payment(told)
    amount = Money(payment.amount, payment.currency)
    found = GatewayNotice(call_id, payment.reference, Outcome(told["outcome"]), amount)
    return payments.apply_outcome(payment_id=payment.pk, found=found, now=timezone.now())


def _cancel(call_id: str, told: dict[str, Any]) -> None:
    pk = Order.objects.values_list("pk", flat=True).get(number=told["number"])
    orders.cancel(order_id=pk, reason=call_id, restock=told["restock"], actor=SYSTEM, now=timezone.now())


def _refund(call_id: str, told: dict[str, Any]) -> None:
    payment = _payment(told)
    payments.refund(
        payment_id=payment.pk,
        amount=payment.amount // told["share"],
        reason=call_id,
        is_by_hand=True,
        actor=SYSTEM,
        now=timezone.now(),
    )


def _ship(call_id: str, told: dict[str, Any]) -> None:
    pk = Order.objects.values_list("pk", flat=True).get(number=told["number"])
    fulfilment.ship(order_id=pk, waybill=call_id, actor=SYSTEM, now=timezone.now())


def _expire(call_id: str, told: dict[str, Any]) -> None:
    payments.expire(payment_id=_payment(told).pk, now=timezone.now() + timedelta(days=3))


def _places() -> list[Location]:
    return list(Location.objects.order_by("pk"))


def _restock(call_id: str, told: dict[str, Any]) -> None:
    place = _places()[told["place"]].pk
    inventory.receive(
        sku=told["sku"], location_id=place, quantity=told["quantity"], actor=SYSTEM, reference=call_id
    )


@transaction.atomic
def _transfer(call_id: str, told: dict[str, Any]) -> None:
    """Drafted, sent and received at once: nobody may see the units nowhere, or in both places."""
    places, lines = _places(), {told["sku"]: told["quantity"]}
    made = inventory.create_transfer(
        source_id=places[told["source"]].public_id,
        destination_id=places[1 - told["source"]].public_id,
        lines=lines,
        note=call_id,
        actor=SYSTEM,
    )
    now = timezone.now()
    inventory.send_transfer(public_id=made.public_id, actor=SYSTEM, now=now)
    inventory.receive_transfer(
        public_id=made.public_id, arrived=lines, is_complete=True, actor=SYSTEM, now=now
    )


def _reserve(call_id: str, told: dict[str, Any]) -> None:
    inventory.reserve(
        reference=call_id,
        wanted={told["sku"]: told["quantity"]},
        location_id=_places()[told["place"]].pk,
        expires_at=timezone.now() + timedelta(hours=1),
    )


@contextmanager
def _one_moment() -> Any:
    """Everything that is read inside is as it was at one moment."""
    connection.ensure_connection()
    connection.connection.set_session(isolation_level="REPEATABLE READ")
    try:
        with transaction.atomic():
            yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            connection.connection.set_session(isolation_level="READ COMMITTED")


def _count_gold(call_id: str, told: dict[str, Any]) -> list[int]:
    """Place by place, each in a statement of its own."""
    with _one_moment():
        return [
            StockItem.objects.values_list("on_hand", flat=True).get(variant__sku=GOLD, location=place)
            for place in _places()
        ]


def _sum(rows: Any, what: Any) -> int:
    return rows.aggregate(total=Sum(what))["total"] or 0


def _add_up(call_id: str, told: dict[str, Any]) -> dict[str, list[int]]:
    """Pairs of sums that are equal at every moment."""
    with _one_moment():
        paid = Order.objects.filter(~Q(payment_state="UNPAID"))
        return {
            "movements": [_sum(StockItem.objects, "on_hand"), _sum(StockMovement.objects, "quantity")],
            "promises": [
                _sum(StockItem.objects, "allocated"),
                _sum(Allocation.objects, F("quantity") - F("consumed")),
            ],
            "spent": [
                _sum(Customer.objects, "spent_amount"),
                _sum(paid, F("total_amount") - F("refunded_amount")),
            ],
            "ordered": [_sum(Customer.objects, "order_count"), Order.objects.count()],
        }


_DO: dict[str, Callable[[str, dict[str, Any]], Any]] = {
    "place": _place,
    "word": _word,
    "cancel": _cancel,
    "refund": _refund,
    "ship": _ship,
    "expire": _expire,
    "restock": _restock,
    "transfer": _transfer,
    "reserve": _reserve,
    "gold": _count_gold,
    "sums": _add_up,
}
