"""Random days in a store's life: the services and the oracle do each act, then both are compared."""

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.fulfilment import services as fulfilment
from core.fulfilment.models import Fulfilment
from core.inventory import services as inventory
from core.inventory.models import Transfer
from core.kernel import invariants
from core.kernel.errors import CommerceError
from core.kernel.money import Money
from core.orders import services as orders
from core.orders.models import Order
from core.orders.services import DraftLine
from core.payments import services as payments
from core.payments.models import Payment, Refund
from core.payments.ports import GatewayNotice, Outcome
from core.payments.services import refunding
from tenants import context
from tenants.models import Job, Store
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_variant
from tests.factories.customers import customer
from tests.factories.inventory import location
from tests.factories.orders import draft
from tests.factories.payments import method
from tests.oracle import books
from tests.oracle.books import IN_HAND, OPEN_PAYMENTS, Books, Refused
from tests.oracle.reading import seen

METHODS = ("MANUAL_TRANSFER", "COD", "MIDTRANS")
WORDS = ("AUTHORISED", "REVIEW", "PAID", "FAILED", "CANCELLED", "EXPIRED", "DISPUTED", "PENDING")
PRICE, SHIPPING = 75_000, 20_000
_WRITTEN = """
    inventory_stockmovement, inventory_stockitem, inventory_allocation, inventory_reservation,
    inventory_transfer, inventory_transferline, orders_order, orders_orderline, orders_invoice,
    payments_payment, payments_refund, fulfilment_fulfilment, fulfilment_fulfilmentline,
    kernel_auditentry, kernel_auditlink, kernel_audithead
"""

units = st.integers(1, 4)
few = st.integers(0, 3)
which = st.integers(0, 1_000)
baskets = st.dictionaries(st.sampled_from([0, 1]), units, min_size=1, max_size=2)


class Stage:
    """What every run of the machine finds: two SKUs, two places, two customers, three ways to pay."""

    def __init__(self, store: Store) -> None:
        self.store = store
        with context.in_store(store):
            self.variants = [make_variant(sku=sku, price_amount=PRICE) for sku in ("GAYO", "TORAJA")]
            self.skus = [variant.sku for variant in self.variants]
            self.locations = [location("Gudang Satu"), location("Gudang Dua")]
            self.places = [place.pk for place in self.locations]
            self.customers = [customer(), customer()]
            for code in METHODS:
                method(code)
            self.clear()

    def clear(self) -> None:
        """As it was, without anything that happened."""
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {_WRITTEN} RESTART IDENTITY CASCADE")
            cursor.execute("UPDATE customers_customer SET order_count = 0, spent_amount = 0")
            cursor.execute("DELETE FROM kernel_numbersequence")
        with context.in_public():
            Job.objects.filter(store=self.store).delete()


