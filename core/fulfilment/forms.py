"""What members say about parcels."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.fulfilment.services import LONGEST_LINE, ParcelDraft
from core.orders.forms import BulkForm
from core.orders.models import Order, OrderLine

# Offered while typing; any other name is fine.
COURIERS = (
    "JNE",
    "J&T Express",
    "SiCepat",
    "AnterAja",
    "Ninja Xpress",
    "Pos Indonesia",
    "TIKI",
    "Lion Parcel",
    "ID Express",
    "SPX Express",
    "Wahana",
    "GoSend",
    "GrabExpress",
    "Paxel",
)


def _courier() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Courier"),
        required=False,
        max_length=LONGEST_LINE,
        widget=forms.TextInput(attrs={"list": "couriers", "autocomplete": "off"}),
    )


def _waybill() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Waybill number"),
        required=False,
        max_length=LONGEST_LINE,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class WaybillForm(forms.Form):
    courier_name = _courier()
    waybill = _waybill()


class ShipForm(WaybillForm):
    """A parcel: everything that is left, or fewer units per line."""

    left_seen = forms.IntegerField(min_value=0, max_value=10**9, widget=forms.HiddenInput)

    def __init__(self, order: Order, data: Any = None) -> None:
        self.order = order
        self.open_lines = [
            line for line in sorted(order.lines.all(), key=lambda line: line.pk) if line.left_quantity
        ]
        left = sum(line.left_quantity for line in self.open_lines)
        super().__init__(
            data, auto_id="ship_%s", initial={"left_seen": left, "courier_name": courier_of(order)}
        )
        for number, line in enumerate(self.open_lines):
            self.fields[f"quantity-{number}"] = forms.IntegerField(
                label=line.product_title,
                required=False,
                min_value=0,
                max_value=line.left_quantity,
                initial=line.left_quantity,
            )

    def quantity_rows(self) -> Iterator[tuple[OrderLine, forms.BoundField]]:
        """Each line that is still to be sent, with its field."""
        for number, line in enumerate(self.open_lines):
            yield line, self[f"quantity-{number}"]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not self.errors and not any(self._quantities().values()):
            raise ValidationError(_("Choose at least one unit to send."))
        return told

    def _quantities(self) -> dict[str, int]:
        """SKU -> units; a field left empty sends nothing, a form without the fields sends all."""
        named = [f"quantity-{number}" for number in range(len(self.open_lines))]
        if not any(name in self.data for name in named):
            return {line.sku: line.left_quantity for line in self.open_lines}
        return {
            line.sku: self.cleaned_data.get(name) or 0
            for name, line in zip(named, self.open_lines, strict=True)
        }

    def parcel(self) -> ParcelDraft:
        """What fulfilment.ship_as_seen asks for. Call it on a valid form only."""
        return ParcelDraft(
            quantities=self._quantities(),
            courier_name=self.cleaned_data["courier_name"],
            waybill=self.cleaned_data["waybill"],
        )


def courier_of(order: Order) -> str:
    """The courier that the shopper chose, as far as the shipping method's name says it."""
    name = order.shipping_method_name.lower()
    return next((courier for courier in COURIERS if courier.lower() in name), "")


class BulkShipForm(BulkForm):
    """One courier for all, and a waybill number for each order."""

    courier_name = _courier()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for order in self.orders:
            field = self.fields[f"waybill-{order.public_id}"] = _waybill()
            field.widget.attrs["placeholder"] = field.label

    def waybill_rows(self) -> Iterator[tuple[Order, forms.BoundField]]:
        """Each order with its field."""
        for order in self.orders:
            yield order, self[f"waybill-{order.public_id}"]

    def told(self) -> dict[str, Any]:
        """The answers as JSON values."""
        waybills = {order.public_id: self.cleaned_data[f"waybill-{order.public_id}"] for order in self.orders}
        return {"courier_name": self.cleaned_data["courier_name"], "waybills": waybills}
