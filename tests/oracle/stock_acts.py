"""Goods come, go, are counted, put aside and moved."""

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from core.inventory import services as inventory
from core.inventory.models import Transfer
from tenants.permissions import SYSTEM
from tests.oracle import books
from tests.oracle.acting import Acting, baskets, few, units, which


class StockActs(Acting):
    """The acts of a warehouse."""

    def _receive(self, sku: str, place: int, quantity: int) -> None:
        self.both(
            lambda: inventory.receive(sku=sku, location_id=place, quantity=quantity, actor=SYSTEM),
            lambda _: self.books.move(sku, place, "RECEIVED", quantity),
        )

    @rule(sku=few, place=few, quantity=units)
    def receive(self, sku: int, place: int, quantity: int) -> None:
        self._receive(self.stage.skus[sku % 2], self._place(place), quantity)

    @rule(sku=few, place=few, by=st.integers(-6, 6).filter(bool))
    def adjust(self, sku: int, place: int, by: int) -> None:
        name, where = self.stage.skus[sku % 2], self._place(place)
        self.both(
            lambda: inventory.adjust(sku=name, location_id=where, by=by, reason="Broken", actor=SYSTEM),
            lambda _: self.books.move(name, where, "ADJUSTED", by),
        )

    @rule(sku=few, place=few, counted=st.integers(0, 15))
    def count_shelf(self, sku: int, place: int, counted: int) -> None:
        name, where = self.stage.skus[sku % 2], self._place(place)
        self.both(
            lambda: inventory.set_count(
                sku=name, location_id=where, counted=counted, reason="Count", actor=SYSTEM
            ),
            lambda _: self.books.count(name, where, counted),
        )

    @rule(sku=few, place=few, safety=st.integers(0, 2))
    def keep_some_back(self, sku: int, place: int, safety: int) -> None:
        name, where = self.stage.skus[sku % 2], self._place(place)
        self.both(
            lambda: inventory.set_rules(
                sku=name, location_id=where, safety=safety, low_stock_threshold=None, actor=SYSTEM
            ),
            lambda _: setattr(self.books.shelf(name, where), "safety", safety),
        )

    @rule(number=few, basket=baskets, place=few)
    def reserve(self, number: int, basket: dict[int, int], place: int) -> None:
        reference, wanted, where = f"CART-{number}", self._basket(basket), self._place(place)
        self.both(
            lambda: inventory.reserve(reference=reference, wanted=wanted, location_id=where),
            lambda _: self.books.reserve(reference, wanted, where),
        )

    @rule(number=few)
    def unreserve(self, number: int) -> None:
        reference = f"CART-{number}"
        self.both(lambda: inventory.unreserve(reference=reference), lambda _: self.books.unreserve(reference))

    # Transfers between locations

    @rule(basket=baskets, source=few)
    def draft_transfer(self, basket: dict[int, int], source: int) -> None:
        lines, places = self._basket(basket), [self._place(source), self._place(source + 1)]
        ids = {place.pk: place.public_id for place in self.stage.locations}
        made = inventory.create_transfer(
            source_id=ids[places[0]], destination_id=ids[places[1]], lines=lines, actor=SYSTEM
        )
        waiting = {sku: [quantity, 0] for sku, quantity in lines.items()}
        self.books.transfers[made.number] = books.Transfer(*places, waiting)

    def _transfer(self, number: int) -> tuple[str, str]:
        name = self._pick(self.books.transfers, number)
        return name, Transfer.objects.values_list("public_id", flat=True).get(number=name)

    @precondition(lambda self: self.books.transfers)
    @rule(number=which)
    def send_transfer(self, number: int) -> None:
        name, public_id = self._transfer(number)
        self.both(
            lambda: inventory.send_transfer(public_id=public_id, actor=SYSTEM, now=timezone.now()),
            lambda _: self.books.send_transfer(name),
        )

    @precondition(lambda self: self.books.transfers)
    @rule(number=which, arrived=few, is_complete=st.booleans())
    def receive_transfer(self, number: int, arrived: int, is_complete: bool) -> None:
        name, public_id = self._transfer(number)
        come = dict.fromkeys(self.books.transfers[name].lines, arrived)
        self.both(
            lambda: inventory.receive_transfer(
                public_id=public_id, arrived=come, is_complete=is_complete, actor=SYSTEM, now=timezone.now()
            ),
            lambda _: self.books.receive_transfer(name, come, is_complete),
        )

    @precondition(lambda self: self.books.transfers)
    @rule(number=which)
    def cancel_transfer(self, number: int) -> None:
        name, public_id = self._transfer(number)
        self.both(
            lambda: inventory.cancel_transfer(public_id=public_id, actor=SYSTEM),
            lambda _: self.books.cancel_transfer(name),
        )
