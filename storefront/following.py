"""An order as its shopper follows it: where it stands, what happened, where its parcels are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _

# Where couriers let anybody look up a waybill. A name contains one of these words, in capitals without signs.
_TRACKING = (
    ("SPX", "https://spx.co.id/track?{waybill}"),
    ("SICEPAT", "https://www.sicepat.com/checkAwb?awb={waybill}"),
    ("ANTERAJA", "https://anteraja.id/id/tracking?awb={waybill}"),
    ("JNE", "https://jne.co.id/tracking-package?awb={waybill}"),
    ("JT", "https://jet.co.id/track?awb={waybill}"),
    ("NINJA", "https://www.ninjaxpress.co/id-id/tracking?id={waybill}"),
    ("LION", "https://lionparcel.com/track/stt?q={waybill}"),
    ("TIKI", "https://tiki.id/id/track?awb={waybill}"),
    ("POS", "https://www.posindonesia.co.id/id/tracking/{waybill}"),
    ("IDEXPRESS", "https://idexpress.com/lacak-paket?awb={waybill}"),
)


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of components/timeline.html."""

    title: str
    moment: datetime
    icon: str
    tone: str = "neutral"
    text: str = ""


def tracking_url(courier: str, waybill: str) -> str:
    """The courier's own page about a parcel; "" for a courier that we do not know."""
    name = "".join(sign for sign in courier.upper() if sign.isalnum())
    pattern = next((url for word, url in _TRACKING if word in name), "")
    return pattern.format(waybill=quote(waybill, safe="")) if waybill else ""


def parcels(sent: Sequence[Any]) -> list[dict[str, Any]]:
    """The parcels that left, each with what is in it and where to follow it."""
    return [
        {
            "courier": parcel.courier_name,
            "waybill": parcel.waybill,
            "url": tracking_url(parcel.courier_name, parcel.waybill),
            "shipped_at": parcel.shipped_at,
            "lines": [(line.quantity, _name(line.order_line)) for line in parcel.lines.all()],
        }
        for parcel in sent
    ]


def timeline(order: Any, sent: Sequence[Any]) -> list[Happening]:
    """What happened so far, newest first."""
    told = [Happening(_("Order placed"), order.placed_at, "shopping-bag")]
    if order.paid_at:
        told.append(Happening(_("Payment received"), order.paid_at, "circle-check", "success"))
    for parcel in sent:
        said = " ".join(filter(None, (parcel.courier_name, parcel.waybill)))
        title = _("Handed over") if order.is_pickup else _("Sent")
        told.append(Happening(title, parcel.shipped_at, "truck", "info", said))
        if parcel.delivered_at:
            told.append(Happening(_("Arrived"), parcel.delivered_at, "package-check", "success"))
    if order.cancelled_at and order.state == "CANCELLED":
        told.append(Happening(_("Cancelled"), order.cancelled_at, "circle-x", "danger", order.cancel_reason))
    return sorted(told, key=lambda entry: entry.moment, reverse=True)


def standing(order: Any) -> tuple[str, str]:
    """Where an order stands, in a few words and a tone."""
    if order.state == "CANCELLED":
        return _("Cancelled"), "danger"
    if order.payment_state in ("REFUNDED", "PARTLY_REFUNDED"):
        return _("Money returned"), "neutral"
    if order.fulfilment_state == "DELIVERED":
        return _("Arrived"), "success"
    if order.fulfilment_state == "FULFILLED":
        return (_("Handed over") if order.is_pickup else _("On its way")), "info"
    if order.fulfilment_state == "PARTLY_FULFILLED":
        return _("Partly on its way"), "info"
    if order.payment_state == "UNPAID" and not order.is_on_delivery:
        return _("Waiting for your payment"), "now"
    return _("Being packed"), "info"


def version(order: Any, payment: Any) -> str:
    """Changes when something happened to the order, or to its newest payment, that its page shows."""
    states = (order.state, order.payment_state, order.fulfilment_state, order.payment_method)
    return "-".join((*states, payment.state if payment else ""))


def _name(line: Any) -> str:
    return " ".join(filter(None, (line.product_title, line.variant_title)))
