"""Money comes, in time or late, by any way, once or twice, and goes back."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from core.kernel.money import Money
from core.orders.models import Order
from core.payments import services as payments
from core.payments.models import Payment, Refund
from core.payments.ports import GatewayNotice, Outcome
from core.payments.services import refunding
from tenants.permissions import SYSTEM
from tests.oracle.acting import Acting, few, which
from tests.oracle.books import IN_HAND, OPEN_PAYMENTS
from tests.oracle.stage import METHODS

WORDS = ("AUTHORISED", "REVIEW", "PAID", "FAILED", "CANCELLED", "EXPIRED", "DISPUTED", "PENDING")


class MoneyActs(Acting):
    """The acts of shoppers, gateways, banks and bookkeepers."""

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
