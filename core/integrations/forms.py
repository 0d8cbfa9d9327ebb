"""What may be asked when a key is made."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.integrations.scopes import ScopeGroup, groups_for
from tenants.permissions import Actor

_EXPIRIES = [
    ("", _("It never ends")),
    ("30", _("In 30 days")),
    ("90", _("In 90 days")),
    ("365", _("In one year")),
]


class ApiKeyForm(forms.Form):
    """A name, what the key may do, and until when."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("For example: cashier at the shop."))
    expires_in = forms.ChoiceField(
        label=_("Ends"),
        choices=_EXPIRIES,
        required=False,
        help_text=_("A key that ends by itself does no harm when it is forgotten."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What this key may do"), widget=forms.CheckboxSelectMultiple, choices=[]
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups: list[ScopeGroup] = groups_for(actor)
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            (str(scope), words) for group in self.groups for scope, words in group.scopes
        ]

    def expires_at(self, now: datetime) -> datetime | None:
        """When the key ends; None never."""
        days = self.cleaned_data["expires_in"]
        return now + timedelta(days=int(days)) if days else None

    def chosen(self) -> set[str]:
        """The scopes that are ticked."""
        return set(self["scopes"].value() or [])
