"""What other systems are told: each event of the store that they may hear."""

from functools import partial
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import events
from core.integrations import selectors
from core.integrations import services as integrations
from core.integrations.event_types import TYPE_OF
from core.kernel.outbox import on

_LABEL: Final = _("Tell other systems what happened")


def _on(event: type) -> Any:
    """As `on`; nothing is written where no webhook hears the event."""
    return on(event, label=_LABEL, wanted=partial(selectors.is_heard, TYPE_OF[event]))


def _tell(event: Any) -> None:
    integrations.announce(event=event, now=timezone.now())


@_on(events.OrderPlaced)
def tell_of_a_new_order(event: events.OrderPlaced) -> None:
    """An order came in."""
    _tell(event)


@_on(events.OrderPaid)
def tell_of_a_paid_order(event: events.OrderPaid) -> None:
    """The money is in."""
    _tell(event)


@_on(events.OrderCancelled)
def tell_of_a_cancelled_order(event: events.OrderCancelled) -> None:
    """An order will not be delivered."""
    _tell(event)


@_on(events.OrderFulfilled)
def tell_of_a_parcel_that_left(event: events.OrderFulfilled) -> None:
    """Goods are on their way."""
    _tell(event)


@_on(events.OrderDelivered)
def tell_of_a_parcel_that_arrived(event: events.OrderDelivered) -> None:
    """Goods are there."""
    _tell(event)


@_on(events.PaymentReceived)
def tell_of_a_payment(event: events.PaymentReceived) -> None:
    """Money was confirmed."""
    _tell(event)


@_on(events.PaymentExpired)
def tell_of_a_missed_payment(event: events.PaymentExpired) -> None:
    """No money came in time."""
    _tell(event)


@_on(events.PaymentRefunded)
def tell_of_a_refund(event: events.PaymentRefunded) -> None:
    """Money went back."""
    _tell(event)


@_on(events.ProductChanged)
def tell_of_a_product(event: events.ProductChanged) -> None:
    """Something about a product is new."""
    _tell(event)


@_on(events.StockChanged)
def tell_of_stock(event: events.StockChanged) -> None:
    """What may be sold moved."""
    _tell(event)


@_on(events.StockLow)
def tell_of_a_shortage(event: events.StockLow) -> None:
    """Something runs low."""
    _tell(event)


@_on(events.CustomerChanged)
def tell_of_a_customer(event: events.CustomerChanged) -> None:
    """Something about a customer is new."""
    _tell(event)
