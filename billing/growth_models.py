"""How sellers come, stay and speak of us: partners, the funnel, surveys, costs, and consent to look in."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from core.kernel.money import Money


class PartnerState(models.TextChoices):
    APPLIED = "APPLIED", _("Applied")
    ACTIVE = "ACTIVE", _("Active")
    ENDED = "ENDED", _("Ended")


class Partner(models.Model):
    """Somebody who brings stores and gets a share of what they pay."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    user = models.OneToOneField("tenants.User", models.PROTECT, related_name="partner")
    # What stands in the referral link.
    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    npwp = models.CharField(max_length=16, blank=True)
    bank = models.CharField(max_length=40, blank=True)
    account_number = models.CharField(max_length=30, blank=True)
    account_name = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=7, choices=PartnerState, default=PartnerState.APPLIED)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.code


class CommissionTier(models.Model):
    """A share for partners by how many paying stores they have: data, the highest that fits counts."""

    from_stores = models.PositiveIntegerField(unique=True)
    basis_points = models.PositiveSmallIntegerField()
    # For so many months after a store's first payment.
    months = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"from {self.from_stores}: {self.basis_points}"

    @property
    def percent(self) -> str:
        """The share as a person reads it, in the language in force."""
        whole, rest = divmod(self.basis_points, 100)
        return number_format(f"{whole}.{rest:02d}").rstrip("0").rstrip(".,") if rest else str(whole)


class Referral(models.Model):
    """A store that came through a partner's link. `held_for` says why nothing is paid on it."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="referrals")
    store = models.OneToOneField("tenants.Store", models.PROTECT, related_name="referral")
    held_for = models.CharField(max_length=40, blank=True)
    first_paid_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.partner_id} brought {self.store_id}"


class CommissionKind(models.TextChoices):
    EARNED = "EARNED", _("Commission")
    CLAWED_BACK = "CLAWED_BACK", _("Taken back")


class PayoutState(models.TextChoices):
    OPEN = "OPEN", _("To be paid")
    PAID = "PAID", _("Paid")


class Payout(models.Model):
    """A partner's statement for a month: what was earned, what was taken back, what is sent to their bank."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="payouts")
    month = models.DateField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    state = models.CharField(max_length=4, choices=PayoutState, default=PayoutState.OPEN)
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "month", "currency"], name="payout_one_per_month")
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.month:%Y-%m}"

    @property
    def money(self) -> Money:
        """What is sent."""
        return Money(self.amount, self.currency)


class CommissionEntry(models.Model):
    """A partner's share of one payment that was collected, or what a refund took back of it. Only grows."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="commissions")
    store = models.ForeignKey("tenants.Store", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=11, choices=CommissionKind)
    # The payment or refund that it comes from.
    source_ref = models.CharField(max_length=80)
    currency = models.CharField(max_length=3)
    basis_amount = models.BigIntegerField()
    basis_points = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField()
    payout = models.ForeignKey(Payout, models.PROTECT, null=True, related_name="entries")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "kind", "source_ref"], name="commission_entry_once")
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.amount}"


class Step(models.TextChoices):
    """From the first look to the first sale. A visit has no store; it is counted by the day."""

    SIGNED_UP = "SIGNED_UP", _("Signed up")
    VERIFIED = "VERIFIED", _("Address confirmed")
    FIRST_PRODUCT = "FIRST_PRODUCT", _("First product")
    LIVE = "LIVE", _("Shop open")
    FIRST_SALE = "FIRST_SALE", _("First sale")


class FunnelStep(models.Model):
    """When a store first reached a step."""

    store = models.ForeignKey("tenants.Store", models.CASCADE, related_name="funnel")
    step = models.CharField(max_length=13, choices=Step)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "step"], name="funnel_step_once")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.step}"


class VisitDay(models.Model):
    """How many people looked at the front page on a day, and where they came from. Nobody is named."""

    day = models.DateField()
    source = models.CharField(max_length=30, blank=True)
    visits = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "source"], name="visit_day_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.source}: {self.visits}"


class FeatureUse(models.Model):
    """When a store first and last used a feature."""

    store = models.ForeignKey("tenants.Store", models.CASCADE, related_name="feature_uses")
    feature = models.CharField(max_length=40)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "feature"], name="feature_use_once")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.feature}"


class CallDay(models.Model):
    """How many API calls a store made on a day, and how many of them were refused or failed."""

    store = models.ForeignKey("tenants.Store", models.CASCADE, related_name="call_days")
    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "day"], name="call_day_once")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.day}: {self.calls}"


class SurveyAnswer(models.Model):
    """How likely somebody would recommend us, from 0 to 10, and why."""

    store = models.ForeignKey("tenants.Store", models.CASCADE, related_name="survey_answers")
    user_uid = models.UUIDField()
    score = models.PositiveSmallIntegerField()
    comment = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(score__lte=10), name="survey_answer_score")]
        indexes = [models.Index(fields=["at"], name="survey_answer_by_time")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.score}"


class SurveyRest(models.Model):
    """Until when somebody of a store is not asked how likely they would recommend us."""

    store = models.ForeignKey("tenants.Store", models.CASCADE, related_name="survey_rests")
    user_uid = models.UUIDField()
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "user_uid"], name="survey_rest_once")]

    def __str__(self) -> str:
        return f"{self.store_id} until {self.until:%Y-%m-%d}"


class AcquisitionCost(models.Model):
    """What a month's marketing and sales cost, typed in by finance, in whole rupiah."""

    month = models.DateField(unique=True)
    idr_amount = models.BigIntegerField()
    entered_by = models.CharField(max_length=80)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class LookInConsent(models.Model):
    """A seller lets the platform's staff look into the dashboard as they do, until a moment, for a reason."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    store = models.ForeignKey("tenants.Store", models.CASCADE, related_name="look_in_consents")
    given_by = models.ForeignKey("tenants.User", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    given_at = models.DateTimeField()
    until = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["store", "-until"], name="look_in_consent_by_store")]

    def __str__(self) -> str:
        return f"{self.store_id} until {self.until:%Y-%m-%d %H:%M}"
