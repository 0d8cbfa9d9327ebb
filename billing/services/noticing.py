"""What the card provider tells us: verified, kept once, and acted on only after asking it back.

https://docs.stripe.com/webhooks
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from billing import clock
from billing.card_invoices import CardInvoice
from billing.models import Invoice, NoticeState, Provider, ProviderNotice, Subscription
from billing.ports import CardNotice, CardRefused, CardUnavailable, InvalidNotice, InvalidSignature
from billing.registry import cards
from billing.services import catalogue, invoicing, subscribing, syncing
from tenants import context, meters, work
from tenants.errors import CommerceError
from tenants.failpoints import failpoint
from tenants.models import Store

DUTY = "billing.card_notice"
# Work that was lost with its duty is taken up again after so long.
STALE = timedelta(hours=1)

_SUBSCRIPTION, _INVOICE, _CHECKOUT, _CUSTOMER, _MONEY, _METER = range(6)
# The kinds we act on, by their beginning; the longest that fits counts. All others are kept and ignored.
_KINDS: dict[str, int | None] = {
    "customer.subscription.": _SUBSCRIPTION,
    "subscription_schedule.": _SUBSCRIPTION,
    "customer.discount.": _SUBSCRIPTION,
    "invoice.": _INVOICE,
    "invoiceitem.": None,
    "credit_note.": _INVOICE,
    "checkout.session.": _CHECKOUT,
    "customer.updated": _CUSTOMER,
    "customer.deleted": _CUSTOMER,
    "payment_method.": _CUSTOMER,
    "charge.refunded": _MONEY,
    "charge.refund.": _MONEY,
    "charge.dispute.": _MONEY,
    "refund.": _MONEY,
    "v1.billing.meter.": _METER,
}
_SUBSCRIPTION_PREFIX = "sub_"


class NoticeRefused(CommerceError):
    """A message that is not from the provider, or that nobody can read."""

    code = "notice_refused"
    http_status = 400

    def __init__(self) -> None:
        super().__init__(_("This message was not accepted."))


class LookAtThis(Exception):
    """Nothing that a machine can put right: a person of the staff has to see it."""


def _family(kind: str) -> int | None:
    fitting = [beginning for beginning in _KINDS if kind.startswith(beginning)]
    return _KINDS[max(fitting, key=len)] if fitting else None


def keep_notice(*, signature: str, body: bytes, now: datetime) -> ProviderNotice:
    """Verify a message on its bytes and keep its names, once per event; a duty does the rest.

    Returns  the notice, also when it had come before
    Raises   NoticeRefused for a wrong or an old signature, or what nobody can read; nothing is kept
    """
    try:
        told = cards().read_notice(signature=signature, body=body)
    except InvalidSignature as forged:
        meters.WEBHOOKS_REFUSED.labels("stripe", "signature").inc()
        raise NoticeRefused from forged
    except InvalidNotice as unreadable:
        meters.WEBHOOKS_REFUSED.labels("stripe", "unreadable").inc()
        raise NoticeRefused from unreadable
    with context.in_public(), transaction.atomic():
        notice = _kept(told, now)
        failpoint("billing.notice_kept")
        if notice.state == NoticeState.WAITING:
            _enqueue(notice)
    return notice


def _kept(told: CardNotice, now: datetime) -> ProviderNotice:
    rows = Subscription.objects.filter(customer_ref=told.customer_ref) if told.customer_ref else None
    try:
        with transaction.atomic():
            return ProviderNotice.objects.create(
                provider=Provider.STRIPE,
                event_id=told.event_id,
                kind=told.kind[:80],
                object_ref=_object_of(told),
                customer_ref=told.customer_ref,
                store_id=rows.values_list("store_id", flat=True).first() if rows is not None else None,
                state=NoticeState.IGNORED if _family(told.kind) is None else NoticeState.WAITING,
                happened_at=told.at,
                received_at=now,
            )
    except IntegrityError:
        return ProviderNotice.objects.get(provider=Provider.STRIPE, event_id=told.event_id)


def _object_of(told: CardNotice) -> str:
    """What has to be asked for: the object itself, or the one that it is a part of."""
    family = _family(told.kind)
    if family == _SUBSCRIPTION:
        return told.subscription_ref
    if family == _INVOICE:
        # A look ahead has no name, but its subscription has.
        return told.invoice_ref or told.subscription_ref
    return told.object_ref


def _enqueue(notice: ProviderNotice) -> None:
    work.enqueue(DUTY, {"notice_id": notice.pk}, dedupe_key=f"{DUTY}:{notice.pk}")


def work_off(*, notice_id: int) -> None:
    """Ask the provider what a kept notice is about, and write the answer down. Safe to run twice.

    Raises   CardUnavailable, so that the duty is tried again later
    """
    notice = ProviderNotice.objects.get(pk=notice_id)
    if notice.state != NoticeState.WAITING:
        return
    now = clock.now()
    rows = ProviderNotice.objects.filter(pk=notice.pk, state=NoticeState.WAITING)
    try:
        trouble = _ACTS[_family(notice.kind)](notice, now)
    except CardUnavailable as away:
        rows.update(attempts=notice.attempts + 1, trouble=str(away)[:300])
        raise
    except (
        syncing.UnknownCustomer,
        syncing.SecondSubscription,
        catalogue.UnknownPrice,
        CardRefused,
        CommerceError,
        LookAtThis,
    ) as seen:
        rows.update(
            state=NoticeState.FAILED, trouble=str(seen)[:300], done_at=now, attempts=notice.attempts + 1
        )
        return
    failpoint("billing.notice_applied")
    store_id = notice.store_id or _store_id_of(notice.customer_ref)
    rows.update(
        state=NoticeState.DONE,
        trouble=trouble,
        done_at=now,
        attempts=notice.attempts + 1,
        store_id=store_id,
    )


work.register(
    DUTY,
    work_off,
    retries=14,
    atomic=False,
    of_platform=True,
)


def _about_subscription(notice: ProviderNotice, now: datetime) -> str:
    if not notice.object_ref:
        return _about_customer(notice, now)
    syncing.refresh(notice.object_ref, now=now)
    return ""


def _about_invoice(notice: ProviderNotice, now: datetime) -> str:
    if not notice.object_ref or notice.object_ref.startswith(_SUBSCRIPTION_PREFIX):
        return _about_subscription(notice, now)
    return read_invoice(notice.object_ref, now)


def read_invoice(invoice_ref: str, now: datetime) -> str:
    """Copy an invoice as it is now, and then the subscription that it is about."""
    found = cards().find_invoice(invoice_ref)
    if found is None:
        return "there is no such invoice any more"
    copy_invoice(found, now)
    if found.subscription_ref:
        syncing.refresh(found.subscription_ref, now=now)
    return ""


def copy_invoice(found: CardInvoice, now: datetime) -> None:
    """Have our own books follow an invoice. Raises UnknownCustomer."""
    store_id = _store_id_of(found.customer_ref) or _store_id_of_invoice(found.ref)
    if store_id is None:
        raise syncing.UnknownCustomer(f"no store has the customer {found.customer_ref!r}")
    invoicing.mirror(store=Store.objects.get(pk=store_id), found=found, now=now)


def _store_id_of_invoice(invoice_ref: str) -> int | None:
    """Who an invoice was for that we have already: its customer may be one of another currency, long ago."""
    known = Invoice.objects.filter(provider=Provider.STRIPE, external_ref=invoice_ref)
    return known.values_list("store_id", flat=True).first()


def _about_checkout(notice: ProviderNotice, now: datetime) -> str:
    found = cards().find_checkout(notice.object_ref)
    if found is None:
        return "there is no such page any more"
    if found.subscription_ref and _store_id_of(found.customer_ref) is None:
        raise syncing.UnknownCustomer(f"no store has the customer {found.customer_ref!r}")
    subscribing.close_page(found, now=now)
    return ""


def _about_customer(notice: ProviderNotice, now: datetime) -> str:
    row = Subscription.objects.filter(customer_ref=notice.customer_ref).exclude(customer_ref="").first()
    if row is None:
        raise syncing.UnknownCustomer(f"no store has the customer {notice.customer_ref!r}")
    if row.external_ref:
        syncing.refresh(row.external_ref, now=now)
    return ""


def _about_money(notice: ProviderNotice, now: datetime) -> str:
    """A refund, or a payment that its owner disputes: the invoice knows; of a dispute, a person has to."""
    invoice_ref = cards().invoice_of_charge(notice.object_ref)
    if invoice_ref:
        read_invoice(invoice_ref, now)
    if notice.kind.startswith("charge.dispute."):
        raise LookAtThis(f"a payment is disputed: {notice.kind}")
    return "" if invoice_ref else "not about an invoice of ours"


def _about_meter(notice: ProviderNotice, now: datetime) -> str:
    raise LookAtThis("fees that were reported were not accepted")


_ACTS: dict[int | None, Callable[[ProviderNotice, datetime], str]] = {
    _SUBSCRIPTION: _about_subscription,
    _INVOICE: _about_invoice,
    _CHECKOUT: _about_checkout,
    _CUSTOMER: _about_customer,
    _MONEY: _about_money,
    _METER: _about_meter,
}


def _store_id_of(customer_ref: str) -> int | None:
    rows = Subscription.objects.filter(customer_ref=customer_ref).exclude(customer_ref="")
    return rows.values_list("store_id", flat=True).first()


def try_again(notice: ProviderNotice) -> None:
    """Have a notice that failed, or was lost, worked off anew."""
    with context.in_public(), transaction.atomic():
        ProviderNotice.objects.filter(pk=notice.pk).update(state=NoticeState.WAITING, trouble="")
        notice.refresh_from_db()
        _enqueue(notice)


def take_up_lost(now: datetime) -> int:
    """Work off what still waits after an hour: its duty was lost, or gave up. Returns how many."""
    waiting = ProviderNotice.objects.filter(
        provider=Provider.STRIPE, state=NoticeState.WAITING, received_at__lte=now - STALE
    )
    lost = list(waiting[:1_000])
    for notice in lost:
        try_again(notice)
    return len(lost)
