"""Orders are placed, called off, sent, delivered, and come back."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from core.fulfilment import services as fulfilment
from core.fulfilment.models import Fulfilment
from core.inventory import services as inventory
from core.orders import services as orders
from core.orders.services import DraftLine
from core.payments import services as payments
from tenants.permissions import SYSTEM
from tests.factories.orders import draft
from tests.oracle import books
from tests.oracle.acting import Acting, baskets, few, which
from tests.oracle.stage import METHODS, PRICE, SHIPPING


class OrderActs(Acting):
    """The acts of a shopper and of an order desk."""

    @rule(who=few, basket=baskets, place=few, how=few)
    def place_order(self, who: int, basket: dict[int, int], place: int, how: int) -> None:
        wanted, where = self._basket(basket), self._place(place)
        buyer, way = self.stage.customers[who % 2], METHODS[how % 3]

        def expect(made: Any) -> None:
            price = sum(wanted.values()) * PRICE + SHIPPING
            lines = {sku: books.Line(quantity) for sku, quantity in wanted.items()}
            number, code = made or ("", 0)
            self.books.place(number, books.Order(buyer.pk, where, lines, price))
            self.books.open_payment(number, way, code=code)

        self.both(lambda: self._place_order(buyer, wanted, where, way), expect)

    @transaction.atomic
    def _place_order(self, buyer: Any, wanted: dict[str, int], where: int, way: str) -> tuple[str, int]:
        lines = [
            DraftLine(variant.pk, variant.sku, variant.sku, wanted[variant.sku], PRICE)
            for variant in self.stage.variants
            if variant.sku in wanted
        ]
        told = draft(customer=buyer, lines=lines, location_id=where, payment_method=way)
        order = orders.create(draft=told, actor=SYSTEM)
        inventory.allocate(reference=order.number, wanted=wanted, location_id=where)
        payments.open(order=order, method_code=way, now=timezone.now(), actor=SYSTEM)
        order.refresh_from_db()
        return order.number, order.unique_code_amount

    @precondition(lambda self: self.books.orders)
    @rule(number=which, restock=st.booleans())
    def cancel(self, number: int, restock: bool) -> None:
        name, pk = self._order(number)
        self.both(
            lambda: orders.cancel(order_id=pk, reason="x", restock=restock, actor=SYSTEM, now=timezone.now()),
            lambda _: self.books.cancel(name, restock=restock),
        )

    @precondition(lambda self: self.books.orders)
    @rule(number=which, basket=st.none() | baskets)
    def ship(self, number: int, basket: dict[int, int] | None) -> None:
        name, pk = self._order(number)
        wanted = None if basket is None else self._basket(basket)
        self.both(
            lambda: fulfilment.ship(order_id=pk, quantities=wanted, actor=SYSTEM, now=timezone.now()),
            lambda made: self.books.ship(name, made and made.public_id, wanted),
        )

    @precondition(lambda self: self.books.parcels)
    @rule(number=which)
    def deliver(self, number: int) -> None:
        parcel = self._pick(self.books.parcels, number)
        pk = Fulfilment.objects.values_list("pk", flat=True).get(public_id=parcel)
        self.both(
            lambda: fulfilment.deliver(fulfilment_id=pk, actor=SYSTEM, now=timezone.now()),
            lambda _: self.books.deliver(parcel),
        )

    @precondition(lambda self: self.books.parcels)
    @rule(number=which, quantity=st.integers(1, 2), place=few)
    def give_back(self, number: int, quantity: int, place: int) -> None:
        """Units come back to a shelf, where the store thinks best."""
        order = self.books.parcels[self._pick(self.books.parcels, number)].order
        sku, where = sorted(self.books.orders[order].lines)[0], self._place(place)
        self.both(
            lambda: inventory.restock(
                reference=order, returned={sku: quantity}, location_id=where, actor=SYSTEM
            ),
            lambda _: self.books.give_back(order, sku, quantity, where),
        )

    @precondition(lambda self: self.books.orders)
    @rule(number=which)
    def invoice(self, number: int) -> None:
        name, pk = self._order(number)
        self.both(
            lambda: orders.issue_invoice(order_id=pk, actor=SYSTEM, now=timezone.now()),
            lambda _: self.books.invoice(name),
        )
