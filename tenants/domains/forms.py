"""What is asked when a domain is added."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DomainForm(forms.Form):
    """A domain, as people type or paste it."""

    name = forms.CharField(
        label=_("Your domain"),
        max_length=300,
        help_text=_("For example tokoanda.com or www.tokoanda.com. You need to own it already."),
        widget=forms.TextInput(
            attrs={
                "inputmode": "url",
                "autocapitalize": "none",
                "autocomplete": "off",
                "spellcheck": "false",
                "placeholder": "tokoanda.com",
            }
        ),
    )
