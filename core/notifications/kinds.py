"""Every mail a store sends, one row each: who reads it, and when it goes out.

The words stand in `templates/email/store/<code>.*`, the facts come from `selectors.facts`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from tenants.permissions import Permission


class Audience(StrEnum):
    """Who reads a mail."""

    SHOPPER = "SHOPPER"
    STAFF = "STAFF"


@dataclass(frozen=True, slots=True)
class Kind:
    """One mail. `permission` is what a member must hold to get it; shoppers' mails have none."""

    code: str
    audience: Audience
    title: Any
    sent_when: Any
    permission: Permission | None = None


_ALL: Final = (
    Kind(
        "order_placed",
        Audience.SHOPPER,
        _("Order received"),
        _("When somebody orders: what was ordered, and how to pay it."),
    ),
    Kind("order_paid", Audience.SHOPPER, _("Payment received"), _("When the whole amount is in.")),
    Kind(
        "order_shipped",
        Audience.SHOPPER,
        _("Order shipped"),
        _("For each parcel that leaves, with its courier and waybill."),
    ),
    Kind("order_delivered", Audience.SHOPPER, _("Order delivered"), _("When a parcel has arrived.")),
    Kind(
        "order_cancelled",
        Audience.SHOPPER,
        _("Order cancelled"),
        _("When you cancel an order, with the reason that you give."),
    ),
    Kind(
        "payment_expired",
        Audience.SHOPPER,
        _("Payment time over"),
        _("When an order was not paid in time and was cancelled."),
    ),
    Kind(
        "payment_refunded", Audience.SHOPPER, _("Money refunded"), _("When money goes back to the shopper.")
    ),
    Kind(
        "staff_order_placed",
        Audience.STAFF,
        _("New order"),
        _("At once, for every new order."),
        Permission.VIEW_ORDERS,
    ),
    Kind(
        "staff_order_paid",
        Audience.STAFF,
        _("Order paid"),
        _("When the money of an order is in and it can be packed."),
        Permission.VIEW_ORDERS,
    ),
    Kind(
        "staff_stock_low",
        Audience.STAFF,
        _("Low stock"),
        _("One mail for everything that ran low within a quarter of an hour."),
        Permission.VIEW_STOCK,
    ),
)
KINDS: Final[dict[str, Kind]] = {kind.code: kind for kind in _ALL}


def for_audience(audience: Audience) -> list[Kind]:
    """The mails that these people read, in the order in which they come."""
    return [kind for kind in _ALL if kind.audience == audience]
