"""What is true after a fault: the rules of every store, and everything that somebody was promised."""

import json
from collections import Counter

from django.db import close_old_connections
from django.db.models.functions import Now

from core.checkout.models import Cart
from core.kernel import invariants
from core.notifications.models import Message, MessageState
from core.orders.models import Order
from core.payments.models import Payment, PaymentState, RefundState
from tenants import breaches, context
from tenants.models import Job, JobState
from tests.chaos.report import Row
from tests.chaos.shop import Shop, server_key
from tests.chaos.stage import Stage

_PAID = (PaymentState.PAID, PaymentState.PARTLY_REFUNDED, PaymentState.REFUNDED)
_CHARGED = {"settlement", "capture", "refund", "partial_refund"}


def check(row: Row, stage: Stage, shops: list[Shop], *, settles_within: float = 60) -> None:
    """Wait until nothing is left to do, then hold everything against the records of both sides."""
    settled = stage.settle(settles_within)
    close_old_connections()
    if not settled:
        due = Job.objects.filter(state__in=(JobState.WAITING, JobState.RUNNING), next_at__lte=Now())
        waiting = list(due.values_list("kind", "state", "attempts", "last_error")[:5])
        row.expect(False, f"work does not come to an end: {waiting}")
    dead = list(Job.objects.filter(state=JobState.DEAD).values_list("kind", "last_error")[:5])
    row.expect(not dead, f"given up: {dead}")
    for found in breaches.check_platform():
        row.expect(False, f"platform {found.rule} {found.subject}: {found.expected}, not {found.found}")
    for shop in shops:
        with context.in_store(shop.store):
            _hold_rules(row, shop)
            _hold_promises(row, shop)
            _hold_notices(row, stage, shop)
            _hold_mails(row, stage, shop)
            _hold_money(row, stage, shop)


def _hold_rules(row: Row, shop: Shop) -> None:
    results = invariants.check()
    row.invariants_checked += len(results)
    for result in results:
        for one in result.violations:
            row.expect(False, f"{shop.store.slug} {one.rule} {one.subject}: {one.expected}, not {one.found}")


def _hold_promises(row: Row, shop: Shop) -> None:
    """INV-7: what was acknowledged is there, and no cart or key became two orders."""
    carts = dict(Cart.objects.exclude(order_id=None).values_list("public_id", "order_id"))
    numbers = dict(Order.objects.values_list("pk", "number"))
    for told in shop.promises:
        there = numbers.get(carts.get(told.cart, 0), "")
        if told.is_acknowledged:
            row.expect(
                there == told.number, f"INV-7 {told.number} was acknowledged, there is {there or 'none'}"
            )
    strays = set(numbers) - set(carts.values())
    row.expect(not strays, f"INV-7 orders of no cart: {[numbers[pk] for pk in strays]}")
    row.invariants_checked += 1


def _hold_notices(row: Row, stage: Stage, shop: Shop) -> None:
    """INV-5 for webhooks: each thing that happened was told once, whatever the number of tries."""
    told: dict[tuple[str, str], set[str]] = {}
    for notice in list(stage.receiver.notices):
        body = json.loads(notice.body)
        if body["store"] == shop.store.slug and body["type"] in ("order.placed", "order.paid"):
            told.setdefault((body["type"], body["data"]["order"]["id"]), set()).add(
                notice.headers["webhook-id"]
            )
    wanted = {("order.placed", public_id) for public_id in Order.objects.values_list("public_id", flat=True)}
    paid = Order.objects.filter(payments__state__in=_PAID)
    wanted |= {("order.paid", public_id) for public_id in paid.values_list("public_id", flat=True)}
    missing, strange = wanted - set(told), set(told) - wanted
    row.expect(not missing, f"INV-5 {shop.store.slug}: never told of {sorted(missing)[:3]} ({len(missing)})")
    row.expect(not strange, f"INV-5 {shop.store.slug}: told of {sorted(strange)[:3]} that never was")
    twice = [what for what, ids in told.items() if len(ids) != 1]
    row.expect(not twice, f"INV-5 {shop.store.slug}: told under several ids of {twice[:3]}")
    row.invariants_checked += 1


def _hold_mails(row: Row, stage: Stage, shop: Shop) -> None:
    """INV-5 for mails: one message per reader and thing, sent, and known at the mail server by one id."""
    open_ones = Message.objects.exclude(state__in=(MessageState.SENT, MessageState.SKIPPED))
    left = list(open_ones.values_list("reference", "recipient", "state")[:3])
    row.expect(not left, f"INV-5 {shop.store.slug}: mails that never left: {left} ({open_ones.count()})")
    taken = Counter(letter.message_id.split(".")[0].lstrip("<") for letter in stage.postbox.letters)
    sent = set(Message.objects.filter(state=MessageState.SENT).values_list("public_id", flat=True))
    row.expect(
        not sent - set(taken), f"INV-5 said to be sent and never seen: {sorted(sent - set(taken))[:3]}"
    )
    written = Message.objects.filter(kind="order_placed").values_list("recipient", flat=True)
    orders = Counter(Order.objects.values_list("email", flat=True))
    row.expect(Counter(written) == orders, f"INV-5 {shop.store.slug}: orders and mails about them differ")
    row.invariants_checked += 1


def _hold_money(row: Row, stage: Stage, shop: Shop) -> None:
    """INV-3, INV-6: we and the gateway tell the same of every payment and refund."""
    with stage.midtrans.ledger.lock:
        known = {
            reference: list(payments)
            for (key, reference), payments in stage.midtrans.ledger.payments.items()
            if key == server_key(shop.store)
        }
    for payment in Payment.objects.filter(method="MIDTRANS").prefetch_related("refunds"):
        charged = [each for each in known.get(payment.reference, []) if each.status in _CHARGED]
        told = f"charged {len(charged)} times, {payment.state} here"
        row.expect(
            len(charged) == int(payment.state in _PAID), f"{shop.store.slug} {payment.reference}: {told}"
        )
        ours = sorted((r.public_id, r.amount) for r in payment.refunds.all() if r.state == RefundState.DONE)
        theirs = sorted((refund.key, refund.amount) for each in charged for refund in each.refunds)
        row.expect(ours == theirs, f"{payment.reference}: refunds {ours} here, {theirs} there")
    row.invariants_checked += 1
