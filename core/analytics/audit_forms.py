"""What may be asked of the audit log."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.analytics.audit_words import ACTIONS, SUBJECTS
from core.analytics.selectors.acting import AuditFilters


class AuditFilterForm(forms.Form):
    """Filters in the URL. A value that is no choice is as good as none: an old link still opens."""

    actor = forms.CharField(label=_("Who"), required=False, max_length=60, widget=forms.Select)
    subject = forms.ChoiceField(label=_("Of what"), required=False)
    action = forms.ChoiceField(label=_("What happened"), required=False)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Mapping[str, Any] | None, *, actors: list[tuple[str, str]]) -> None:
        super().__init__(data)
        every = ("", _("All"))
        self.fields["actor"].widget.choices = [every, *actors]
        self.fields["subject"].choices = [every, *_by_name(SUBJECTS)]  # type: ignore[attr-defined]
        self.fields["action"].choices = [every, *_by_name(ACTIONS)]  # type: ignore[attr-defined]

    def filters(self, query: str) -> AuditFilters:
        """What was asked for, without what cannot be."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return AuditFilters(**given, query=query)


def _by_name(words: dict) -> list[tuple[str, str]]:
    return sorted(((code, str(name)) for code, name in words.items()), key=lambda choice: choice[1].lower())
