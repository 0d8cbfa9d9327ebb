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


_AMOUNT_HELP = _("In whole rupiah; for an invoice in dollars, in cents.")


def _amount_field() -> forms.IntegerField:
    return forms.IntegerField(label=_("Amount"), min_value=1, max_value=10**12, help_text=_AMOUNT_HELP)


class TransferForm(ReasonForm):
    """A transfer that arrived on our account."""

    amount = _amount_field()
    bank_reference = forms.CharField(
        label=_("Reference of the bank"),
        min_length=3,
        max_length=60,
        help_text=_("As the bank statement has it. The same one counts once."),
    )
    field_order = ("amount", "bank_reference", "reason")


class OnceForm(ReasonForm):
    """Something that a second click must not do twice: `once` is new each time the form is shown."""

    once = forms.UUIDField(widget=forms.HiddenInput)


class CreditForm(OnceForm):
    """What is taken back of an invoice."""

    amount = _amount_field()
    field_order = ("amount", "reason", "once")


class GiftForm(OnceForm):
    """Money that a store is given; it pays its next invoices."""

    amount = forms.IntegerField(label=_("Amount in rupiah"), min_value=1, max_value=10_000_000)
    field_order = ("amount", "reason", "once")


class RefundForm(ReasonForm):
    """Which payment goes back, and how much of it."""

    payment = forms.ChoiceField(label=_("Payment"), choices=[])
    amount = _amount_field()
    field_order = ("payment", "amount", "reason")

    def __init__(self, payments: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payment"].choices = payments  # type: ignore[attr-defined]


class SentForm(ReasonForm):
    """That finance has sent a refund, and what the bank calls it."""

    bank_reference = forms.CharField(label=_("Reference of the bank"), min_length=3, max_length=60)
    field_order = ("bank_reference", "reason")


class LookInForm(forms.Form):
    """For how long staff may look in, and why."""

    hours = forms.TypedChoiceField(
        label=_("For how long"),
        coerce=int,
        choices=[(1, _("One hour")), (4, _("Four hours")), (24, _("One day"))],
    )
    reason = forms.CharField(
        label=_("What should our staff look at?"),
        min_length=5,
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
    )


class PauseForm(forms.Form):
    """For how many days a plan rests."""

    days = forms.TypedChoiceField(
        label=_("How long"),
        coerce=int,
        choices=[(30, _("One month")), (60, _("Two months")), (90, _("Three months"))],
    )


class OrderServiceForm(forms.Form):
    """What somebody wishes of a service, and when they would like it."""

    day = forms.DateField(
        label=_("Preferred day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    wish = forms.CharField(
        label=_("What should we know?"),
        max_length=400,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("For example where your products are now, and the best way to reach you."),
    )


class SlotForm(ReasonForm):
    """When a service takes place, by the platform's own clock."""

    slot_at = forms.DateTimeField(
        label=_("Time (Jakarta)"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    field_order = ("slot_at", "reason")


class PartnerForm(forms.Form):
    """Who wants to bring stores, and where their share goes."""

    name = forms.CharField(label=_("Name, as on the bank account"), max_length=80, min_length=3)
    npwp = forms.RegexField(
        r"^[0-9 .-]{15,25}$",
        label="NPWP",
        required=False,
        help_text=_("15 or 16 digits. It stands on your statements."),
    )
    bank = forms.CharField(label=_("Bank"), max_length=40, min_length=2)
    account_number = forms.RegexField(r"^[0-9 -]{5,30}$", label=_("Account number"))

    def clean_npwp(self) -> str:
        """Digits only."""
        digits = "".join(sign for sign in str(self.cleaned_data["npwp"]) if sign.isdigit())
        if digits and len(digits) not in (15, 16):
            raise forms.ValidationError(_("An NPWP has 15 or 16 digits."))
        return digits

    def clean_account_number(self) -> str:
        """Digits only."""
        return "".join(sign for sign in str(self.cleaned_data["account_number"]) if sign.isdigit())


class SurveyForm(forms.Form):
    """How likely somebody would recommend us, and why."""

    score = forms.TypedChoiceField(
        label=_("How likely would you recommend us to a friend who sells, too?"),
        coerce=int,
        choices=[(each, str(each)) for each in range(11)],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a number from 0 to 10.")},
    )
    comment = forms.CharField(
        label=_("Why?"), max_length=1000, required=False, widget=forms.Textarea({"rows": 2})
    )
