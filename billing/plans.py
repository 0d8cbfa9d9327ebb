"""What we start with: data that `setup` loads once, after which the tables are the truth."""

from dataclasses import dataclass
from datetime import date

GIB = 1024**3
TRIAL_PLAN = "professional"
TRIAL_DAYS = 14
# The most that staff may add to a trial at a time.
LONGEST_EXTENSION_DAYS = 90

# Names in `entitlements` that are numbers which may be used up. The others are features.
LIMITS = ("products", "channels", "storage_bytes", "staff", "locations", "api_per_second")


@dataclass(frozen=True, slots=True)
class PlanSeed:
    """A plan's first version. US cents and whole rupiah; of a limit, None is unlimited.

    A year costs ten months. `fee_basis_points` and its cap are for orders that were paid through a gateway.
    """

    code: str
    name: str
    month_usd_amount: int
    month_idr_amount: int
    fee_basis_points: int
    fee_month_cap_idr_amount: int
    entitlements: dict[str, int | str | bool | None]

    @property
    def columns(self) -> dict[str, object]:
        """The plan's row, but for its key."""
        return {
            "name": self.name,
            "month_usd_amount": self.month_usd_amount,
            "month_idr_amount": self.month_idr_amount,
            "year_usd_amount": self.month_usd_amount * 10,
            "year_idr_amount": self.month_idr_amount * 10,
            "fee_basis_points": self.fee_basis_points,
            "fee_month_cap_idr_amount": self.fee_month_cap_idr_amount,
            "entitlements": self.entitlements,
        }


PLANS = (
    PlanSeed(
        "basic",
        "Basic",
        2_900,
        459_000,
        100,
        500_000,
        {
            "products": 1_000,
            "channels": 2,
            "storage_bytes": 5 * GIB,
            "staff": 5,
            "locations": 2,
            "api_per_second": 10,
            "analytics": "BASIC",
            "marketing_automation": False,
            "white_label": False,
            "custom_integrations": False,
            "advanced_reporting": False,
            "support": "EMAIL",
        },
    ),
    PlanSeed(
        "professional",
        "Professional",
        7_900,
        1_249_000,
        50,
        1_000_000,
        {
            "products": 10_000,
            "channels": None,
            "storage_bytes": 50 * GIB,
            "staff": 20,
            "locations": 10,
            "api_per_second": 20,
            "analytics": "STANDARD",
            "marketing_automation": True,
            "white_label": False,
            "custom_integrations": False,
            "advanced_reporting": True,
            "support": "PRIORITY",
        },
    ),
    PlanSeed(
        "enterprise",
        "Enterprise",
        19_900,
        3_149_000,
        20,
        1_500_000,
        {
            "products": None,
            "channels": None,
            "storage_bytes": 500 * GIB,
            "staff": None,
            "locations": None,
            "api_per_second": 60,
            "analytics": "ADVANCED",
            "marketing_automation": True,
            "white_label": True,
            "custom_integrations": True,
            "advanced_reporting": True,
            "support": "MANAGER",
        },
    ),
)

# State, from which day, what is allowed. Payment is missed on day 0; a trial or a subscription ends on day 0.
ACCESS_RULES = (
    ("TRIALING", 0, "FULL"),
    ("INCOMPLETE", 0, "READ_ONLY"),
    ("ACTIVE", 0, "FULL"),
    ("PAST_DUE", 0, "FULL"),
    ("PAST_DUE", 7, "READ_ONLY"),
    ("PAST_DUE", 14, "SHOP_PAUSED"),
    ("UNPAID", 0, "READ_ONLY"),
    ("UNPAID", 14, "SHOP_PAUSED"),
    ("PAUSED", 0, "SHOP_PAUSED"),
    ("ENDED", 0, "READ_ONLY"),
    ("ENDED", 7, "SHOP_PAUSED"),
    ("CANCELED", 0, "READ_ONLY"),
    ("CANCELED", 30, "SHOP_PAUSED"),
)

# Name, basis points of the base, numerator and denominator of the base, first day.
# UU HPP and PMK 131/2024: 12 % of 11/12 of the price; before that 11 % of the price.
TAX_RATES = (("PPN", 1_100, 1, 1, date(2022, 4, 1)), ("PPN", 1_200, 11, 12, date(2025, 1, 1)))
