"""What shoppers send."""

import re
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.catalog.selectors import SORTS, CardFilters
from core.checkout.services import LARGEST_QUANTITY, Purchase

LARGEST_AMOUNT = 10**12
_AMOUNT = {"class": "field-input", "inputmode": "numeric", "min": "0", "step": "any"}
_OPTION = re.compile(r"^option-([0-9]{1,2})$")
_VALUE = re.compile(r"^[0-9]{1,18}$")
_ID = r"^[a-z]{3}_[a-z2-7]{22}\Z"


class LineForm(forms.Form):
    """So many of one variant."""

    variant = forms.RegexField(regex=_ID)
    quantity = forms.IntegerField(min_value=0, max_value=LARGEST_QUANTITY, initial=1)

    def line(self) -> dict[str, Any]:
        """The arguments of checkout.add_line and set_line."""
        return {
            "variant_id": self.cleaned_data["variant"],
            "quantity": self.cleaned_data["quantity"],
        }


def is_public_id(text: str) -> bool:
    """Whether a text has the shape of an id, so that it may be looked for."""
    return re.match(_ID, text) is not None


def option_values(told: QueryDict) -> list[int]:
    """The ids of the option values that were ticked on a product page, in the order of its options."""
    ticked = sorted(
        (int(match[1]), value)
        for name, value in told.items()
        if (match := _OPTION.match(name)) and isinstance(value, str) and _VALUE.match(value)
    )
    return [int(value) for _position, value in ticked]


class CheckoutForm(forms.Form):
    """The checkout's one page: seven visible fields, and two choices that start as radio buttons."""

    phone = forms.CharField(
        label=_("WhatsApp number"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel", "placeholder": "0812 3456 7890"}
        ),
    )
    name = forms.CharField(
        label=_("Recipient's name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        help_text=_("For the order's confirmation."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    area = forms.CharField(
        label=_("Village or postcode"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": _("Such as Dago or 40135"), "autocomplete": "off"}),
    )
    address_line = forms.CharField(
        label=_("Street and house number"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    landmark = forms.CharField(
        label=_("Landmark"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": _("Such as: green fence, opposite the mosque")}),
    )
    note = forms.CharField(
        label=_("Note for the store"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    region_code = forms.RegexField(regex=r"^[0-9.]{2,13}$", required=False, label=_("Address"))
    shipping_method = forms.RegexField(regex=_ID, required=False, label=_("Shipping"))
    payment_method = forms.RegexField(regex=r"^[A-Z_]{2,20}$", required=False, label=_("Payment"))
    expected_amount = forms.IntegerField(required=False, min_value=0, label=_("Total"))

    def purchase(self, language: str) -> Purchase:
        """What checkout.place_order asks for. Call it on a valid form only."""
        told = {name: value for name, value in self.cleaned_data.items() if name != "area"}
        return Purchase(**told, language=language)


class ListingForm(forms.Form):
    """How a list is narrowed and sorted. A parameter that says nothing sensible is left out."""

    sort = forms.ChoiceField(choices=[(sort, sort) for sort in SORTS], required=False)
    min = forms.IntegerField(
        label=_("Lowest price"),
        min_value=0,
        max_value=LARGEST_AMOUNT,
        required=False,
        widget=forms.NumberInput(attrs={**_AMOUNT, "placeholder": _("Rp from")}),
    )
    max = forms.IntegerField(
        label=_("Highest price"),
        min_value=0,
        max_value=LARGEST_AMOUNT,
        required=False,
        widget=forms.NumberInput(attrs={**_AMOUNT, "placeholder": _("Rp to")}),
    )
    in_stock = forms.BooleanField(label=_("In stock"), required=False)
    reduced = forms.BooleanField(label=_("Reduced"), required=False)
    brand = forms.MultipleChoiceField(label=_("Brand"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, told: QueryDict, brands: list[tuple[str, str]]) -> None:
        """`brands` are (name, slug) of what may be chosen."""
        super().__init__(told, auto_id="filter-%s")
        choice = self.fields["brand"]
        assert isinstance(choice, forms.MultipleChoiceField)
        choice.choices = [(slug, name) for name, slug in brands]

    def told(self) -> dict[str, Any]:
        """The parameters that mean something, as they stand in an address."""
        sensible = {
            name: value for name, value in self.cleaned_data.items() if value not in ("", None, False, [])
        }
        return {name: "1" if value is True else value for name, value in sensible.items()}

    def filters(self) -> CardFilters:
        """The same for the catalogue."""
        told = self.cleaned_data
        return CardFilters(
            min_amount=told.get("min"),
            max_amount=told.get("max"),
            in_stock=told.get("in_stock", False),
            reduced=told.get("reduced", False),
            brands=told.get("brand") or [],
        )
