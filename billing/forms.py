"""What staff must say before they touch a store: always why."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.plans import LONGEST_EXTENSION_DAYS


class ReasonForm(forms.Form):
    """Why something is done; it stands in the log for good."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=5,
        max_length=300,
        help_text=_("Stands in the log for good, for example the number of the support request."),
    )


class TrialForm(ReasonForm):
    """How many more days."""

    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=LONGEST_EXTENSION_DAYS, initial=14)
    field_order = ("days", "reason")


class PlanForm(ReasonForm):
    """Which plan from now on."""

    plan = forms.ChoiceField(label=_("Plan"), choices=[])
    field_order = ("plan", "reason")

    def __init__(self, plans: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = plans  # type: ignore[attr-defined]


class BackupForm(ReasonForm):
    """Which backup a store goes back to."""

    backup = forms.ChoiceField(label=_("Backup"), choices=[])
    field_order = ("backup", "reason")

    def __init__(self, backups: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["backup"].choices = backups  # type: ignore[attr-defined]


class MoveForm(ReasonForm):
    """Which other deployment a store moves to."""

    target = forms.ChoiceField(label=_("To"), choices=[])
    slug = forms.SlugField(
        label=_("Address there"),
        max_length=40,
        required=False,
        help_text=_("Only if it is to be another one."),
    )
    field_order = ("target", "slug", "reason")

    def __init__(self, targets: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].choices = [(name, name) for name in targets]  # type: ignore[attr-defined]


class TurnBackForm(ReasonForm):
    """Why a move is undone, and whether over what was written there since."""

    lose_newer = forms.BooleanField(
        label=_("Also lose what was written there since it opened"), required=False
    )


class AddressForm(ReasonForm):
    """The store's address, typed by hand, and why it is deleted."""

    address = forms.CharField(label=_("Address of the store"), max_length=60)
    field_order = ("address", "reason")

    def __init__(self, slug: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slug = slug

    def clean_address(self) -> str:
        """Refuse any other address."""
        typed = str(self.cleaned_data["address"]).strip().lower()
        if typed != self.slug:
            raise forms.ValidationError(_("This is not the address of the store."))
        return typed


class CostForm(ReasonForm):
    """What marketing and sales cost in a month."""

    month = forms.DateField(
        label=_("Month"), input_formats=["%Y-%m", "%Y-%m-%d"], widget=forms.TextInput({"type": "month"})
    )
    idr_amount = forms.IntegerField(label=_("Cost in rupiah"), min_value=0, max_value=10**12)
    field_order = ("month", "idr_amount", "reason")


class PauseForm(forms.Form):
    """For how many days a plan rests."""

    days = forms.TypedChoiceField(
        label=_("How long"),
        coerce=int,
        choices=[(30, _("One month")), (60, _("Two months")), (90, _("Three months"))],
    )
