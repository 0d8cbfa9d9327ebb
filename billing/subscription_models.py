"""Which store is on which plan, how it came there, and what providers told us about it."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.plan_models import Coupon, Currency, Interval, Plan, for_one_month


class SubscriptionState(models.TextChoices):
    TRIALING = "TRIALING", _("Trial")
    INCOMPLETE = "INCOMPLETE", _("First payment open")
    ACTIVE = "ACTIVE", _("Active")
    PAST_DUE = "PAST_DUE", _("Payment overdue")
    UNPAID = "UNPAID", _("Unpaid")
    PAUSED = "PAUSED", _("Paused")
    # A trial that nobody paid for; a subscription that was given up is CANCELED.
    ENDED = "ENDED", _("Trial over")
    CANCELED = "CANCELED", _("Canceled")


# What is paid for now, or will be unless somebody says otherwise: these make recurring revenue.
PAYING = frozenset({SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE})


class Provider(models.TextChoices):
    """Who collects the money of a subscription."""

    NONE = "NONE", _("Nobody yet")
    STRIPE = "STRIPE", _("Card")
    INVOICE = "INVOICE", _("Invoice: virtual account, QRIS or transfer")


_OVER = frozenset({SubscriptionState.CANCELED, SubscriptionState.ENDED, SubscriptionState.INCOMPLETE})


class Subscription(models.Model):
    """Which plan a store is on. The local row is what grants access; providers only report.

    Periods are half open: a period ends at the moment the next one starts.
    """

    store = models.OneToOneField("tenants.Store", models.CASCADE, related_name="subscription")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="subscriptions")
    interval = models.CharField(
        max_length=5, choices=Interval, default=Interval.MONTH, db_default=Interval.MONTH
    )
    currency = models.CharField(max_length=3, choices=Currency, default=Currency.IDR, db_default=Currency.IDR)
    provider = models.CharField(
        max_length=7, choices=Provider, default=Provider.NONE, db_default=Provider.NONE
    )
    state = models.CharField(max_length=10, choices=SubscriptionState)
    trial_ends_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    period_starts_at = models.DateTimeField(null=True)
    period_ends_at = models.DateTimeField(null=True)
    # Since when it is in this state, and since when money is overdue: rules of access count days from there.
    state_since = models.DateTimeField(null=True)
    past_due_since = models.DateTimeField(null=True)
    # The last dunning step that was taken, in days after the missed payment; null when nothing is overdue.
    dunned_day = models.PositiveSmallIntegerField(null=True)
    # The last notice, in days, that a store which nobody pays for will not be kept for ever.
    farewell_day = models.PositiveSmallIntegerField(null=True)
    ends_at_period_end = models.BooleanField(default=False, db_default=False)
    canceled_at = models.DateTimeField(null=True)
    resumes_at = models.DateTimeField(null=True)
    # A cheaper plan, or another interval, that begins with the next period.
    next_plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="+")
    next_interval = models.CharField(max_length=5, choices=Interval, blank=True, default="", db_default="")
    coupon = models.ForeignKey(Coupon, models.PROTECT, null=True, related_name="+")
    coupon_ends_at = models.DateTimeField(null=True)
    # The provider's names for it, and how it is paid, as a person may read it: "visa 4242".
    customer_ref = models.CharField(max_length=120, blank=True, default="", db_default="")
    external_ref = models.CharField(max_length=120, blank=True, default="", db_default="")
    schedule_ref = models.CharField(max_length=120, blank=True, default="", db_default="")
    paid_with = models.CharField(max_length=60, blank=True, default="", db_default="")
    # When the provider's object was last read and written here.
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="TRIALING") | Q(trial_ends_at__isnull=False),
                name="subscription_trial_ends",
            ),
            models.UniqueConstraint(
                fields=["provider", "external_ref"],
                condition=~Q(external_ref=""),
                name="subscription_one_per_ref",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "period_ends_at"], name="subscription_by_state"),
            models.Index(fields=["customer_ref"], name="subscription_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} on {self.plan_id}"

    @property
    def can_change(self) -> bool:
        """Whether another plan changes this subscription; otherwise it begins one."""
        return self.provider != Provider.NONE and self.state not in _OVER

    @property
    def month_net_amount(self) -> int:
        """Recurring revenue: what is paid for one month, before tax, after the discount; nothing in a trial.

        A discount counts until its end is written down, so that this never changes by itself.
        """
        if self.state not in PAYING or self.provider == Provider.NONE:
            return 0
        price = self.plan.amount(self.interval, self.currency)
        if self.coupon is not None:
            price = self.coupon.price_after(price)
        return for_one_month(price, self.interval)


class EventKind(models.TextChoices):
    """What can happen to a subscription. The MRR bridge is a sum over these."""

    TRIAL_STARTED = "TRIAL_STARTED", _("Trial started")
    TRIAL_EXTENDED = "TRIAL_EXTENDED", _("Trial extended")
    TRIAL_ENDED = "TRIAL_ENDED", _("Trial over")
    SUBSCRIBED = "SUBSCRIBED", _("Subscribed")
    CHANGED = "CHANGED", _("Plan changed")
    DISCOUNTED = "DISCOUNTED", _("Discount began or ended")
    PAST_DUE = "PAST_DUE", _("Payment overdue")
    RECOVERED = "RECOVERED", _("Paid after all")
    UNPAID = "UNPAID", _("Given up as unpaid")
    PAUSED = "PAUSED", _("Paused")
    RESUMED = "RESUMED", _("Resumed")
    CANCEL_ASKED = "CANCEL_ASKED", _("Will leave")
    CANCEL_UNDONE = "CANCEL_UNDONE", _("Stays after all")
    CANCELED = "CANCELED", _("Left")
    REACTIVATED = "REACTIVATED", _("Came back")


class SubscriptionEvent(models.Model):
    """One thing that happened to a subscription, and the recurring revenue before and after it. Only grows.

    Amounts are for one month, before tax, after discounts: a year's price counts a twelfth, rounded half up.
    """

    store = models.ForeignKey("tenants.Store", models.PROTECT, related_name="subscription_events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=14, choices=EventKind)
    plan_code = models.CharField(max_length=20)
    plan_version = models.PositiveSmallIntegerField()
    interval = models.CharField(max_length=5, choices=Interval)
    provider = models.CharField(max_length=7, choices=Provider)
    currency_before = models.CharField(max_length=3, choices=Currency)
    currency = models.CharField(max_length=3, choices=Currency)
    mrr_before_amount = models.BigIntegerField(default=0)
    mrr_after_amount = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="subscription_event_by_time"),
            models.Index(fields=["store", "at"], name="subscription_event_by_store"),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.kind} {self.at:%Y-%m-%d}"


class Access(models.TextChoices):
    """What a store's people and shoppers may do. Each step keeps what it does not name."""

    FULL = "FULL", _("Everything")
    READ_ONLY = "READ_ONLY", _("The dashboard can be read, the shop sells on")
    SHOP_PAUSED = "SHOP_PAUSED", _("The dashboard can be read, the shop rests")


