"""What members say about the money of an order."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.kernel.fields import RupiahField
from core.orders.forms import BulkForm
from core.payments.models import Payment

_MOST = 10**15


class AmountField(RupiahField):
    """More than nothing, and less than all the money there is."""

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and not 1 <= value <= _MOST:
            raise forms.ValidationError(_("Write an amount above zero."))


class ConfirmForm(forms.Form):
    """A transfer, or a courier's cash, that a member saw."""

    received_amount = AmountField(label=_("Amount that came in"))
    accepts_difference = forms.BooleanField(
        label=_("Accept the difference: the order counts as paid"), required=False
    )

    def __init__(self, payment: Payment, data: Any = None) -> None:
        super().__init__(data, auto_id="confirm_%s", initial={"received_amount": payment.amount})


class RefundForm(forms.Form):
    """Money that goes back."""

    amount = AmountField(label=_("Amount to refund"))
    reason = forms.CharField(label=_("Reason"), max_length=200)
    is_by_hand = forms.BooleanField(
        label=_("I have sent the money myself"),
        required=False,
        help_text=_("Otherwise the payment provider is asked to send it."),
    )
    refundable_seen = forms.IntegerField(min_value=0, max_value=_MOST, widget=forms.HiddenInput)

    def __init__(self, refundable: int, data: Any = None) -> None:
        initial = {"amount": refundable, "refundable_seen": refundable}
        super().__init__(data, auto_id="refund_%s", initial=initial)


class BulkConfirmForm(BulkForm):
    """The member has compared the list with the account statement."""
