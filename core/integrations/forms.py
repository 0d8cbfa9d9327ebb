"""What may be asked when a key is made."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.permissions import Actor, Permission


class ApiKeyForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("For example: cashier at the shop."))
    scopes = forms.MultipleChoiceField(
        label=_("What this key may do"), widget=forms.CheckboxSelectMultiple, choices=[]
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = sorted(actor.permissions, key=list(Permission).index)
        self.fields["scopes"].choices = [(str(scope), str(scope)) for scope in held]  # type: ignore[attr-defined]
