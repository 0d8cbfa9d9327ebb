"""The bulk verbs that orders themselves know: cancel, tag, issue invoices."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.kernel.formats import format_money
from core.orders import forms
from core.orders import services as orders
from core.orders.models import Order, PaymentState
from core.orders.registry import BulkVerb, add_bulk_verb
from tenants.permissions import Actor, Permission

_PAID = (PaymentState.PAID, PaymentState.PARTLY_REFUNDED)


def _cancel(order: Order, told: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    if order.state == "CANCELLED":
        raise orders.MoveRefused(order, str(_("It is cancelled already.")))
    orders.cancel(
        order_id=order.pk, reason=told["reason"], restock=bool(told.get("restock")), actor=actor, now=now
    )


def _say_cancel(chosen: Sequence[Order]) -> str:
    units = sum(line.quantity for order in chosen for line in order.lines.all())
    paid = sum(order.total_amount - order.refunded_amount for order in chosen if order.payment_state in _PAID)
    text = ngettext("%(units)s unit goes back on sale.", "%(units)s units go back on sale.", units) % {
        "units": units
    }
    if paid:
        text += " " + str(_("%(amount)s was paid and then waits to be refunded.")) % {
            "amount": format_money(paid)
        }
    return text


def _tag(order: Order, told: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    orders.add_tags(order_id=order.pk, tags=told["tags"], actor=actor)


def _say_tag(chosen: Sequence[Order]) -> str:
    return str(_("The tags are added; those that an order has stay."))


def _invoice(order: Order, told: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    orders.issue_invoice(order_id=order.pk, actor=actor, now=now)


def _say_invoice(chosen: Sequence[Order]) -> str:
    new = sum(1 for order in chosen if not hasattr(order, "invoice"))
    return ngettext(
        "%(new)s order gets an invoice with the next number; it can never be changed.",
        "%(new)s orders get invoices with the next numbers; they can never be changed.",
        new,
    ) % {"new": new}


add_bulk_verb(
    BulkVerb(
        code="INVOICE",
        label=_("Issue invoices"),
        icon="file-text",
        position=40,
        permission=Permission.EDIT_ORDERS,
        form=forms.NothingMore,
        run=_invoice,
        preview=_say_invoice,
    )
)
add_bulk_verb(
    BulkVerb(
        code="TAG",
        label=_("Add tags"),
        icon="tag",
        position=60,
        permission=Permission.EDIT_ORDERS,
        form=forms.TagsForm,
        run=_tag,
        preview=_say_tag,
    )
)
add_bulk_verb(
    BulkVerb(
        code="CANCEL",
        label=_("Cancel these orders"),
        icon="circle-x",
        position=90,
        permission=Permission.CANCEL_ORDERS,
        form=forms.CancelForm,
        run=_cancel,
        preview=_say_cancel,
        is_loss=True,
    )
)