class AccessRule(models.Model):
    """What a state of the subscription allows from a day on: the policy, as rows.

    Days count from when the money was due, or from when the state began if nothing is due.
    """

    state = models.CharField(max_length=10, choices=SubscriptionState)
    from_day = models.PositiveSmallIntegerField()
    access = models.CharField(max_length=11, choices=Access)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["state", "from_day"], name="access_rule_one_per_day")]

    def __str__(self) -> str:
        return f"{self.state} from day {self.from_day}: {self.access}"


class IntentState(models.TextChoices):
    OPEN = "OPEN", _("Open")
    DONE = "DONE", _("Done")
    FAILED = "FAILED", _("Failed")
    EXPIRED = "EXPIRED", _("Expired")


class SubscriptionIntent(models.Model):
    """Something a seller asked a provider for. Its uid makes our calls safe to repeat.

    At most one of a kind is open for a store, so a double click finds the first one.
    """

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    store = models.ForeignKey("tenants.Store", models.CASCADE, related_name="subscription_intents")
    kind = models.CharField(max_length=12)
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="+")
    interval = models.CharField(max_length=5, choices=Interval, blank=True)
    currency = models.CharField(max_length=3, choices=Currency, blank=True)
    state = models.CharField(max_length=7, choices=IntentState, default=IntentState.OPEN)
    external_ref = models.CharField(max_length=120, blank=True)
    url = models.URLField(max_length=500, blank=True)
    trouble = models.CharField(max_length=200, blank=True)
    asked_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "kind"], condition=Q(state="OPEN"), name="subscription_intent_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class NoticeState(models.TextChoices):
    WAITING = "WAITING", _("Waiting")
    DONE = "DONE", _("Done")
    IGNORED = "IGNORED", _("Not ours")
    FAILED = "FAILED", _("Failed")


class ProviderNotice(models.Model):
    """A webhook of a billing provider, claimed once by its event id and kept before it is answered.

    Only names are kept: the object itself is read again when the notice is worked off.
    """

    provider = models.CharField(max_length=10)
    event_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=80)
    object_ref = models.CharField(max_length=120, blank=True)
    customer_ref = models.CharField(max_length=120, blank=True)
    store = models.ForeignKey("tenants.Store", models.SET_NULL, null=True, related_name="provider_notices")
    state = models.CharField(max_length=7, choices=NoticeState, default=NoticeState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=300, blank=True)
    happened_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="provider_notice_once")]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(state="WAITING"), name="provider_notice_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"


class Usage(models.Model):
    """How much of one thing a store had when it was last counted, for the staff and for notices.

    Limits are never held against these rows: whoever adds something counts for themselves.
    """

    store = models.ForeignKey("tenants.Store", models.CASCADE, related_name="usage")
    name = models.CharField(max_length=30)
    used = models.BigIntegerField()
    counted_at = models.DateTimeField()
    # The highest share of the limit that its owner was told of: 0, 80 or 100.
    noticed_percent = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "name"], name="usage_one_per_name")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.name}: {self.used}"
