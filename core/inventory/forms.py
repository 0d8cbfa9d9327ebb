"""What a seller may type about stock. Forms check a dict; services decide and write."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.inventory.models import Location, LocationKind
from core.inventory.services.ledger import LARGEST_QUANTITY, LONGEST_REASON, LONGEST_REFERENCE
from core.kernel import regions

LONGEST_NOTE = 50


class Reason(models.TextChoices):
    """What most often changes a count besides a sale. The ledger keeps the words, not the code."""

    RECOUNTED = "RECOUNTED", _("Counted again")
    DAMAGED = "DAMAGED", _("Damaged")
    LOST = "LOST", _("Lost or stolen")
    FOUND = "FOUND", _("Found again")
    RETURNED = "RETURNED", _("Came back")
    USED = "USED", _("Sample or own use")
    OTHER = "OTHER", _("Other reason")


class Units(forms.IntegerField):
    """Whole units, with the number pad on a phone."""

    def __init__(self, *, least: int = 0, **options: Any) -> None:
        super().__init__(min_value=least, max_value=LARGEST_QUANTITY, **options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "numeric", "autocomplete": "off"}


class RecountForm(forms.Form):
    """The count as it should be, beside the count that the seller saw. What is meant is the difference.

    So a sale that leaves meanwhile is neither lost nor counted twice.
    """

    seen = forms.IntegerField(min_value=0, max_value=LARGEST_QUANTITY, widget=forms.HiddenInput)
    counted = Units(label=_("On hand"))
    reason = forms.ChoiceField(label=_("Reason"), choices=Reason.choices, initial=Reason.RECOUNTED)
    note = forms.CharField(label=_("Note"), max_length=LONGEST_NOTE, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reason") == Reason.OTHER and not cleaned.get("note"):
            self.add_error("note", gettext("Say why the count changes."))
        if {"seen", "counted"} <= cleaned.keys():
            cleaned["by"] = cleaned["counted"] - cleaned["seen"]
            if cleaned["by"] == 0:
                self.add_error("counted", gettext("Enter another number than the one that is there."))
        return cleaned

    @property
    def told(self) -> str:
        """The reason as the ledger keeps it."""
        label = str(Reason(self.cleaned_data["reason"]).label)
        note = self.cleaned_data["note"]
        if self.cleaned_data["reason"] == Reason.OTHER:
            return note
        return f"{label}: {note}" if note else label


class CountForm(forms.Form):
    """What was counted on the shelf."""

    counted = Units(
        label=_("Counted on the shelf"),
        help_text=_("Everything that lies there, promised units included. The number replaces the old one."),
    )
    reason = forms.CharField(label=_("Note"), max_length=LONGEST_REASON, required=False)


class ReceiptForm(forms.Form):
    """Goods that arrived from a supplier."""

    quantity = Units(label=_("Units that arrived"), least=1)
    reference = forms.CharField(
        label=_("Delivery note"),
        max_length=LONGEST_REFERENCE,
        required=False,
        help_text=_("The supplier's number, to find this delivery again."),
    )
    reason = forms.CharField(label=_("Note"), max_length=LONGEST_REASON, required=False)


class RulesForm(forms.Form):
    """What is kept back, and when to warn."""

    safety = Units(
        label=_("Safety stock"),
        help_text=_("Units that are never offered to shoppers: for exchanges, or for slow counting."),
    )
    low_stock_threshold = Units(
        label=_("Warn at"),
        required=False,
        help_text=_("Low stock from this many available units. Empty: the rule of the SKU or of the store."),
    )


class HoldForm(forms.Form):
    """Units put aside by hand."""

    quantity = Units(label=_("Units to put aside"), least=1)
    reference = forms.CharField(
        label=_("For whom or what"), max_length=LONGEST_REFERENCE, help_text=_("For example: bazaar 12 May.")
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Sold again the day after. Empty: until you let go of them."),
    )
    note = forms.CharField(label=_("Note"), max_length=LONGEST_REASON, required=False)

    def clean_until(self) -> datetime | None:
        day = self.cleaned_data["until"]
        if day is None:
            return None
        today = timezone.localdate()
        if not today <= day <= today + timedelta(days=366):
            raise forms.ValidationError(gettext("Choose a day from today to a year from now."))
        return end_of(day)


class LocationForm(forms.Form):
    """A place that holds goods."""

    name = forms.CharField(label=_("Name"), max_length=60)
    code = forms.CharField(
        label=_("Code"), max_length=12, help_text=_("Short and unique, for labels: BDG-1."), strip=True
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=LocationKind.choices, initial=LocationKind.WAREHOUSE)
    address_line = forms.CharField(label=_("Street and number"), max_length=200, required=False)
    region_code = forms.CharField(label=_("Region"), max_length=13, required=False, widget=forms.HiddenInput)
    postcode = forms.RegexField(
        r"^\d{5}$",
        label=_("Postcode"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 5}),
        error_messages={"invalid": _("A postcode has five digits.")},
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel"}),
    )
    allows_pickup = forms.BooleanField(
        label=_("Shoppers may pick up here"),
        required=False,
        help_text=_("Offer it by a pick-up method under Shipping."),
    )

    @property
    def region(self) -> regions.Region | None:
        """The region that is chosen now, also while the form has errors."""
        return regions.find(str(self["region_code"].value() or "")[:13])


class TransferForm(forms.Form):
    """From where to where. The lines beside it are read by `read_lines`."""

    source_id = forms.ChoiceField(label=_("From"))
    destination_id = forms.ChoiceField(label=_("To"))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, places: Sequence[Location], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(place.public_id, place.name) for place in places]
        for field in ("source_id", "destination_id"):
            self.fields[field].choices = choices  # type: ignore[attr-defined]
        if len(choices) > 1:
            self.fields["destination_id"].initial = choices[1][0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("source_id") and cleaned.get("source_id") == cleaned.get("destination_id"):
            self.add_error("destination_id", gettext("Choose two different locations."))
        return cleaned


class PastForm(forms.Form):
    """Which day is asked for, and where."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    location = forms.ChoiceField(label=_("Location"), required=False)

    def __init__(self, places: Sequence[Location], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = [("", gettext("All locations")), *((place.public_id, place.name) for place in places)]
        self.fields["location"].choices = every  # type: ignore[attr-defined]
        self.fields["day"].widget.attrs["max"] = timezone.localdate().isoformat()

    def clean_day(self) -> date:
        day = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise forms.ValidationError(gettext("That day is still to come."))
        return day

    @property
    def moment(self) -> datetime:
        """The end of the day in the store's zone."""
        return end_of(self.cleaned_data["day"])


def end_of(day: date) -> datetime:
    """The last moment of a day in the active time zone."""
    return timezone.make_aware(datetime.combine(day, time.max))


def read_lines(data: QueryDict) -> tuple[list[dict[str, str]], dict[str, int], str]:
    """The lines of a transfer as they were typed, as SKU -> units, and what is wrong with them.

    Empty lines are skipped; a SKU that stands twice counts together.
    """
    pairs = zip(data.getlist("sku"), data.getlist("quantity"), strict=False)
    typed = [
        {"sku": sku.replace("\x00", "").strip()[:64], "quantity": quantity.strip()[:12]}
        for sku, quantity in pairs
    ]
    typed = [line for line in typed if line["sku"] or line["quantity"]]
    units: Counter[str] = Counter()
    for line in typed:
        number = units_in(line["quantity"])
        if not line["sku"] or number is None or not number:
            line["wrong"] = "1"
            continue
        units[line["sku"]] += number
    if any("wrong" in line for line in typed):
        return typed, dict(units), gettext("Each line needs a SKU and how many units, at least 1.")
    return typed, dict(units), "" if typed else gettext("Add at least one SKU.")


def read_arrivals(data: QueryDict) -> tuple[dict[str, int], str]:
    """SKU -> units that arrived now, from pairs of `sku` and `arrived`, and what is wrong with them."""
    arrived = {}
    for sku, typed in zip(data.getlist("sku"), data.getlist("arrived"), strict=False):
        number = units_in(typed.strip() or "0")
        if number is None:
            return {}, gettext("Enter whole numbers, 0 where nothing arrived.")
        arrived[sku] = number
    return arrived, ""


def units_in(typed: str) -> int | None:
    """The whole number that somebody typed; None when it is none, or too large to be one."""
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 9 else None
    return None if number is None or number > LARGEST_QUANTITY else number
