"""What a seller may type about shipping. Forms check a dict; services decide and write."""

import csv
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.kernel import regions
from core.kernel.fields import RupiahField, whole_rupiah
from core.shipping.models import MethodKind, ShippingMethod
from core.shipping.pickups import pickup_places, place_id, place_of
from core.shipping.services import LARGEST_AMOUNT, LARGEST_DAYS, LARGEST_GRAMS, MOST_RATES, RateRow

NOT_OF = {
    MethodKind.FLAT: ("weight_tolerance_grams", "location"),
    MethodKind.TABLE: ("amount", "location"),
    MethodKind.PICKUP: ("weight_tolerance_grams", "free_over_amount"),
}
COLUMNS = ("region_code", "region", "up_to_grams", "amount", "per_kg_amount")


class MethodForm(forms.Form):
    """The terms of one way to ship; which ones depends on its kind."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("What shoppers read at the checkout."))
    amount = RupiahField(label=_("Price"), help_text=_("0 is free."))
    free_over_amount = RupiahField(
        label=_("Free from"),
        required=False,
        help_text=_("Costs nothing when the goods cost at least this much. Empty: never free."),
    )
    min_days = forms.IntegerField(label=_("Days, at least"), min_value=0, max_value=LARGEST_DAYS, initial=1)
    max_days = forms.IntegerField(label=_("Days, at most"), min_value=0, max_value=LARGEST_DAYS, initial=3)
    weight_tolerance_grams = forms.IntegerField(
        label=_("Weight given away"),
        min_value=0,
        max_value=999,
        initial=300,
        help_text=_("Grams over a whole kilogram that couriers do not bill: most give 300."),
    )
    location = forms.ChoiceField(
        label=_("Where to fetch it"),
        required=False,
        help_text=_("Locations at which shoppers may pick up; set this under Stock, Locations."),
    )

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = MethodKind(kind)
        for field in NOT_OF[self.kind]:
            del self.fields[field]
        if "location" in self.fields:
            places = [(place.public_id, place.name) for place in pickup_places()]
            self.fields["location"].choices = [("", gettext("The default location")), *places]  # type: ignore[attr-defined]

    @classmethod
    def about(cls, method: ShippingMethod) -> "MethodForm":
        """The form as it stands for a method."""
        place = place_of(method.location_id)
        known = {name: getattr(method, name, None) for name in cls.base_fields}
        return cls(method.kind, initial={**known, "location": place.public_id if place else ""})

    def clean_amount(self) -> int:
        return _within(self.cleaned_data["amount"])

    def clean_free_over_amount(self) -> int | None:
        return _within(self.cleaned_data["free_over_amount"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "min_days" in cleaned and cleaned.get("max_days", LARGEST_DAYS) < cleaned["min_days"]:
            self.add_error("max_days", gettext("Not fewer days than at least."))
        return cleaned

    @property
    def terms(self) -> dict[str, Any]:
        """The terms as the services take them."""
        terms = dict(self.cleaned_data)
        if "location" in terms:
            terms["location_id"] = place_id(terms.pop("location"))
        return terms


class QuoteForm(forms.Form):
    """A parcel to be quoted."""

    region_code = forms.CharField(required=False, max_length=13)
    weight_grams = forms.IntegerField(
        label=_("Weight"), min_value=0, max_value=LARGEST_GRAMS, initial=1000, required=False
    )
    subtotal_amount = RupiahField(label=_("Goods cost"), required=False, initial=100_000)


class RatesFileForm(forms.Form):
    """A rate table as a CSV file, the same shape as the one that can be downloaded."""

    file = forms.FileField(
        label=_("CSV file"), widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"})
    )

    def clean_file(self) -> list[dict[str, str]]:
        upload = self.cleaned_data["file"]
        if upload.size > 500_000:
            raise forms.ValidationError(gettext("This file is too large for a rate table."))
        try:
            text = upload.read().decode("utf-8-sig")
        except UnicodeDecodeError as odd:
            raise forms.ValidationError(gettext("Save the file as CSV in UTF-8 and try again.")) from odd
        separator = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
        try:
            rows = list(csv.reader(text.splitlines(), delimiter=separator))[1:]
        except csv.Error:
            # Such as a cell that a quote opens and nothing closes.
            rows = []
        if not rows or len(rows) > MOST_RATES or any("\x00" in cell for row in rows for cell in row):
            raise forms.ValidationError(gettext("This is not a rate table. Download one to see its shape."))
        return [dict(zip(COLUMNS, [*row, *[""] * 5], strict=False)) for row in rows if any(row)]


def typed_rates(data: QueryDict) -> list[dict[str, str]]:
    """The rows of the rate editor as they were typed; empty ones are left out."""
    columns = ("region_code", "up_to_grams", "amount", "per_kg_amount")
    cells = [data.getlist(name) for name in columns]
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=False)]
    return [row for row in rows if any(row[name].strip() for name in columns)]


def read_rates(typed: list[dict[str, str]]) -> tuple[list[RateRow], str]:
    """The rows as the services take them, and what is wrong; a wrong row gets the mark `wrong`."""
    rows = []
    for row in typed:
        try:
            rows.append(_rate(row))
        except ValueError:
            row["wrong"] = "1"
    if len(rows) < len(typed):
        return [], gettext(
            "Write a region, whole grams and whole rupiah. The marked rows need your attention."
        )
    return rows, ""


def named_rates(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows with the names of their regions."""
    return [{**row, "region": region_name(row["region_code"])} for row in rows]


def region_name(code: str) -> str:
    """How a region is called in a rate table."""
    if not code:
        return gettext("All of Indonesia")
    found = regions.find(code[:13])
    return found.label if found else code[:13]


def _rate(row: dict[str, str]) -> RateRow:
    """One row. Raises ValueError for a cell that is not what it should be."""
    code = row["region_code"].strip().removeprefix("'")
    if code:
        region = regions.find(code) if len(code) <= 13 else None
        if region is None:
            raise ValueError(code)
        code = region.code
    grams = row["up_to_grams"].strip()
    up_to = whole_rupiah(grams) if grams else None
    amount, per_kg = (whole_rupiah(row[name].strip() or "0") for name in ("amount", "per_kg_amount"))
    if (up_to is not None and not 1 <= up_to <= LARGEST_GRAMS) or max(amount, per_kg) > LARGEST_AMOUNT:
        raise ValueError(grams)
    return RateRow(code, up_to, amount, per_kg)


def _within(amount: int | None) -> Any:
    if amount is not None and amount > LARGEST_AMOUNT:
        raise forms.ValidationError(gettext("This is more than a parcel can cost."))
    return amount
