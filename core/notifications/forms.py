"""Which mails a member asks for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.notifications.selectors import MailChoices


class MailChoicesForm(forms.Form):
    """One tick per mail that the member's role allows."""

    wanted = forms.MultipleChoiceField(
        label=_("Mails"), widget=forms.CheckboxSelectMultiple, choices=[], required=False
    )

    def __init__(self, choices: MailChoices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["wanted"] = choices.wanted
        self.fields["wanted"].choices = [(kind.code, kind.title) for kind, _on in choices.choices]  # type: ignore[attr-defined]
