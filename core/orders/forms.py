"""What members may send about orders. They check a dict and never save."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.kernel import phones, regions
from core.kernel.regions import Region, RegionLevel
from core.orders import registry
from core.orders.models import FulfilmentState, Order, OrderSource, OrderState, PaymentState
from core.orders.selectors import BEHIND_NUMBERS, VIEWS, OrderFilter
from core.orders.services import DraftAddress

_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)
_ANY = ("", _("Any"))


class DayField(forms.DateField):
    """A day of this century, as browsers send it."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        if day is not None and not _FIRST_DAY <= day <= _LAST_DAY:
            raise ValidationError(_("Choose a day of this century."))
        return day


class OrderFilterForm(forms.Form):
    """How the list is narrowed. A parameter that says nothing sensible is left out."""

    payment = forms.ChoiceField(label=_("Payment"), required=False, choices=[_ANY, *PaymentState.choices])
    fulfilment = forms.ChoiceField(
        label=_("Shipping"), required=False, choices=[_ANY, *FulfilmentState.choices]
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=[_ANY, *OrderState.choices])
    method = forms.RegexField(
        label=_("Payment method"), regex=r"^[A-Z_]{2,20}$", required=False, widget=forms.Select
    )
    source = forms.ChoiceField(label=_("Source"), required=False, choices=[_ANY, *OrderSource.choices])
    tag = forms.CharField(
        label=_("Tag"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"list": "known-tags", "autocomplete": "off"}),
    )
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until"), required=False)
    view = forms.ChoiceField(
        required=False, choices=[(name, name) for name in VIEWS | BEHIND_NUMBERS], widget=forms.HiddenInput
    )
    q = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["method"].widget.choices = [_ANY, *registry.payment_methods.items()]

    def told(self) -> dict[str, str]:
        """The parameters that mean something, as they stand in an address."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}

    def filters(self) -> OrderFilter:
        """The same for the selectors."""
        self.is_valid()
        return OrderFilter(**{name: value for name, value in self.cleaned_data.items() if value})


class SaveViewForm(forms.Form):
    """A name for the filters that are on."""

    name = forms.CharField(label=_("Name of the view"), max_length=40)
    query = forms.CharField(max_length=500, widget=forms.HiddenInput)

    def clean_query(self) -> str:
        """Only what the list itself understands is kept."""
        told = OrderFilterForm(dict(parse_qsl(self.cleaned_data["query"].lstrip("?")))).told()
        if not told:
            raise ValidationError(_("Narrow the list first: a view keeps its filters."))
        return urlencode(told)


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Note of the staff"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Shoppers never see it."),
    )


class BulkForm(forms.Form):
    """What a seller adds to a bulk action. `orders` are the ones it is about."""

    def __init__(self, *args: Any, orders: Sequence[Order] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.orders = orders

    def told(self) -> dict[str, Any]:
        """The answers as JSON values. Call it on a valid form only."""
        return dict(self.cleaned_data)


class NothingMore(BulkForm):
    """The choice of orders says it all."""


class TagsForm(BulkForm):
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=900,
        help_text=_("Separate them with commas."),
        widget=forms.TextInput(attrs={"list": "known-tags", "autocomplete": "off"}),
    )

    def clean_tags(self) -> list[str]:
        tags = [tag.strip() for tag in self.cleaned_data["tags"].split(",") if tag.strip()]
        if len(tags) > 20 or any(len(tag) > 40 for tag in tags):
            raise ValidationError(_("Use at most 20 tags of at most 40 characters."))
        return tags


class CancelForm(BulkForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "cancel-reasons", "autocomplete": "off"}),
        help_text=_("It stands in the timeline, and in the message to the shopper."),
    )
    restock = forms.BooleanField(
        label=_("Put the units back on sale"),
        required=False,
        initial=True,
        help_text=_("Untick for goods that are lost or damaged: they leave the count."),
    )


class AddressForm(forms.Form):
    """Where an order goes. The region is searched by `area` and chosen by its code."""

    recipient_name = forms.CharField(label=_("Recipient's name"), max_length=120)
    address_phone = forms.CharField(
        label=_("Phone"), max_length=40, widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel"})
    )
    address_line = forms.CharField(label=_("Street and house number"), max_length=200)
    landmark = forms.CharField(label=_("Landmark"), required=False, max_length=120)
    area = forms.CharField(
        label=_("Village or postcode"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Type to search, then choose one below."),
    )
    region_code = forms.RegexField(
        regex=r"^[0-9.]{2,13}$",
        label=_("Village or district"),
        widget=forms.HiddenInput,
        error_messages={"required": _("Choose the village or district from the list.")},
    )

    def clean_address_phone(self) -> str:
        try:
            return phones.normalise(self.cleaned_data["address_phone"])
        except phones.InvalidPhone as wrong:
            raise ValidationError(wrong.message) from wrong

    def clean_region_code(self) -> str:
        code = self.cleaned_data["region_code"]
        self.region = regions.find(code)
        if self.region is None or self.region.level < RegionLevel.DISTRICT:
            raise ValidationError(_("Choose the village or district from the list."))
        return code

    def address(self) -> DraftAddress:
        """What orders.edit_address asks for. Call it on a valid form only."""
        assert self.region is not None
        return address_in(self.region, {name: self.cleaned_data[name] for name in _TYPED})


_TYPED = ("recipient_name", "address_phone", "address_line", "landmark")


def address_in(region: Region, typed: dict[str, str]) -> DraftAddress:
    """An address with the names of its region, as they are called today."""
    return DraftAddress(
        **typed,
        region_code=region.code,
        province=region.province,
        regency=region.regency,
        district=region.district,
        village=region.village,
        postcode=region.postcode,
    )
