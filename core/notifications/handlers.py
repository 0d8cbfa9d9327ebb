"""Which mails follow from what happened."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import events
from core.kernel.outbox import on
from core.notifications.services import announce, digest_low_stock

DIGEST_AFTER = timedelta(minutes=15)


@on(events.OrderPlaced, label=_("Write mails about an order"))
def confirm_the_order(event: events.OrderPlaced) -> None:
    """Tell the shopper how to pay, and the staff that there is something to do."""
    announce(kind="order_placed", source_id=event.order_id, now=timezone.now())
    announce(kind="staff_order_placed", source_id=event.order_id, now=timezone.now())


@on(events.OrderPaid, label=_("Write mails about an order"))
def thank_for_the_money(event: events.OrderPaid) -> None:
    """Tell both sides that the money is in."""
    announce(kind="order_paid", source_id=event.order_id, now=timezone.now())
    announce(kind="staff_order_paid", source_id=event.order_id, now=timezone.now())


@on(events.OrderCancelled, label=_("Write mails about an order"))
def explain_the_cancellation(event: events.OrderCancelled) -> None:
    """Tell the shopper why nothing will come."""
    announce(kind="order_cancelled", source_id=event.order_id, now=timezone.now())


@on(events.OrderFulfilled, label=_("Write mails about an order"))
def announce_the_parcel(event: events.OrderFulfilled) -> None:
    """Tell the shopper what has left, and its waybill."""
    announce(kind="order_shipped", source_id=event.fulfilment_id, now=timezone.now())


@on(events.OrderDelivered, label=_("Write mails about an order"))
def note_the_arrival(event: events.OrderDelivered) -> None:
    """Ask the shopper whether all is well."""
    announce(kind="order_delivered", source_id=event.fulfilment_id, now=timezone.now())


@on(events.PaymentExpired, label=_("Write mails about an order"))
def explain_the_expiry(event: events.PaymentExpired) -> None:
    """Tell the shopper that the time to pay is over."""
    announce(kind="payment_expired", source_id=event.payment_id, now=timezone.now())


@on(events.PaymentRefunded, label=_("Write mails about an order"))
def announce_the_refund(event: events.PaymentRefunded) -> None:
    """Tell the shopper that money is on its way back."""
    announce(kind="payment_refunded", source_id=event.refund_id, now=timezone.now())


@on(events.StockLow, label=_("Gather what runs low"))
def set_the_digest_alarm(event: events.StockLow) -> None:
    """Gather what runs low for a while, so that the staff gets one mail and not fifty."""
    digest_low_stock(run_at=timezone.now() + DIGEST_AFTER)
