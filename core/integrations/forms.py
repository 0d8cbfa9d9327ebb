"""What may be asked when a key is made."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.integrations import services
from core.integrations.delivery.addresses import LONGEST_URL
from core.integrations.event_types import PUBLIC_EVENTS
from core.integrations.scopes import ScopeGroup, groups_for
from core.kernel.errors import InvalidInput
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


class WebhookForm(forms.Form):
    """Where another system is, and what it shall be told."""

    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST_URL,
        help_text=_("Where the other system listens, such as https://hooks.example.com/store."),
        widget=forms.URLInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    description = forms.CharField(
        label=_("What it is for"),
        max_length=80,
        required=False,
        help_text=_("For example: bookkeeping."),
    )
    event_types = forms.MultipleChoiceField(
        label=_("What it is told"), widget=forms.CheckboxSelectMultiple, choices=[]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(code), each.title) for code, each in PUBLIC_EVENTS.items()]
        self.fields["event_types"].choices = choices  # type: ignore[attr-defined]

    def clean_url(self) -> str:
        """An address that is never called is told at once, beside whatever else is wrong."""
        try:
            return services.checked_url(self.cleaned_data["url"])
        except InvalidInput as refusal:
            raise forms.ValidationError(refusal.message) from refusal

    def rows(self) -> list[tuple[str, Any, Any, bool]]:
        """Each type: code, name, when it is told, and whether it is ticked."""
        ticked = set(self["event_types"].value() or [])
        return [
            (str(code), each.title, each.told_when, code in ticked) for code, each in PUBLIC_EVENTS.items()
        ]


class ReplayForm(forms.Form):
    """How far back to send again."""

    hours = forms.ChoiceField(
        label=_("What happened in the last"),
        choices=[("1", _("hour")), ("24", _("24 hours")), ("168", _("7 days")), ("720", _("30 days"))],
        initial="24",
    )
    whole = forms.BooleanField(
        label=_("Also what has arrived"),
        required=False,
        help_text=_("The other system knows repetitions by their id, if it looks at it."),
    )

    def since(self, now: datetime) -> datetime:
        """The moment from which on everything is sent again."""
        return now - timedelta(hours=int(self.cleaned_data["hours"]))
