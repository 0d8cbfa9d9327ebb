"""What a seller may set about the store."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.kernel import phones, store_settings
from core.kernel.store_settings import MOST_PAYMENT_HOURS, MOST_THRESHOLD, StoreSettings
from tenants.stores import LONGEST_NAME, TIME_ZONES

_PHONES = ("phone", "whatsapp_phone")


class StoreSettingsForm(forms.Form):
    """The fields of the settings page. `region_search` only helps to find the `region_code`."""

    name = forms.CharField(label=_("Store name"), max_length=LONGEST_NAME)
    legal_name = forms.CharField(
        label=_("Legal name"),
        max_length=120,
        required=False,
        help_text=_("The company or person that sells. It stands on invoices."),
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("Shoppers who answer a mail of yours reach you here.")
    )
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    whatsapp_phone = forms.CharField(
        label=_("WhatsApp"),
        max_length=40,
        required=False,
        help_text=_("Shoppers write to this number from your storefront."),
    )
    address_line = forms.CharField(label=_("Street and house number"), max_length=200, required=False)
    region_code = forms.CharField(label=_("Region"), max_length=13, required=False, widget=forms.HiddenInput)
    region_search = forms.CharField(
        label=_("Village, district or postcode"),
        max_length=80,
        required=False,
        help_text=_("Type at least three letters, then choose from the list."),
    )
    postcode = forms.CharField(label=_("Postcode"), max_length=5, required=False)
    order_prefix = forms.CharField(
        label=_("Order numbers begin with"),
        max_length=6,
        help_text=_("SO gives SO-1001. Old orders keep theirs."),
    )
    payment_hours = forms.IntegerField(
        label=_("Time to pay"),
        min_value=1,
        max_value=MOST_PAYMENT_HOURS,
        help_text=_("An order that is not paid in time is cancelled, and its goods go back on sale."),
    )
    low_stock_threshold = forms.IntegerField(
        label=_("Low stock from"),
        min_value=0,
        max_value=MOST_THRESHOLD,
        help_text=_("For every product without a threshold of its own."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Of the storefront and of mails, unless a reader chose another."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=list(TIME_ZONES.items()))

    def __init__(self, shown: StoreSettings, *args: Any, **kwargs: Any) -> None:
        initial = shown.values()
        initial |= {name: phones.shown(initial[name]) for name in _PHONES if initial[name]}
        initial["region_search"] = shown.region.label if shown.region else ""
        super().__init__(*args, **kwargs)
        self.initial.update(initial)

    def changes(self) -> dict[str, Any]:
        """What `store_settings.update` takes. An emptied search field takes the region away."""
        told = {name: value for name, value in self.cleaned_data.items() if name != "region_search"}
        if not self.cleaned_data["region_search"]:
            told["region_code"] = ""
        return told

    def clean(self) -> dict[str, Any]:
        """Refuse words in the search field from which nothing was chosen."""
        cleaned = super().clean() or {}
        if cleaned.get("region_search") and not cleaned.get("region_code"):
            self.add_error("region_search", _("Choose the village or the postcode from the list."))
        return cleaned

    def candidates(self) -> list[Any]:
        """Regions to choose from, for a browser without scripts and after a mistake."""
        if not self.is_bound or self.data.get("region_code"):
            return []
        return store_settings.found_regions(self.data.get("region_search", ""))
