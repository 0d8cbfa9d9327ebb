"""F-DUP: a provider says everything several times, in any order, at the same moment, and too early."""

import http.client
import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from core.checkout import services as checkout
from core.inventory.models import Allocation
from core.kernel.models import NumberSequence
from core.orders.models import Order
from core.payments import services as payments
from core.payments.models import MessageState, Payment
from tenants import context
from tenants.permissions import SHOPPER
from tests.chaos import truth
from tests.chaos.faults.workers import reference_of
from tests.chaos.report import Report
from tests.chaos.shop import Shop, purchase
from tests.chaos.stage import Stage

Letter = tuple[str, bytes]
# What becomes of a payment at the gateway. A step in capitals must have been heard of before the next one:
# money that came and went unheard leaves nothing to take back.
HISTORIES = (
    ("choose", "pay"),
    ("choose", "expire"),
    ("choose", "cancel"),
    ("choose", "decline", "choose", "pay"),
    ("choose", "decline", "choose", "decline"),
    ("choose", "pay", "refund a part", "refund the rest"),
    ("choose", "decline", "choose", "pay", "refund a part"),
    ("choose", "PAY", "reverse"),
    ("choose", "PAY", "dispute"),
)
_TOGETHER = 10
_COPIES = (1, 1, 2, 2, 3, 5)


def run(report: Report, stage: Stage, shops: list[Shop], *, short: bool) -> None:
    """Shuffled and repeated histories end as the one that was told once and in order."""
    with report.row("F-DUP") as row:
        known: dict[tuple[str, ...], State] = {}
        with _held(stage):
            for number in range(18 if short else 504):
                shop, history = shops[number % 2], HISTORIES[number % len(HISTORIES)]
                if history not in known:
                    known[history] = _told(stage, shop, history, None, 900_000 + number)
                found = _told(stage, shop, history, random.Random(number), 100_000 + number)
                row.expect(found == known[history], f"{history} seed {number}: {found}, not {known[history]}")
                row.runs += 1
        for number in range(1 if short else 20):
            _at_once(stage, shops[number % 2])
            row.runs += 1
        truth.check(row, stage, shops)


@dataclass(frozen=True, slots=True)
class State:
    """Where a payment and its order stand."""

    payment: str
    received: int
    refunded: int
    order: str
    paid: str
    promised: int


@dataclass(slots=True)
class _Story:
    """One payment, told by shuffled letters."""

    stage: Stage
    reference: str
    dice: random.Random
    letters: list[Letter] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)

    def step(self, name: str) -> None:
        fake, ledger = self.stage.midtrans, self.stage.midtrans.ledger
        if name == "choose":
            fake.choose(self.reference)
            return
        payment = fake.latest(self.reference)
        if name.startswith("refund"):
            left = payment.session.gross_amount - payment.refunded
            amount = 1_500 if name.endswith("part") else left
            ledger.refund(payment, f"desk-{payment.refunded}", amount, "at the gateway")
            return
        acts = {"pay": "settle", "decline": "deny", "reverse": "deny"}
        getattr(ledger, acts.get(name.lower(), name.lower()))(payment)

    def take_letters(self, copies: int) -> list[Letter]:
        """What the gateway has posted since the last time, each so many times."""
        held, self.stage.midtrans._held = self.stage.midtrans._held, []
        return [letter for letter in held for _ in range(copies)]

    def deliver(self, letter: Letter, *, reads: bool) -> None:
        url, body = letter
        provider, endpoint = re.findall(r"/hooks/(\w+)/([^/]+)/", url)[0]
        told = {"provider": provider, "endpoint_id": endpoint, "headers": {}, "body": body}
        message = payments.keep_notice(**told, now=timezone.now())
        if message.state != MessageState.APPLIED:
            self.unread.append(message.pk)
        if reads:
            self.read()

    def read(self) -> None:
        """What a worker does, in whatever order."""
        self.dice.shuffle(self.unread)
        while self.unread:
            payments.apply_notice.now(message_id=self.unread.pop())  # type: ignore[attr-defined]

    def state(self) -> State:
        payment = Payment.objects.get(reference=self.reference)
        order = Order.objects.get(pk=payment.order_id)
        promised = sum(Allocation.objects.filter(reference=order.number).values_list("quantity", flat=True))
        return State(
            payment.state,
            payment.received_amount or 0,
            payment.refunded_amount,
            order.state,
            order.payment_state,
            promised,
        )


def _told(
    stage: Stage, shop: Shop, history: tuple[str, ...], dice: random.Random | None, number: int
) -> State:
    """Live through a history inside a transaction that is rolled back. Returns how it ended.

    dice   None tells everything once and in order
    """
    with context.in_store(shop.store), transaction.atomic():
        story = _Story(stage, _awaited(shop, number), dice or random.Random(0))
        for step in history:
            story.step(step)
            story.letters += story.take_letters(dice.choice(_COPIES) if dice else 1)
            if dice is None or step.isupper():
                _deliver_all(story)
                continue
            dice.shuffle(story.letters)
            for _ in range(dice.randint(0, len(story.letters))):
                story.deliver(story.letters.pop(), reads=dice.random() < 0.5)
        _deliver_all(story)
        ended = story.state()
        transaction.set_rollback(True)
    return ended


def _deliver_all(story: _Story) -> None:
    while story.letters:
        story.deliver(story.letters.pop(), reads=False)
    story.read()


def _awaited(shop: Shop, number: int) -> str:
    """An order with an open page at the gateway, under a number that nobody uses again."""
    now = timezone.now()
    NumberSequence.objects.update_or_create(name="order", defaults={"last_number": number})
    cart = checkout.create_cart(language="id", now=now, wanted=[(shop.variants[0], 1)])
    order = checkout.place_order(cart_id=cart.public_id, purchase=purchase(shop), now=now, actor=SHOPPER)
    payment = Payment.objects.get(order=order)
    payments.start(payment_id=payment.pk, return_url="http://localhost/", now=now)
    return payment.reference


@contextmanager
def _held(stage: Stage) -> Iterator[None]:
    """Nothing is posted meanwhile; whoever wants a letter takes it."""
    stage.midtrans.sender.wait_until_idle(30)
    stage.midtrans.dials.hold = True
    try:
        yield
    finally:
        stage.midtrans.dials.hold, stage.midtrans._held = False, []


def _at_once(stage: Stage, shop: Shop) -> None:
    """Ten equal letters of each kind reach the web in the same moment."""
    told = shop.buy("MIDTRANS")
    with _held(stage):
        stage.midtrans.pay(reference_of(told))
        letters = stage.midtrans._held * _TOGETHER
    with ThreadPoolExecutor(_TOGETHER) as hands:
        list(hands.map(_post, letters))


def _post(letter: Letter) -> int:
    target = urlsplit(letter[0])
    link = http.client.HTTPConnection("127.0.0.1", target.port or 80, timeout=30)
    try:
        link.request(
            "POST", target.path, letter[1], {"Host": target.netloc, "Content-Type": "application/json"}
        )
        return link.getresponse().status
    finally:
        link.close()
