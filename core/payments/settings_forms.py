"""What a seller may type about ways to pay. Forms check a dict; services decide and write."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kernel.store_settings import MOST_PAYMENT_HOURS


class MethodForm(forms.Form):
    """How a way to pay is called, and what shoppers are told."""

    title = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("What shoppers read at the checkout.")
    )
    instructions = forms.CharField(
        label=_("What to tell shoppers"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Shown after ordering, for example until when to pay."),
    )


class AccountForm(forms.Form):
    """A bank account that shoppers transfer to."""

    bank = forms.CharField(
        label=_("Bank"), max_length=40, widget=forms.TextInput(attrs={"list": "banks", "autocomplete": "off"})
    )
    number = forms.CharField(
        label=_("Account number"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    holder = forms.CharField(label=_("Account holder"), max_length=80)


class KeysForm(forms.Form):
    """The keys of the store's own account at a provider. What was typed is never shown again."""

    server_key = forms.CharField(
        label=_("Server key"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("In Midtrans under Settings, Access keys."),
    )
    signature_key = forms.CharField(
        label=_("Signature key"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Only when Midtrans gave you one beside the server key."),
    )
    mode = forms.ChoiceField(
        label=_("Which environment"),
        choices=[("sandbox", _("Sandbox: try it out, no real money")), ("live", _("Live: real money"))],
        widget=forms.RadioSelect,
        initial="sandbox",
    )


class HoursForm(forms.Form):
    """How long an order waits for its money."""

    payment_hours = forms.IntegerField(
        label=_("Time to pay"),
        min_value=1,
        max_value=MOST_PAYMENT_HOURS,
        help_text=_("Afterwards the order is cancelled and its goods can be bought again."),
    )
