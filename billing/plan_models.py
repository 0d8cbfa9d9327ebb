"""What is for sale: plans with their versions, coupons, add-ons, and the tax on all of it."""

from django.db import models
from django.db.models import Q
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from billing.plans import GIB
from billing.rounding import half_up


class Interval(models.TextChoices):
    MONTH = "MONTH", _("Monthly")
    YEAR = "YEAR", _("Yearly")


class Currency(models.TextChoices):
    """What subscriptions are paid in. USD amounts are cents, IDR amounts whole rupiah."""

    IDR = "IDR", "IDR"
    USD = "USD", "USD"


def for_one_month(amount: int, interval: str) -> int:
    """What a price comes to by the month: a year's counts a twelfth, rounded half up."""
    return amount if interval == Interval.MONTH else half_up(amount, 12)


class Plan(models.Model):
    """What a store may do and what that costs. Plans are data: a changed plan is a new version.

    Who is on an old version stays on it, with its limits and its price, until they choose another plan.
    """

    code = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=40)
    month_usd_amount = models.BigIntegerField()
    month_idr_amount = models.BigIntegerField()
    year_usd_amount = models.BigIntegerField(default=0, db_default=0)
    year_idr_amount = models.BigIntegerField(default=0, db_default=0)
    # Limits by name, of which null is unlimited, and features. Copied to Store.entitlements.
    entitlements = models.JSONField(default=dict)
    # What an order costs that was paid through a gateway: hundredths of a percent, and the most in a month.
    fee_basis_points = models.PositiveSmallIntegerField(default=0, db_default=0)
    fee_month_cap_idr_amount = models.BigIntegerField(default=0, db_default=0)
    position = models.PositiveSmallIntegerField(default=0)
    is_offered = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="plan_one_per_version")]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"

    @property
    def picture_gigabytes(self) -> int:
        """Room for pictures, the way a price list says it."""
        return int(self.entitlements.get("storage_bytes") or 0) // GIB

    @property
    def fee_percent(self) -> str:
        """The fee on orders as a person reads it: "0.5", in the language in force."""
        whole, rest = divmod(self.fee_basis_points, 100)
        return number_format(f"{whole}.{rest:02d}").rstrip("0").rstrip(".,") if rest else str(whole)

    def amount(self, interval: str, currency: str) -> int:
        """The price of one month or year before tax, in the currency's smallest unit that we count."""
        found: int = getattr(self, f"{interval.lower()}_{currency.lower()}_amount")
        return found

    def lookup_key(self, interval: str, currency: str) -> str:
        """The name by which a card provider knows one of its prices."""
        return f"{self.code}_v{self.version}_{interval.lower()}_{currency.lower()}"


class Coupon(models.Model):
    """A price reduction that a seller types in: so many percent off, for so many months or for ever."""

    code = models.CharField(max_length=40, unique=True)
    percent_off = models.PositiveSmallIntegerField()
    # Null is for ever.
    months = models.PositiveSmallIntegerField(null=True)
    most_uses = models.PositiveIntegerField(null=True)
    uses = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(percent_off__gte=1, percent_off__lte=100), name="coupon_percent"
            ),
            models.CheckConstraint(
                condition=Q(most_uses__isnull=True) | Q(uses__lte=models.F("most_uses")),
                name="coupon_not_used_up",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def price_after(self, amount: int) -> int:
        """What is left of a price, half of the smallest unit counts up."""
        return half_up(amount * (100 - self.percent_off), 100)


class TaxRate(models.Model):
    """The tax on our own invoices from a day on, on a part of the price.

    PPN since 2025 is 12 % of 11/12 of the price, which is 11 %; both figures have to be printed.
    """

    name = models.CharField(max_length=20, default="PPN")
    basis_points = models.PositiveSmallIntegerField()
    base_numerator = models.PositiveSmallIntegerField(default=1)
    base_denominator = models.PositiveSmallIntegerField(default=1)
    starts_on = models.DateField(unique=True)

    def __str__(self) -> str:
        return f"{self.name} {self.basis_points} from {self.starts_on}"


class AddOn(models.Model):
    """Something on top of a plan, by the month: a fixed price, or a price for each use with a monthly cap."""

    code = models.CharField(max_length=30, unique=True)
    name_id = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    description_id = models.CharField(max_length=300)
    description_en = models.CharField(max_length=300)
    month_idr_amount = models.BigIntegerField(default=0)
    # A metered add-on: the event that is counted, how many are free each month, what each further one costs.
    meter = models.CharField(max_length=30, blank=True)
    included = models.PositiveIntegerField(default=0)
    unit_idr_amount = models.BigIntegerField(default=0)
    month_cap_idr_amount = models.BigIntegerField(default=0)
    trial_days = models.PositiveSmallIntegerField(default=0)
    # Added to Store.entitlements while it is on.
    entitlements = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)
    is_offered = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code


class StoreAddOnState(models.TextChoices):
    TRIALING = "TRIALING", _("Trial")
    ON = "ON", _("On")
    OFF = "OFF", _("Off")


class StoreAddOn(models.Model):
    """An add-on in one store. Switched off, its settings and data stay."""

    store = models.ForeignKey("tenants.Store", models.CASCADE, related_name="add_ons")
    add_on = models.ForeignKey(AddOn, models.PROTECT, related_name="stores")
    state = models.CharField(max_length=8, choices=StoreAddOnState)
    trial_ends_at = models.DateTimeField(null=True)
    turned_on_at = models.DateTimeField(null=True)
    turned_off_at = models.DateTimeField(null=True)
    # The first day that is not on an invoice yet.
    billed_until = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "add_on"], name="store_add_on_once")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.add_on_id} {self.state}"


class AddOnUse(models.Model):
    """How often a store used a metered add-on in a month."""

    store_add_on = models.ForeignKey(StoreAddOn, models.CASCADE, related_name="uses")
    month = models.DateField()
    used = models.PositiveIntegerField(default=0)
    # The highest share of the month's cap that the owner was told of: 0, 80 or 100.
    noticed_percent = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store_add_on", "month"], name="add_on_use_one_per_month")
        ]

    def __str__(self) -> str:
        return f"{self.store_add_on_id} {self.month}: {self.used}"


class AddOnCharge(models.Model):
    """What an add-on cost a store for some days of one month, before tax. No day is charged twice."""

    store_add_on = models.ForeignKey(StoreAddOn, models.CASCADE, related_name="charges")
    starts_on = models.DateField()
    # The first day after it.
    ends_on = models.DateField()
    units = models.PositiveIntegerField(default=0)
    idr_amount = models.BigIntegerField()
    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, null=True, related_name="add_on_charges")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store_add_on", "starts_on"], name="add_on_charge_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gt=models.F("starts_on"), idr_amount__gte=0), name="add_on_charge_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store_add_on_id} {self.starts_on}: {self.idr_amount}"
