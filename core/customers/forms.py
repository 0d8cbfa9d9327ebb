"""What members may say about a customer. They check a dict and never save."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.customers.models import Customer
from core.customers.selectors import SORTS, CustomerFilter
from core.kernel import phones

_SORT_NAMES = {
    "newest": _("Newest first"),
    "recent": _("Latest order first"),
    "spent": _("Most spent first"),
    "orders": _("Most orders first"),
    "name": _("By name"),
}


class CustomerFilterForm(forms.Form):
    """How the list is narrowed and sorted. A parameter that says nothing sensible is left out."""

    sort = forms.ChoiceField(
        label=_("Sort"), required=False, choices=[(name, _SORT_NAMES[name]) for name in SORTS]
    )
    tag = forms.CharField(label=_("Tag"), required=False, max_length=40)
    marketing = forms.BooleanField(label=_("Agreed to offers"), required=False)
    q = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def told(self) -> dict[str, str]:
        """The parameters that mean something, as they stand in an address."""
        self.is_valid()
        told = {name: value for name, value in self.cleaned_data.items() if value}
        return {name: "1" if value is True else str(value) for name, value in told.items()}

    def filters(self) -> CustomerFilter:
        """The same for the selectors."""
        self.is_valid()
        return CustomerFilter(**{name: value for name, value in self.cleaned_data.items() if value})


class CustomerForm(forms.Form):
    """Everything a member may change about a customer."""

    name = forms.CharField(label=_("Name"), max_length=120)
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel"}),
    )
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    language = forms.ChoiceField(label=_("Language"), choices=[("id", "Bahasa Indonesia"), ("en", "English")])
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=900,
        help_text=_("Separate them with commas."),
        widget=forms.TextInput(attrs={"list": "known-tags", "autocomplete": "off"}),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    accepts_marketing = forms.BooleanField(
        label=_("Agreed to offers by mail and WhatsApp"),
        required=False,
        help_text=_("Tick only when the customer said yes. The change is written down with your name."),
    )

    @classmethod
    def about(cls, customer: Customer) -> "CustomerForm":
        """The form as the customer stands now."""
        now = {name: getattr(customer, name) for name in cls.base_fields}
        shown = {"phone": phones.readable(customer.phone), "tags": ", ".join(customer.tags)}
        return cls(initial=now | shown)

    def clean_phone(self) -> str:
        text = self.cleaned_data["phone"]
        try:
            return phones.normalise(text) if text else ""
        except phones.InvalidPhone as wrong:
            raise ValidationError(wrong.message) from wrong

    def clean_tags(self) -> list[str]:
        tags = [tag.strip() for tag in self.cleaned_data["tags"].split(",") if tag.strip()]
        if len(tags) > 20 or any(len(tag) > 40 for tag in tags):
            raise ValidationError(_("Use at most 20 tags of at most 40 characters."))
        return tags

    def changes(self, customer: Customer) -> dict[str, Any]:
        """Only what differs, for customers.edit_customer. Call it on a valid form only."""
        return {name: value for name, value in self.cleaned_data.items() if value != getattr(customer, name)}