class Shop(RuleBasedStateMachine):
    """Every rule picks what it acts on by a number, whatever there is.

    stage        set by the test
    rules_every  how many acts pass between two looks at the rules of `check_invariants`, which cost most;
                 they are looked at after the last one as well
    """

    stage: Stage
    rules_every = 10
    steps = 0

    @initialize(begin=st.lists(few, max_size=3))
    def open(self, begin: list[int]) -> None:
        self.books, self.refunds = Books(), {}
        self.count = 0
        context.enter(self.stage.store)
        self.stage.clear()
        for sku in self.stage.skus:
            self._receive(sku, self.stage.places[0], 12)
        for how in begin:
            self.place_order(who=how, basket={how % 2: 2}, place=0, how=how)

    def teardown(self) -> None:
        try:
            self._check_rules()
        finally:
            context.enter(None)

    # Both worlds

    def both(self, act: Callable[[], Any], expect: Callable[[Any], Any]) -> Any:
        """Do it for real and in the books. Either both refuse, for one reason, or neither does."""
        before, result, refusal, expected = deepcopy(self.books), None, "", ""
        try:
            result = act()
        except CommerceError as refused:
            refusal = type(refused).__name__
        try:
            expect(result)
        except Refused as refused:
            self.books, expected = before, str(refused)
        assert refusal == expected, f"refused with {refusal or 'nothing'}, expected {expected or 'nothing'}"
        return result

    @invariant()
    def the_books_agree(self) -> None:
        if not hasattr(self, "books"):
            return
        told, found = self.books.told(), seen()
        for page, expected in told.items():
            assert found[page] == expected, page
        self.steps += 1
        if self.steps % self.rules_every == 0:
            self._check_rules()

    def _check_rules(self) -> None:
        assert [(r.rule.id, each) for r in invariants.check() for each in r.violations] == []

    def _basket(self, basket: dict[int, int]) -> dict[str, int]:
        return {self.stage.skus[number]: quantity for number, quantity in basket.items()}

    def _place(self, number: int) -> int:
        return self.stage.places[number % 2]

    @staticmethod
    def _pick(found: dict[str, Any], number: int) -> str:
        return sorted(found)[number % len(found)]

    def _order(self, number: int) -> tuple[str, int]:
        name = self._pick(self.books.orders, number)
        return name, Order.objects.values_list("pk", flat=True).get(number=name)

    def _payment(self, number: int, *, rather: tuple[str, ...] = ()) -> tuple[str, Payment]:
        """Any payment; three times of four one in a state in which more can happen to it."""
        fitting = {key: p for key, p in self.books.payments.items() if p.state in rather}
        found = fitting if fitting and number % 4 else self.books.payments
        reference = self._pick(found, number)
        return reference, Payment.objects.get(reference=reference)

    def _name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}-{self.count}"

    # Stock

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

    # Orders

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

    # Money

    @precondition(lambda self: self.books.orders)
    @rule(number=which, how=few)
    def choose_another_way(self, number: int, how: int) -> None:
        name, pk = self._order(number)
        way = METHODS[how % 3]

        def act() -> Payment:
            return payments.open(
                order=Order.objects.get(pk=pk), method_code=way, now=timezone.now(), actor=SYSTEM
            )

        def expect(made: Payment | None) -> None:
            code = made.unique_code_amount if made else 0
            assert made is None or (1 <= code <= 999) == (way == "MANUAL_TRANSFER")
            reference = self.books.open_payment(name, way, code=code)
            assert made is None or made.reference == reference

        self.both(act, expect)

    @precondition(lambda self: self.books.payments)
    @rule(number=which, more=st.sampled_from([0, 0, 0, -5_000, 50_000]), accepts=st.booleans())
    def confirm(self, number: int, more: int, accepts: bool) -> None:
        reference, payment = self._payment(number, rather=(*OPEN_PAYMENTS, "CANCELLED", "EXPIRED"))
        # A gateway's payments are paid at the gateway.
        if payment.method == "MIDTRANS" and number % 4:
            self._hear(reference, "PAID")
            return
        received = payment.amount + more
        self.both(
            lambda: payments.confirm_transfer(
                payment_id=payment.pk,
                received_amount=received,
                accepts_difference=accepts,
                actor=SYSTEM,
                now=timezone.now(),
            ),
            lambda _: self.books.confirm(reference, received, accepts=accepts),
        )

    def _notice(self, payment: Payment, outcome: str, **told: Any) -> GatewayNotice:
        amount = Money(payment.amount, payment.currency)
        return GatewayNotice("e", payment.reference, Outcome(outcome), amount, **told)

    def _at_gateway(self) -> dict[str, Any]:
        return {key: p for key, p in self.books.payments.items() if p.method == "MIDTRANS"}

    @precondition(lambda self: self._at_gateway())
    @rule(number=which, outcome=st.sampled_from(WORDS))
    def hear(self, number: int, outcome: str) -> None:
        """A gateway's word, in any order and as often as it likes."""
        self._hear(self._pick(self._at_gateway(), number), outcome)

    def _hear(self, reference: str, outcome: str) -> None:
        payment = Payment.objects.get(reference=reference)

        def expect(changed: bool | None) -> None:
            assert changed == self.books.hear(reference, outcome)

        self.both(
            lambda: payments.apply_outcome(
                payment_id=payment.pk, found=self._notice(payment, outcome), now=timezone.now()
            ),
            expect,
        )

    @precondition(lambda self: self._at_gateway())
    @rule(number=which, extra=st.sampled_from([0, 10_000, 1_000_000]))
    def hear_refunds(self, number: int, extra: int) -> None:
        """A gateway says that money went back: what was asked for, and perhaps more by its own page."""
        reference = self._pick(self._at_gateway(), number)
        told, payment = self.books.payments[reference], Payment.objects.get(reference=reference)
        if told.state in ("REVERSED", "DISPUTED"):
            return
        mine = {key: r for key, r in self.books.refunds.items() if r.payment == reference}
        asked = [key for key, r in mine.items() if r.state == "REQUESTED"]
        room = (told.left if told.received else told.amount) - sum(mine[key].amount for key in asked)
        extra = min(extra, room)
        there = Refund.objects.filter(payment=payment, is_by_hand=False, state="DONE")
        whole = sum(there.values_list("amount", flat=True)) + sum(mine[k].amount for k in asked) + extra
        if not whole:
            return
        found = self._notice(
            payment,
            "PARTLY_REFUNDED",
            refunded=Money(whole, payment.currency),
            refund_ids=tuple(Refund.objects.get(pk=self.refunds[key]).public_id for key in asked),
        )
        self.both(
            lambda: payments.apply_outcome(payment_id=payment.pk, found=found, now=timezone.now()),
            lambda _: self.books.hear_refunds(reference, asked, self._name("foreign"), extra),
        )

    @precondition(lambda self: self.books.payments)
    @rule(number=which)
    def run_out(self, number: int) -> None:
        """Its time is over; cash on delivery has none."""
        reference, payment = self._payment(number)
        if payment.method == "COD":
            return
        later = timezone.now() + timedelta(days=3)
        self.both(
            lambda: payments.expire(payment_id=payment.pk, now=later), lambda _: self.books.expire(reference)
        )

    @precondition(lambda self: self.books.orders)
    @rule(number=which)
    def call_off(self, number: int) -> None:
        name, pk = self._order(number)
        self.both(lambda: payments.cancel_open(order_id=pk), lambda _: self.books.cancel_open(name))

    @precondition(lambda self: self.books.payments)
    @rule(number=which, share=st.sampled_from([1, 2, 3]), more=few, is_by_hand=st.booleans())
    def refund(self, number: int, share: int, more: int, is_by_hand: bool) -> None:
        reference, payment = self._payment(number, rather=IN_HAND)
        amount = max(self.books.payments[reference].left // share + (more == 3) * 1_000, 1)
        name = self._name("refund")
        made = self.both(
            lambda: payments.refund(
                payment_id=payment.pk,
                amount=amount,
                reason="x",
                is_by_hand=is_by_hand,
                actor=SYSTEM,
                now=timezone.now(),
            ),
            lambda _: self.books.refund(reference, name, amount, by_hand=is_by_hand),
        )
        if made is not None:
            self.refunds[name] = made.pk

    @precondition(lambda self: self.refunds)
    @rule(number=which, is_refused=st.booleans())
    def gateway_answers(self, number: int, is_refused: bool) -> None:
        """What the duty does once the gateway has answered."""
        name = self._pick(self.refunds, number)
        pk = self.refunds[name]
        if is_refused:
            self.both(
                lambda: refunding.refuse_refund(refund_id=pk, why="x"),
                lambda _: self.books.refuse_refund(name),
            )
        elif self.books.refunds[name].state != "REFUSED":
            self.both(
                lambda: refunding.finish_refund(refund_id=pk, actor=SYSTEM, now=timezone.now()),
                lambda _: self.books.finish_refund(name),
            )
